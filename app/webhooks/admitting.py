"""Owns who may deliver: a webhook call is let in where somebody with the source's secret sent it."""

import hashlib
import secrets
from base64 import b64encode
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final, get_args

from pydantic import SecretStr

from app.bootstrap.doors import Doors
from app.cms.arrival import Arrival
from app.domain.source import CMS, Source
from app.errors import BadInput, BadSetting, Forged, StoreUnavailable
from app.store.connection import Connection
from app.store.sources import find_source, list_secrets
from app.webhooks.sparing import spare_loop

# What names no source is verified all the same, so that the time it takes does not tell which names there are.
_NOBODY: Final = Source(name="nobody", cms="standard", created_at=datetime(1970, 1, 1, tzinfo=UTC))
_KINDS: Final[tuple[CMS, ...]] = get_args(CMS)
_SALT: Final = secrets.token_bytes(32)
_DECOY: Final = SecretStr("whsec_" + b64encode(secrets.token_bytes(32)).decode())


async def admit(doors: Doors, name: str, arrival: Arrival) -> Source:
    """The source of that name, which sent this.

    Raises:
        BadInput: there is no such source, nobody with its secret sent this, or not lately, or an
            option of it cannot be used. The text is for the log: whoever sent it is not told which.
        StoreUnavailable: nobody can be looked up.
    """
    now = doors.now()
    try:
        source, known = await doors.database.read(lambda c: _look_up(c, name, now))
    except BadSetting as error:  # the store is no database any more, which nobody who calls can mend
        raise StoreUnavailable(str(error)) from error
    subject = source or _NOBODY.model_copy(update={"cms": pretend(name)})

    def verify() -> None:
        if known:
            doors.find_adapter(subject.cms).verify(arrival, known, subject, now)
            return
        with suppress(BadInput):
            doors.find_adapter(subject.cms).verify(arrival, [_DECOY], subject, now)
        if source is None:
            raise Forged("There is no source of that name.")
        remedy = f"`scopenote sources rotate {source.name}` gives it one."
        raise Forged(f"The source has no secret that counts. {remedy}")

    await spare_loop(doors, arrival, verify)
    return subject


def pretend(name: str) -> CMS:
    """The CMS that a name which there is not answers as: always the same one, so that it is like any other."""
    drawn = hashlib.blake2b(name.encode(errors="replace"), key=_SALT, digest_size=8).digest()
    return _KINDS[int.from_bytes(drawn) % len(_KINDS)]


def _look_up(c: Connection, name: str, now: datetime) -> tuple[Source | None, list[SecretStr]]:
    source, held = find_source(c, name), list_secrets(c, name, "verify", now)
    return source, [secret.value for secret in held] if source else []
