"""Owns what programs are told of a source: all but its secrets."""

from collections.abc import Sequence

from pydantic import AwareDatetime

from app.domain.source import Secret, Source, Use
from app.domain.value import Value
from app.settings import Settings


class ToldSecret(Value):
    """A secret without its value. `until`: it does not count from then on, null: it counts until it is dropped."""

    id: str
    use: Use
    added_at: AwareDatetime
    until: AwareDatetime | None


class ToldSource(Source):
    """A source, where its CMS has to send, and the secrets that count.

    `is_public`: that is what the settings say it is reached by, and not only this machine's own name for it.
    """

    address: str
    is_public: bool
    secrets: tuple[ToldSecret, ...]

    @classmethod
    def of(cls, source: Source, secrets: Sequence[Secret], settings: Settings) -> "ToldSource":
        """A source with the secrets that count now."""
        return cls(
            **dict(source),
            address=f"{find_address(settings)}/webhooks/{source.name}",
            is_public=settings.public_url is not None,
            secrets=tuple(ToldSecret(**secret.model_dump(include=set(ToldSecret.model_fields))) for secret in secrets),
        )


def find_address(settings: Settings) -> str:
    """Where the service is reached: as SCOPENOTE_PUBLIC_URL says, else on this machine."""
    if settings.public_url:
        return settings.public_url.rstrip("/")
    name = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{name}:{settings.port}"
