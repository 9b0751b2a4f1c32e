"""Owns opening the store: which database a URL means, how it is set up, and that its tables are there."""

from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app.store.database import WRITERS, Database
from app.store.schema import metadata


def open_database(url: str) -> Database:
    """The database at a URL, made where it is not there yet.

    Raises:
        BadSetting: the URL means no database that can be used.
        StoreUnavailable: it cannot be reached.
    """
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite":
        Path(parsed.database or "").parent.mkdir(parents=True, exist_ok=True)
        writer = sa.create_engine(parsed, pool_size=1, max_overflow=0)
        reader = sa.create_engine(parsed)
        for engine in (writer, reader):
            sa.event.listen(engine, "connect", _set_pragmas)
        sa.event.listen(writer, "begin", _begin_immediate)
    else:
        writer = sa.create_engine(parsed, pool_size=WRITERS)
        reader = sa.create_engine(parsed)
    metadata.create_all(writer)
    return Database(writer, reader)


def _set_pragmas(connection: Any, _: object) -> None:  # noqa: ANN401 - the driver's
    connection.isolation_level = None
    for pragma in ("busy_timeout=30000", "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
