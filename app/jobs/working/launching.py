"""Owns launching DBOS in this process: its database, and its settings."""

import sqlite3
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer

from app.jobs.working.log_lines import shorten_log
from app.jobs.working.queue_faults import telling

APPLICATION = "scopenote"
VERSION = "1"
"""Of what is in the queues. Workflows of one step hardly change: raise it, with a migration of what is
queued, only where old ones could not be run any more."""
_PRAGMAS = ("busy_timeout=30000", "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "cache_size=-512")
"""DBOS sets no write-ahead log by itself, and would be half as fast without. Its rows are read once or
twice, so that pages of theirs need not be kept in memory."""
_KNOWS_SUBSEC = (3, 42, 0)
"""The SQLite from which on `unixepoch('subsec')` is the time."""
SERIALIZER = DBOSPortableJSONSerializer()


def prepare(url: str) -> None:
    """Set up the queues' database where that is missing or older.

    Raises:
        StoreUnavailable: that database cannot be used.
    """
    shorten_log()
    parsed = sa.make_url(url)
    with telling(url):
        if parsed.get_backend_name() == "sqlite" and parsed.database:
            Path(parsed.database).touch(mode=0o600)  # what articles are called is nobody else's business
        DBOS.migrate(write_url(url))


def launch(url: str, executor_id: str, look_s: float) -> None:
    """Begin to take work from the queues. One per process, until `DBOS.destroy`.

    Raises:
        StoreUnavailable: that database cannot be used.
    """
    is_sqlite = sa.make_url(url).get_backend_name() == "sqlite"
    config = DBOSConfig(
        name=APPLICATION,
        system_database_url=write_url(url),
        sys_db_pool_size=2 if is_sqlite else 8,
        executor_id=executor_id,
        application_version=VERSION,
        serializer=SERIALIZER,
        log_level="WARNING",
        # Nobody waits for notifications; how long its listener sleeps is how long stopping takes.
        use_listen_notify=False,
        notification_listener_polling_interval_sec=look_s,
        run_migrations=False,
        db_engine_kwargs={"pool_events": [(_set_pragmas, "connect")]} if is_sqlite else {},
    )
    with telling(url):
        DBOS(config=config)
        DBOS.launch()


def open_engine(url: str) -> sa.Engine:
    """Connections of our own to the queues' database."""
    engine = sa.create_engine(write_url(url, driver="+psycopg"), pool_size=2, max_overflow=1, pool_pre_ping=True)
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _set_pragmas)
    return engine


def write_url(url: str, driver: str = "") -> str:
    """A URL as DBOS reads it, with its password."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "postgresql":
        parsed = parsed.set(drivername=f"postgresql{driver}")
    return parsed.render_as_string(hide_password=False)


def _set_pragmas(connection: Any, _: object = None) -> None:  # noqa: ANN401 - the driver's
    connection.isolation_level = "IMMEDIATE"
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").close()
    if sqlite3.sqlite_version_info < _KNOWS_SUBSEC:
        # DBOS goes by Python's version in what it asks of SQLite, which an older library answers with NULL.
        connection.create_function("unixepoch", 1, lambda _unit: time.time())
