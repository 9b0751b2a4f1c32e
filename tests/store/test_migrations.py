"""Migrations: from every released version to this one, one process at a time, all of it or nothing."""

import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from app.errors import BadSetting, StoreUnavailable
from app.store.address import read_address
from app.store.engines import make_migrating_engine
from app.store.migrating import LOCK, MIGRATIONS, make_config, migrate
from app.store.opening import open_database
from app.store.revision import HEAD, find_revision
from app.store.schema import metadata
from tests.store.release_dump import RELEASED

GIVEN_UP = {"0001": {"delivery"}}
"""Tables that a later revision makes anew, because nothing was ever kept in them, by the last revision that had them."""

NEXT = '''"""A revision that is still to come."""

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{head}"


def upgrade() -> None:
    with op.batch_alter_table("lease", recreate="always") as batch:
        batch.add_column(sa.Column("note", sa.Text(), nullable=False, server_default="none"))
    op.create_table("coming", sa.Column("id", sa.String(), primary_key=True))
    {end}
'''


@contextmanager
def _connect(url: str) -> Iterator[sa.Connection]:
    engine = make_migrating_engine(read_address(url), patience_s=5)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def coming(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of a revision that comes after this version's last; the code is at it."""
    migrations = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, migrations)
    for name in ("app.store.migrating.HEAD", "app.store.opening.HEAD"):
        monkeypatch.setattr(name, "9999")
    monkeypatch.setattr("app.store.migrating.MIGRATIONS", migrations)
    script = migrations / "versions" / "9999_coming.py"
    script.write_text(NEXT.format(head=HEAD, end=""))
    return script


@pytest.fixture
def older_url(empty_url: str) -> str:
    """The URL of a store at this version's last revision, with a row in it; see `coming`."""
    database = open_database(empty_url)
    database.write_now(lambda c: c.exec_driver_sql("INSERT INTO lease (name, until) VALUES ('kept', 7)"))
    database.close()
    return empty_url


def test_the_revision_that_opening_looks_for_is_the_last_one() -> None:
    assert ScriptDirectory.from_config(make_config()).get_heads() == [HEAD]


def test_an_empty_database_gets_the_tables_that_the_code_knows(database_url: str) -> None:
    open_database(database_url).close()
    with _connect(database_url) as connection:
        assert find_revision(connection) == HEAD
        assert _compare(connection) == []


def test_a_difference_between_tables_and_migrations_is_seen(empty_url: str) -> None:
    open_database(empty_url).close()
    with _connect(empty_url) as connection:
        connection.exec_driver_sql("DROP INDEX ix_delivery_received_at")
        connection.exec_driver_sql("ALTER TABLE lease DROP COLUMN holder")
        assert len(_compare(connection)) == 2


def _compare(connection: sa.Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


def test_every_released_revision_has_its_dumps() -> None:
    revisions = {script.revision for script in ScriptDirectory.from_config(make_config()).walk_revisions()}
    for kind in ("sqlite", "postgresql"):
        assert {path.name.split(".")[0] for path in RELEASED.glob(f"*.{kind}.sql")} == revisions


@pytest.mark.parametrize("revision", sorted({path.name.split(".")[0] for path in RELEASED.glob("*.sql")}))
def test_a_store_of_every_release_opens_with_all_its_rows(empty_url: str, revision: str) -> None:
    _load(empty_url, revision)
    with _connect(empty_url) as connection:
        columns = _list_columns(connection)
        before = _read_rows(
            connection, {name: columns[name] for name in columns.keys() - GIVEN_UP.get(revision, set())}
        )
    open_database(empty_url).close()
    with _connect(empty_url) as connection:
        assert _read_rows(connection, {name: list(rows[0]) for name, rows in before.items()}) == before
        assert _compare(connection) == []
    assert all(len(rows) == 1 for rows in before.values())


def test_what_a_cms_listed_is_told_from_what_it_called_for_in_an_older_store(empty_url: str) -> None:
    _load(empty_url, "0002")
    row = "INSERT INTO delivery SELECT 'd2', source, 'reconcile:a1:?', {rest} FROM delivery"
    rest = "received_at, events, state, due_at, tries, executor, outcomes, reason"
    with _connect(empty_url) as connection:
        connection.exec_driver_sql(row.format(rest=rest))
    open_database(empty_url).close()
    with _connect(empty_url) as connection:
        turns = connection.exec_driver_sql("SELECT id, turn FROM delivery ORDER BY turn").all()
    assert [tuple(one) for one in turns] == [("a-id", 0), ("d2", 1)]


def _load(url: str, revision: str) -> None:
    address = read_address(url)
    if address.database and address.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(address.database)) as connection:
            connection.executescript((RELEASED / f"{revision}.sqlite.sql").read_text())
    else:
        with psycopg.connect(url) as server:
            server.execute((RELEASED / f"{revision}.postgresql.sql").read_bytes())


