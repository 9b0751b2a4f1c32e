"""Owns which keys are meant by what somebody types: an id, its beginning, or a name."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from app.domain.key import Key, tell_end
from app.errors import BadInput, NotKept
from app.store.connection import Connection
from app.store.keys import list_keys

LEAST_OF_ID: Final = 4
"""Characters of an id that may stand for all of it."""
MOST_TOLD: Final = 5
"""Keys that are told where several may be meant."""
_LONGEST_TOLD: Final = 100


def find_latest(c: Connection, named: str, now: datetime) -> Key:
    """The key that is to be rotated: by a name the newest that holds and that no other follows.

    Where there is none, the newest of that name, which says why it cannot be. Raises as `find_all`.
    """
    meant = find_all(c, named, now)
    return next((key for key in reversed(meant) if key.replaced_by is None), meant[-1])


def find_all(c: Connection, named: str, now: datetime) -> Sequence[Key]:
    """The keys that are to end, the oldest first: by a name all that hold, where none does the newest.

    Raises:
        NotKept: there is none.
        BadInput: too little of an id was given, or what was may mean one key or another.
    """
    keys = list_keys(c)
    exact = [key for key in keys if key.id == named]
    if exact:
        return exact
    of_name = [key for key in keys if key.name == named]
    begun = [key for key in keys if len(named) >= LEAST_OF_ID and key.id.startswith(named) and key.name != named]
    if len(begun) > 1 or (begun and of_name):
        told = (f"{key.id} ({tell_key(key)})" for key in (*of_name, *begun)[:MOST_TOLD])
        raise BadInput(f"{named!r} may be the key {' or '.join(told)}. Give its id.")
    if not begun and not of_name:
        raise _refuse_unknown(keys, named)
    return begun or [key for key in of_name if tell_end(key, now) is None] or of_name[-1:]


def tell_key(key: Key) -> str:
    """What tells a key from another of the same name."""
    end = f", replaced by {key.replaced_by}" if key.replaced_by else ""
    return f"{key.scope}, made {key.created_at:%Y-%m-%d %H:%M} UTC{end}"


def _refuse_unknown(keys: Sequence[Key], named: str) -> NotKept | BadInput:
    if named and len(named) < LEAST_OF_ID and any(key.id.startswith(named) for key in keys):
        return BadInput(
            f"{named!r} is too little of an id: give at least {LEAST_OF_ID} of its characters. "
            "`scopenote keys list` has them."
        )
    return NotKept(f"There is no key {named[:_LONGEST_TOLD]!r}. `scopenote keys list` has the ids and names of all.")
