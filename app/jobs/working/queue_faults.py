"""Owns what a failure of the queues' database is told as."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from dbos import error

from app.errors import ScopenoteError, StoreUnavailable
from app.store.address import read_address, tell_address
from app.store.failures import tell_failure

_SPOILT = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


@contextmanager
def telling(url: str) -> Iterator[None]:
    """Tell it in words that can be acted on. `url` is where the queues are.

    Raises:
        StoreUnavailable: that database cannot be used now.
        BadSetting: its URL is why.
    """
    try:
        yield
    except (sa.exc.SQLAlchemyError, error.DBOSException, OSError) as fault:
        raise _tell(fault, tell_address(read_address(url))) from fault


def _tell(fault: Exception, place: str) -> ScopenoteError:
    cause = getattr(fault, "orig", None) or fault
    said = str(cause).strip().partition("\n")[0]
    if isinstance(cause, sqlite3.Error) and getattr(cause, "sqlite_errorcode", 0) & 0xFF in _SPOILT:
        return StoreUnavailable(
            f"The queues of jobs in {place} cannot be read. Stop Scopenote and move that file away, with its -wal and "
            f"-shm neighbours: it is made anew, and jobs go on by what the store says. (SQLite: {said})"
        )
    return tell_failure(fault, place) or StoreUnavailable(
        f"The queues of jobs in {place} cannot be used: {said.rstrip('.')}. "
        "What is running goes on by itself once their database is back."
    )
