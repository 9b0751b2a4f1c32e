"""Owns who may deliver: a webhook call is let in where somebody with the source's secret sent it."""

import secrets
from base64 import b64encode
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

from pydantic import SecretStr

from app.bootstrap.doors import Doors
from app.cms.arrival import Arrival
from app.domain.source import Source
from app.errors import BadInput, Forged
from app.store.connection import Connection
from app.store.sources import find_source, list_secrets
from app.webhooks.sparing import spare_loop

# What names no source is verified all the same, so that the time it takes does not tell which names there are.
_NOBODY: Final = Source(name="nobody", cms="standard", created_at=datetime(1970, 1, 1, tzinfo=UTC))
_DECOY: Final = SecretStr("whsec_" + b64encode(secrets.token_bytes(32)).decode())


async def admit(doors: Doors, name: str, arrival: Arrival) -> Source:
    """The source of that name, which sent this.

    Raises:
        BadInput: there is no such source, nobody with its secret sent this, or not lately, or an
            option of it cannot be used. The text is for the log: whoever sent it is not told which.
    """
    now = doors.now()
    source, known = await doors.database.read(lambda c: _look_up(c, name, now))
    return await spare_loop(doors, arrival, lambda: _verify(doors, arrival, source, known, now))


def _look_up(c: Connection, name: str, now: datetime) -> tuple[Source | None, list[SecretStr]]:
    source = find_source(c, name)
    return source, [secret.value for secret in list_secrets(c, name, "verify", now)] if source else []


def _verify(doors: Doors, arrival: Arrival, source: Source | None, known: Sequence[SecretStr], now: datetime) -> Source:
    if source is not None and known:
        doors.find_adapter(source.cms).verify(arrival, known, source, now)
        return source
    subject = source or _NOBODY
    with suppress(BadInput):
        doors.find_adapter(subject.cms).verify(arrival, [_DECOY], subject, now)
    if source is None:
        raise Forged("There is no source of that name.")
    raise Forged(f"The source has no secret that counts. `scopenote sources rotate {source.name}` gives it one.")
