"""Owns keeping keys: their digests and what they allow, never the keys themselves."""

from datetime import datetime

from sqlalchemy import Connection, Row, func, select, update

from app.domain.key import Key
from app.errors import NotKept
from app.store.documents import reading, write_document
from app.store.storable import make_storable
from app.store.tables.doors import api_key as keys
from app.store.upserting import insert_or


def keep_key(c: Connection, key: Key) -> None:
    """Keep a key, in the place of what was kept under its id."""
    row = {
        "digest": key.digest,
        "document": write_document(key),
        "last_used_at": key.last_used_at,
        "revoked_at": key.revoked_at,
    }
    statement = insert_or(c, keys).values(id=key.id, **row)
    c.execute(statement.on_conflict_do_update(index_elements=[keys.c.id], set_=row))


def find_key(c: Connection, digest: str) -> Key | None:
    """The key with this SHA-256, whether it may still be used or not."""
    row = c.execute(select(keys).where(keys.c.digest == make_storable(digest))).one_or_none()
    return None if row is None else _read(row)


def find_key_of(c: Connection, key_id: str) -> Key | None:
    """The key of an id, whether it may still be used or not."""
    row = c.execute(select(keys).where(keys.c.id == make_storable(key_id))).one_or_none()
    return None if row is None else _read(row)


def load_key(c: Connection, key_id: str) -> Key:
    """The key of an id.

    Raises:
        NotKept: there is none.
    """
    key = find_key_of(c, key_id)
    if key is None:
        raise NotKept(_tell_unknown(key_id))
    return key


def list_keys(c: Connection) -> list[Key]:
    """Every key that there ever was, the oldest first; those that are over tell why they are refused."""
    found = [_read(row) for row in c.execute(select(keys))]
    return sorted(found, key=lambda key: (key.created_at, key.id))


def has_keys(c: Connection) -> bool:
    """Whether there ever was a key. One that is over still closes the door: nothing opens by itself at midnight."""
    return c.execute(select(keys.c.id).limit(1)).first() is not None


def revoke_key(c: Connection, key_id: str, now: datetime) -> None:
    """Let a key be used no more; one that is revoked already keeps its moment.

    Raises:
        NotKept: there is no such key.
    """
    moment = func.coalesce(keys.c.revoked_at, now)
    statement = update(keys).where(keys.c.id == make_storable(key_id)).values(revoked_at=moment)
    if c.execute(statement).rowcount == 0:
        raise NotKept(_tell_unknown(key_id))


def note_use(c: Connection, key_id: str, now: datetime) -> None:
    """Write down when a key was used last; of one that is not there, nothing."""
    c.execute(update(keys).where(keys.c.id == make_storable(key_id)).values(last_used_at=now))


def _read(row: Row[tuple[object, ...]]) -> Key:
    with reading(f"key {row.id!r}"):
        key = Key.model_validate_json(row.document)
    return key.model_copy(update={"last_used_at": row.last_used_at, "revoked_at": row.revoked_at})


def _tell_unknown(key_id: str) -> str:
    return f"There is no key of id {key_id[:40]!r}. `scopenote keys list` names all."
