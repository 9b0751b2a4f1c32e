"""Owns what a database's failure is told as: one place where SQLAlchemy's and the drivers' exceptions end."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from app.errors import BadSetting, ScopenoteError, StoreUnavailable
from app.store.address import SETTING

_SQLITE = {
    sqlite3.SQLITE_BUSY: "is locked: another process holds it for longer than we wait. Try again; "
    "if it stays so, look for a Scopenote or an sqlite3 shell that hangs",
    sqlite3.SQLITE_FULL: "has no room to grow: the disk is full. Make room and try again; nothing is half kept",
    sqlite3.SQLITE_READONLY: "cannot be written. Let the user that runs Scopenote write the file and its folder",
    sqlite3.SQLITE_PERM: "may not be used. Let the user that runs Scopenote read and write the file and its folder",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened. See that its folder is there, and that the user that runs Scopenote "
    "may read and write the file and its folder",
    sqlite3.SQLITE_CORRUPT: "is damaged. Stop Scopenote, keep a copy of the file with its -wal and -shm neighbours, "
    "and restore the latest backup",
    sqlite3.SQLITE_IOERR: "cannot be read or written by the system. Look after the disk: it may be full, worn or gone",
    sqlite3.SQLITE_PROTOCOL: "cannot be locked. Keep it on a disk of this machine, not on a network share",
}
_SQLITE[sqlite3.SQLITE_LOCKED] = _SQLITE[sqlite3.SQLITE_BUSY]

_UNREACHABLE = "cannot be reached. See that the server runs there and takes connections; nothing is half kept"
_CROWDED = "has no connection to spare. Allow the server more of them, or run fewer workers"
_LOCKED = "is locked: another transaction holds what is needed for longer than we wait. Try again"
_STOPPED = "is going down or coming up. Try again in a moment; nothing is half kept"
_CROSSED = "was in the way of another writer. Try again; nothing is half kept"
_DAMAGED = "is damaged, or its disk is. Look at the server's log, and restore the latest backup if it says so"

# By SQLSTATE, or by its class of two characters.
_POSTGRESQL = {
    "08": _UNREACHABLE,
    "25006": "takes no writes: the server is a copy of another, or was set to be read only. Name the one that writes",
    "25P03": "gave up on a transaction that stood still for too long. Try again; nothing is half kept",
    "40": _CROSSED,
    "53": "has run out of memory or of something else that it needs. Look at the server's log",
    "53100": "has no room to grow: the server's disk is full. Make room and try again; nothing is half kept",
    "53300": _CROWDED,
    "55P03": _LOCKED,
    "57": _STOPPED,
    "57014": "took too long over one statement, or somebody cancelled it. Try again; look whether the server is busy",
    "58": _DAMAGED,
    "XX001": _DAMAGED,
    "XX002": _DAMAGED,
}

# What only whoever set the URL can mend. A server says it before there is a SQLSTATE, in words.
_REFUSED = (
    "password authentication failed",
    "no password supplied",
    "no pg_hba.conf entry",
    "authentication failed for user",
    "does not exist",
    "permission denied",
    "is not permitted to log in",
)

_READ_ONLY = (sqlite3.SQLITE_READONLY, "25006")


@contextmanager
def telling(place: str, *, writing: bool = True) -> Iterator[None]:
    """Tell a failure of the database at `place` in words that can be acted on.

    What only a mistake of ours brings about rises as it is: a constraint that does not hold, a
    statement that is wrong, a write where there was only to be read.

    Raises:
        StoreUnavailable: it cannot be reached, read or written.
        BadSetting: its URL is why.
    """
    try:
        yield
    except (sa.exc.SQLAlchemyError, sqlite3.Error) as error:
        told = tell_failure(error, place, writing=writing)
        if told is None:
            raise
        raise told from error


def tell_failure(error: Exception, place: str, *, writing: bool = True) -> ScopenoteError | None:
    """What to raise instead of a database's exception; None where it is a mistake of ours."""
    if isinstance(error, sa.exc.TimeoutError):
        return StoreUnavailable(f"The store {place} is busy: no connection became free in time. Try again.")
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        return _tell_sqlite(cause, place, writing=writing)
    if isinstance(error, sa.exc.DBAPIError):
        return _tell_postgresql(error, place, writing=writing)
    return None


def is_crossed(error: sa.exc.DBAPIError) -> bool:
    """Whether two writers on a server waited for each other, and this one was sent away to begin again."""
    return str(getattr(error.orig, "sqlstate", None) or "").startswith("40")


def _tell_sqlite(cause: sqlite3.Error, place: str, *, writing: bool) -> ScopenoteError | None:
    code = getattr(cause, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    if code in _READ_ONLY and not writing:
        return None
    # The low byte is the kind, the rest says where in SQLite it came up.
    kind = code & 0xFF
    if kind == sqlite3.SQLITE_NOTADB:
        return BadSetting(
            f"{SETTING} means {place}, which is not an SQLite database. "
            "Name another file, or restore the latest backup in its place."
        )
    words = _SQLITE.get(kind)
    return StoreUnavailable(f"The store {place} {words}. (SQLite: {cause})") if words else None


def _tell_postgresql(error: sa.exc.DBAPIError, place: str, *, writing: bool) -> ScopenoteError | None:
    state = getattr(error.orig, "sqlstate", None)
    said = _first_line(error.orig)
    if state is None:
        return _tell_connection(error, place, said)
    if state in _READ_ONLY and not writing:
        return None
    if state == "42501":
        return BadSetting(
            f"{SETTING} means {place}, whose user may not do what Scopenote needs. Make that user the owner "
            f"of a database of its own, or GRANT what is missing. (PostgreSQL: {said})"
        )
    words = _POSTGRESQL.get(state) or _POSTGRESQL.get(state[:2])
    if words is None and isinstance(error, sa.exc.OperationalError):
        words = "cannot be used just now. Look at the server's log; nothing is half kept"
    return StoreUnavailable(f"The store {place} {words}. (PostgreSQL: {said})") if words else None


def _tell_connection(error: sa.exc.DBAPIError, place: str, said: str) -> ScopenoteError | None:
    """What went wrong between the server and us: there is no SQLSTATE for that."""
    # An option that the driver does not know comes up before any statement.
    misspelt = isinstance(error, sa.exc.ProgrammingError) and error.statement is None
    if misspelt or any(words in said for words in _REFUSED):
        return BadSetting(f"{SETTING} means {place}, which cannot be used. Mend the URL or the server. ({said})")
    if isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError):
        return StoreUnavailable(f"The store {place} {_UNREACHABLE}. (PostgreSQL: {said})")
    return None


def _first_line(cause: BaseException | None) -> str:
    lines = str(cause).strip().splitlines()
    return lines[0] if lines else type(cause).__name__
