"""Owns what programs are told of a source: all but its secrets."""

import re
from collections.abc import Sequence
from typing import Final

from pydantic import AwareDatetime

from app.bootstrap.sourcing import list_options
from app.cli.source_gaps import list_gaps
from app.domain.source import Secret, Source, Use
from app.domain.value import Value
from app.jobs.deliveries.receivers import tell_place
from app.settings import Settings

_DEFAULT: Final = re.compile(r" \(([^()]+)\)$")


class ToldOption(Value):
    """An option that its CMS has. `value` counts: what was given, else the default; null: nothing counts."""

    name: str
    value: str | None
    is_set: bool
    meaning: str


class ToldSecret(Value):
    """A secret without its value. `until`: it does not count from then on, null: it counts until it is dropped."""

    id: str
    use: Use
    added_at: AwareDatetime
    until: AwareDatetime | None


class ToldSource(Source):
    """A source, where its CMS has to send, the secrets and the options that count, and what is missing.

    Of `callback` only what may be told: what stands in its path and after it may be a secret.
    `is_public`: that is what the settings say it is reached by, and not only this machine's own name for it.
    """

    address: str
    is_public: bool
    secrets: tuple[ToldSecret, ...]
    in_force: tuple[ToldOption, ...]
    gaps: tuple[str, ...]

    @classmethod
    def of(cls, source: Source, secrets: Sequence[Secret], settings: Settings) -> "ToldSource":
        """A source with the secrets that count now."""
        return cls(
            **(dict(source) | {"callback": source.callback and tell_place(source.callback)}),
            address=f"{find_address(settings)}/webhooks/{source.name}",
            is_public=settings.public_url is not None,
            secrets=tuple(ToldSecret(**secret.model_dump(include=set(ToldSecret.model_fields))) for secret in secrets),
            in_force=tuple(_tell_option(source, name, meaning) for name, meaning in list_options(source.cms).items()),
            gaps=list_gaps(source, secrets, settings),
        )


def _tell_option(source: Source, name: str, meaning: str) -> ToldOption:
    given, default = source.options.get(name), _DEFAULT.search(meaning)
    return ToldOption(
        name=name,
        value=given or (default and default[1]),
        is_set=bool(given),
        meaning=meaning[: default.start()] if default else meaning,
    )


def find_address(settings: Settings) -> str:
    """Where the service is reached: as SCOPENOTE_PUBLIC_URL says, else on this machine."""
    if settings.public_url:
        return settings.public_url.rstrip("/")
    name = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{name}:{settings.port}"
