"""Owns what the commands about keys do, over a store."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal
from urllib.parse import urlsplit

from app.domain.key import Key, Scope, tell_end
from app.domain.value import Value
from app.door.key_text import NewKey, make_key
from app.errors import BadInput, NotKept
from app.store.connection import Connection
from app.store.keys import keep_key, list_keys, load_key, revoke_key
from app.store.sessions import drop_sessions

LONGEST_NAME: Final = 100
MOST_ORIGINS: Final = 20
LEAST_OF_ID: Final = 4
"""Characters of an id that may stand for all of it."""
MOST_TOLD: Final = 5
"""Keys that are told where several may be meant."""
_NAME: Final = re.compile(r"\S(?:.*\S)?")
_ORIGIN: Final = re.compile(r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:]+\])(?::[0-9]{1,5})?")


class Terms(Value):
    """What a new key is to be called, and what it is to allow."""

    name: str
    scope: Scope
    days: int | None = None
    origins: tuple[str, ...] = ()
    per_minute: int | None = None
    budget_day_usd: float | None = None


class ToldKey(Value):
    """A key as it is told: all but its digest. `state` says whether it still lets anybody in."""

    id: str
    name: str
    scope: Scope
    state: Literal["valid", "expired", "revoked"]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    origins: tuple[str, ...]
    per_minute: int | None
    budget_day_usd: float | None


def create_key(terms: Terms, now: datetime, draw: Callable[[int], bytes]) -> tuple[Key, NewKey]:
    """A key to be kept, and what is shown of it this once.

    Raises:
        BadInput: the name or an origin cannot be used.
    """
    if len(terms.name) > LONGEST_NAME or not terms.name.isprintable() or not _NAME.fullmatch(terms.name):
        raise BadInput(f"{terms.name[:LONGEST_NAME]!r} is no name for a key. Use up to {LONGEST_NAME} letters.")
    if len(terms.origins) > MOST_ORIGINS:
        raise BadInput(f"A key is for {MOST_ORIGINS} origins at most. Make several keys.")
    made = make_key(terms.scope, draw)
    key = Key(
        id=made.id,
        name=terms.name,
        digest=made.digest,
        scope=terms.scope,
        created_at=now,
        expires_at=None if terms.days is None else now + timedelta(days=terms.days),
        origins=tuple(dict.fromkeys(map(read_origin, terms.origins))),
        per_minute=terms.per_minute,
        budget_day_usd=terms.budget_day_usd,
    )
    return key, made


def find_named(c: Connection, named: str, now: datetime) -> Key:
    """The key of an id, of the only id that begins so, or of a name; by a name one that still holds is meant.

    Raises:
        NotKept: there is none.
        BadInput: there are several.
    """
    keys = list_keys(c)
    alike = [key for key in keys if key.id == named] or [
        key for key in keys if key.name == named or (len(named) >= LEAST_OF_ID and key.id.startswith(named))
    ]
    if len(alike) > 1:
        alike = [key for key in alike if tell_end(key, now) is None] or alike
    if len(alike) > 1:
        told = (f"{key.id} ({key.scope}, made {key.created_at:%Y-%m-%d %H:%M} UTC)" for key in alike[:MOST_TOLD])
        raise BadInput(f"{named!r} may be the key {' or '.join(told)}. Give its id.")
    if not alike:
        raise NotKept(f"There is no key {named[:LONGEST_NAME]!r}. `scopenote keys list` has the ids and names of all.")
    return alike[0]


def rotate_key(c: Connection, key_id: str, made: NewKey, now: datetime, keep: timedelta) -> tuple[Key, Key]:
    """Keep a new key that allows what an old one does and lasts as long; the old one ends after `keep`.

    Both as they are now, the old one first.

    Raises:
        NotKept: there is no key of that id.
        BadInput: it is over already.
    """
    old = load_key(c, key_id)
    end = tell_end(old, now)
    if end is not None:
        raise BadInput(f"The key {old.id} {end}, so that there is nothing to rotate. Create one instead.")
    life = old.expires_at and old.expires_at - old.created_at
    new = old.model_copy(
        update={
            "id": made.id,
            "digest": made.digest,
            "created_at": now,
            "expires_at": life and now + life,
            "last_used_at": None,
        }
    )
    until = now + keep
    ending = old.model_copy(update={"expires_at": min(until, old.expires_at or until)})
    keep_key(c, ending)
    keep_key(c, new)
    return ending, new


def end_key(c: Connection, key_id: str, now: datetime) -> Key:
    """Revoke a key and end the sessions of browsers that have shown it.

    Raises:
        NotKept: there is no key of that id.
    """
    revoke_key(c, key_id, now)
    drop_sessions(c, key_id)
    return load_key(c, key_id)


def tell_keys(keys: Sequence[Key], now: datetime) -> list[ToldKey]:
    """Keys as they are told."""
    return [ToldKey(state=_find_state(key, now), **key.model_dump(exclude={"digest"})) for key in keys]


def read_origin(text: str) -> str:
    """An origin as browsers send it: scheme, name and port, in small letters, the scheme's own port left out.

    Raises:
        BadInput: it is none, or stands for more than one.
    """
    origin = text.strip().lower().removesuffix("/")
    if not _ORIGIN.fullmatch(origin):
        raise BadInput(f"{text[:200]!r} is no origin. Name exactly one, such as https://cms.example.org.")
    usual = {"http": ":80", "https": ":443"}[urlsplit(origin).scheme]
    return origin.removesuffix(usual)


def _find_state(key: Key, now: datetime) -> Literal["valid", "expired", "revoked"]:
    if key.revoked_at is not None:
        return "revoked"
    return "valid" if tell_end(key, now) is None else "expired"
