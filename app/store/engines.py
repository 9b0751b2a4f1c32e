"""Owns the engines: how connections to either database are set up, for one who writes and for those who read."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import sqlalchemy as sa

if TYPE_CHECKING:  # a store in a file does without the driver
    import psycopg

READERS = 4
WRITERS = 8
"""On PostgreSQL; SQLite has one, because writers would only wait for each other.

Each is a connection that a server must have to spare, for every process of ours.
"""

CONNECT_TIMEOUT_S = 5
STATEMENT_TIMEOUT_S = 60
"""No statement of ours comes near it; one that does is stuck."""

MAX_LEFTOVER_BYTES = 64 * 1024 * 1024
"""To what SQLite cuts its log back after a large transaction."""

_WRITING = ("journal_mode=WAL", "synchronous=NORMAL", f"journal_size_limit={MAX_LEFTOVER_BYTES}")

# A server whose machine vanished is noticed after half a minute instead of hours.
_ALIVE = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}


def make_engines(address: sa.URL, *, patience_s: float) -> tuple[sa.Engine, sa.Engine]:
    """The writer's and the readers' engine; nothing is connected yet.

    A reader sees the database as it was when it began, and cannot write.
    """
    if address.get_backend_name() == "sqlite":
        return _make_sqlite(address, patience_s)
    writer = _make_postgresql(address, patience_s, pool_size=WRITERS)
    reader = _make_postgresql(address, patience_s, pool_size=READERS, isolation_level="REPEATABLE READ")
    return writer, reader.execution_options(postgresql_readonly=True)


def make_migrating_engine(address: sa.URL, *, patience_s: float) -> sa.Engine:
    """An engine whose transactions change tables: however long that takes, and rows out of step in between."""
    if address.get_backend_name() == "sqlite":
        connect = _connect_to_file(Path(address.database or ""), patience_s, "foreign_keys=OFF")
        engine = sa.create_engine(address, creator=connect, poolclass=sa.NullPool)
        sa.event.listen(engine, "begin", _begin_writing)
        return engine
    return _make_postgresql(address, patience_s, poolclass=sa.NullPool, statement_timeout_s=0)


def _make_sqlite(address: sa.URL, patience_s: float) -> tuple[sa.Engine, sa.Engine]:
    path = Path(address.database or "")
    pool = {"poolclass": sa.QueuePool, "max_overflow": 0, "pool_timeout": patience_s}
    writing = _connect_to_file(path, patience_s, *_WRITING, "foreign_keys=ON")
    writer = sa.create_engine(address, creator=writing, pool_size=1, **pool)
    sa.event.listen(writer, "begin", _begin_writing)
    reading = _connect_to_file(path, patience_s, "query_only=ON")
    reader = sa.create_engine(address, creator=reading, pool_size=READERS, **pool)
    sa.event.listen(reader, "begin", _begin_reading)
    return writer, reader


def _connect_to_file(path: Path, patience_s: float, *pragmas: str) -> Callable[[], sqlite3.Connection]:
    """How to connect to a file that is there: one that was deleted must not come back empty."""
    uri = f"file:{quote(str(path))}?mode=rw"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(uri, uri=True, timeout=patience_s, isolation_level=None, check_same_thread=False)
        try:
            for pragma in pragmas:
                connection.execute(f"PRAGMA {pragma}").close()
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    return connect


def _begin_writing(connection: sa.Connection) -> None:
    # A transaction that reads first and writes then would lose to, or be refused for, one in between.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_reading(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _make_postgresql(
    address: sa.URL, patience_s: float, *, statement_timeout_s: int = STATEMENT_TIMEOUT_S, **options: object
) -> sa.Engine:
    ours = {"connect_timeout": CONNECT_TIMEOUT_S, "application_name": "scopenote", **_ALIVE}
    arguments = {name: value for name, value in ours.items() if name not in address.query}
    if "poolclass" not in options:
        # A server that was restarted is found again: a connection is tried before it is used.
        options = {**options, "pool_pre_ping": True, "max_overflow": 0, "pool_timeout": patience_s}
    # Without it an insert's rowcount is -1 here, and a right number in SQLite.
    told = {"preserve_rowcount": True}
    engine = sa.create_engine(address, connect_args=arguments, execution_options=told, **options)

    def set_limits(connection: "psycopg.Connection", _: object) -> None:
        connection.execute(f"SET lock_timeout = {round(patience_s * 1000)}")
        connection.execute(f"SET statement_timeout = {statement_timeout_s * 1000}")
        connection.execute(f"SET idle_in_transaction_session_timeout = {STATEMENT_TIMEOUT_S * 1000}")
        connection.commit()

    sa.event.listen(engine, "connect", set_limits)
    return engine