def _list_columns(connection: sa.Connection) -> dict[str, list[str]]:
    looking = sa.inspect(connection)
    tables = set(looking.get_table_names()) - {"alembic_version"}
    return {name: [column["name"] for column in looking.get_columns(name)] for name in sorted(tables)}


def _read_rows(connection: sa.Connection, columns: dict[str, list[str]]) -> dict[str, list[dict[str, object]]]:
    """Every table's rows by column, without what a later revision added to them."""
    rows = {}
    for name, its in columns.items():
        query = sa.text(f"SELECT {', '.join(map(_quote, its))} FROM {_quote(name)}")  # noqa: S608 - names from our own dumps
        rows[name] = [dict(row) for row in connection.execute(query).mappings()]
    return rows


def _quote(name: str) -> str:
    return f'"{name}"'


def test_an_older_store_is_brought_forward_with_its_rows(older_url: str, coming: Path) -> None:
    database = open_database(older_url)
    assert database.read_now(lambda c: c.exec_driver_sql("SELECT name, until, note FROM lease").all()) == [
        ("kept", 7, "none")
    ]
    database.close()


def test_an_older_file_is_copied_before_it_is_changed(older_url: str, coming: Path) -> None:
    open_database(older_url).close()
    copies = list(coming.parents[2].glob("store.db.before-*"))
    if older_url.startswith("postgresql"):
        assert copies == []
        return
    assert [path.name for path in copies] == [f"store.db.before-{HEAD}"]
    with closing(sqlite3.connect(copies[0])) as copy:
        assert copy.execute("SELECT version_num FROM alembic_version").fetchall() == [(HEAD,)]
        assert copy.execute("SELECT name FROM lease").fetchall() == [("kept",)]


def test_a_migration_that_fails_changes_nothing(older_url: str, coming: Path) -> None:
    coming.write_text(NEXT.format(head=HEAD, end='op.execute("INSERT INTO nowhere VALUES (1)")'))
    with pytest.raises(sa.exc.DBAPIError, match="nowhere"):
        open_database(older_url)
    with _connect(older_url) as connection:
        assert find_revision(connection) == HEAD
        assert _compare(connection) == []


def test_a_migration_that_would_leave_rows_pointing_nowhere_changes_nothing(
    tmp_path: Path, coming: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    with monkeypatch.context() as now:
        now.setattr("app.store.opening.HEAD", HEAD)
        now.setattr("app.store.migrating.HEAD", HEAD)
        open_database(url).close()
    row = "INSERT INTO stood (article, decision, at) VALUES ('a', 7, '2026-11-23 12:00:00')"
    coming.write_text(NEXT.format(head=HEAD, end=f"op.execute({row!r})".replace("\\'", "'")))
    with pytest.raises(StoreUnavailable, match="rows of 'stood' point to rows that are not there"):
        open_database(url)
    with _connect(url) as connection:
        assert find_revision(connection) == HEAD


def test_a_store_of_a_newer_version_is_refused_and_left_alone(older_url: str) -> None:
    with _connect(older_url) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreUnavailable, match=r"a newer Scopenote \(revision '9999'\).*Install the newer version"):
        open_database(older_url)
    with _connect(older_url) as connection:
        assert find_revision(connection) == "9999"


def test_tables_of_another_program_are_not_mixed_with_ours(empty_url: str) -> None:
    with _connect(empty_url) if empty_url.startswith("postgresql") else _make_file(empty_url) as connection:
        connection.execute(sa.text("CREATE TABLE article (id INTEGER)"))
    with pytest.raises(BadSetting, match=r"another program keeps its tables \(article\)"):
        open_database(empty_url)


@contextmanager
def _make_file(url: str) -> Iterator[sa.Connection]:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def test_on_a_server_others_may_have_tables_beside_ours(empty_url: str) -> None:
    if empty_url.startswith("postgresql"):
        with _connect(empty_url) as connection:
            connection.execute(sa.text("CREATE TABLE wp_posts (id INTEGER)"))
    open_database(empty_url).close()


def test_who_waits_for_another_to_migrate_does_not_do_it_again(empty_url: str) -> None:
    copies: list[str] = []
    engine = make_migrating_engine(read_address(_made(empty_url)), patience_s=5)
    waiting = threading.Thread(target=migrate, args=(engine, "here", copies.append))
    with _connect(empty_url) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
        waiting.start()
        waiting.join(0.2)
        assert waiting.is_alive()
        command.upgrade(make_config(connection), HEAD)
    waiting.join(5)
    assert not waiting.is_alive()
    engine.dispose()
    assert copies == []


def test_who_waits_too_long_for_another_to_migrate_says_so(empty_url: str) -> None:
    with _connect(_made(empty_url)) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
        with pytest.raises(StoreUnavailable, match="is locked"):
            open_database(empty_url, patience_s=0.1)


def _made(url: str) -> str:
    """The URL, once there is a file for it."""
    if url.startswith("sqlite"):
        Path(read_address(url).database or "").touch()
    return url
