"""Owns what the commands about keys do, over a store."""

import re
import shlex
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal
from urllib.parse import urlsplit

from app.domain.errand import bill_key
from app.domain.key import Key, Scope, tell_end
from app.domain.value import Value
from app.door.key_text import NewKey, make_key
from app.errors import BadInput
from app.store.asking_again import hand_over
from app.store.connection import Connection
from app.store.jobs import list_unfinished, set_payer
from app.store.keys import find_key_of, keep_key, list_keys, load_key, revoke_key
from app.store.sessions import drop_sessions

LONGEST_NAME: Final = 100
MOST_ORIGINS: Final = 20
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


State = Literal["valid", "replaced", "expired", "revoked"]
"""Whether a key lets anybody in: the first two do. replaced: another one follows it, and it has an end."""


class ToldKey(Value):
    """A key as it is told: all but its digest."""

    id: str
    name: str
    scope: Scope
    state: State
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    replaced_by: str | None
    last_used_at: datetime | None
    origins: tuple[str, ...]
    per_minute: int | None
    budget_day_usd: float | None


class ShownKey(ToldKey):
    """A new key as programs are told of it, this once. `replaces` is the one that it follows, None where it is new."""

    key: str
    replaces: ToldKey | None


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


def keep_new(c: Connection, key: Key, now: datetime) -> None:
    """Keep a key whose name no other has that holds: a name is to mean one key and those that it replaced.

    Raises:
        BadInput: there is one.
    """
    holding = [other for other in list_keys(c) if other.name == key.name and tell_end(other, now) is None]
    if holding:
        name = shlex.quote(key.name)
        raise BadInput(
            f"The key {holding[-1].id} has the name {key.name!r} and holds. `scopenote keys rotate {name}` makes one "
            f"that follows it. To begin anew, end it first with `scopenote keys revoke {name}`, or take another name."
        )
    keep_key(c, key)


def rotate_key(c: Connection, key_id: str, made: NewKey, now: datetime, keep: timedelta) -> tuple[Key, Key]:
    """Keep a new key that allows what an old one does and lasts as long; the old one ends after `keep`.

    The new one pays for what is still to be done for the old one. Both as they are now, the old one first.

    Raises:
        NotKept: there is no key of that id.
        BadInput: it is over already, or another one follows it that holds.
    """
    old = load_key(c, key_id)
    end = tell_end(old, now)
    if end is not None:
        raise BadInput(f"The key {old.id} {end}, so that there is nothing to rotate. Create one instead.")
    last = _find_last(c, old)
    if last.id != old.id and tell_end(last, now) is None:
        raise BadInput(f"The key {old.id} is replaced by {last.id} already. Rotate that one.")
    life = last.expires_at and last.expires_at - last.created_at  # the old one's may have been cut short
    new = old.model_copy(
        update={
            "id": made.id,
            "digest": made.digest,
            "created_at": now,
            "expires_at": life and now + life,
            "last_used_at": None,
            "replaced_by": None,
        }
    )
    until = now + keep
    ending = old.model_copy(update={"expires_at": min(until, old.expires_at or until), "replaced_by": new.id})
    keep_key(c, ending)
    keep_key(c, new)
    _hand_over(c, bill_key(old).reference, bill_key(new).reference)
    return ending, new


def _find_last(c: Connection, key: Key) -> Key:
    """The last of the keys that followed it one after the other; itself where none did."""
    while key.replaced_by is not None and (following := find_key_of(c, key.replaced_by)) is not None:
        key = following
    return key


def _hand_over(c: Connection, payer: str, to: str) -> None:
    """What waits for longer than the old key holds would be dropped, or rest for ever."""
    hand_over(c, payer, to)
    for job in list_unfinished(c):
        if job.recipe.payer == payer:
            set_payer(c, job.id, to)


def end_keys(c: Connection, keys: Sequence[Key], now: datetime) -> None:
    """Revoke keys and end the sessions of browsers that have shown them.

    Raises:
        NotKept: one of them is not there.
    """
    for key in keys:
        revoke_key(c, key.id, now)
        drop_sessions(c, key.id)


def tell_keys(keys: Sequence[Key], now: datetime) -> list[ToldKey]:
    """Keys as they are told."""
    return [ToldKey(state=_find_state(key, now), **key.model_dump(exclude={"digest"})) for key in keys]


def show_key(key: Key, text: str, now: datetime, replaces: Key | None = None) -> ShownKey:
    """A new key for a program, with the text that is shown once."""
    (told,) = tell_keys([key], now)
    former = tell_keys([replaces], now)[0] if replaces else None
    return ShownKey(key=text, replaces=former, **told.model_dump())


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


def _find_state(key: Key, now: datetime) -> State:
    if key.revoked_at is not None:
        return "revoked"
    if tell_end(key, now) is not None:
        return "expired"
    return "valid" if key.replaced_by is None else "replaced"
