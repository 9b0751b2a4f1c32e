"""Owns keeping sessions: browsers that have shown a key, by the digest of what they carry since."""

from datetime import datetime

from pydantic import AwareDatetime
from sqlalchemy import Connection, delete, insert, select

from app.domain.value import Value
from app.store.storable import make_storable
from app.store.tables.doors import session as sessions


class Session(Value):
    """A browser that has shown a key. `digest` is the SHA-256 of its cookie, `key` the id of the key."""

    digest: str
    key: str
    created_at: AwareDatetime
    expires_at: AwareDatetime


def keep_session(c: Connection, session: Session, instead_of: str | None = None) -> None:
    """Keep a session, end the one of digest `instead_of`, and forget all that were over when it began."""
    c.execute(delete(sessions).where(sessions.c.expires_at <= session.created_at))
    if instead_of is not None:
        drop_session(c, instead_of)
    row = session.model_dump(exclude={"key"})
    c.execute(insert(sessions).values(api_key=session.key, **row))


def find_session(c: Connection, digest: str, now: datetime) -> Session | None:
    """The session of this digest, where it is not over."""
    mine = (sessions.c.digest == make_storable(digest), sessions.c.expires_at > now)
    row = c.execute(select(sessions).where(*mine)).one_or_none()
    if row is None:
        return None
    return Session(digest=row.digest, key=row.api_key, created_at=row.created_at, expires_at=row.expires_at)


def drop_session(c: Connection, digest: str) -> None:
    """End a session, if there is one."""
    c.execute(delete(sessions).where(sessions.c.digest == make_storable(digest)))


def drop_sessions(c: Connection, key_id: str) -> None:
    """End every session of a key."""
    c.execute(delete(sessions).where(sessions.c.api_key == make_storable(key_id)))
