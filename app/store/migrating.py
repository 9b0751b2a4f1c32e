"""Owns bringing a store's tables forward: one process at a time, all of it or nothing."""

import threading
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from app.errors import BadSetting, StoreUnavailable
from app.store.address import SETTING
from app.store.revision import HEAD, find_revision
from app.store.schema import metadata

MIGRATIONS = Path(__file__).parent / "migrations"

LOCK = 7_302_051_930_441
"""The advisory lock that whoever migrates holds on PostgreSQL; SQLite has its write lock."""

# Alembic keeps what it works on in one global of the process.
_one_at_a_time = threading.Lock()


def make_config(connection: sa.Connection | None = None) -> Config:
    """Alembic's configuration: the migrations that are shipped with the package, and no file beside them."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def migrate(engine: sa.Engine, place: str, keep_copy: Callable[[str], None]) -> None:
    """Bring the tables to the revision that this version writes.

    `keep_copy` is called with the revision that there was, before anything is changed.

    Raises:
        StoreUnavailable: a newer version wrote it.
        BadSetting: it belongs to another program.
    """
    with _one_at_a_time, engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
        # Another process may have done it while this one waited.
        revision = find_revision(connection)
        if revision == HEAD:
            return
        if revision is None:
            _refuse_foreign(connection, place)
        else:
            _refuse_newer(revision, place)
            keep_copy(revision)
        command.upgrade(make_config(connection), HEAD)
        _check_links(connection, place)


def _refuse_newer(revision: str, place: str) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(make_config()).walk_revisions()}
    if revision not in known:
        raise StoreUnavailable(
            f"The store {place} was written by a newer Scopenote (revision {revision!r}); this one knows "
            f"revisions up to {HEAD!r}. Install the newer version again, or restore a backup from before it."
        )


def _refuse_foreign(connection: sa.Connection, place: str) -> None:
    """On a server others may have tables beside ours, in a file they may not."""
    there = set(sa.inspect(connection).get_table_names())
    if connection.dialect.name == "postgresql":
        there &= set(metadata.tables)
    if there:
        raise BadSetting(
            f"{SETTING} means {place}, where another program keeps its tables ({', '.join(sorted(there)[:3])}). "
            "Name a database that is Scopenote's own."
        )


def _check_links(connection: sa.Connection, place: str) -> None:
    """SQLite does not look at foreign keys while tables are rebuilt, so that it is done at the end."""
    if connection.dialect.name != "sqlite":
        return
    if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise StoreUnavailable(
            f"The store {place} cannot be brought forward: rows of {broken[0]!r} point to rows that are not there. "
            "Nothing was changed; restore a backup, or go on with the version that wrote it."
        )
