"""Failures of the database: told in words that can be acted on, and nothing is half kept."""

import os
import socket
import sqlite3
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from app.errors import BadSetting, StoreUnavailable
from app.store.address import read_address
from app.store.database import Database
from app.store.engines import make_engines
from app.store.opening import open_database
from app.store.tables.workers import lease
from tests.servers.postgres import Server, make_database

NOBODY = 65534


def _put(c: sa.Connection, name: str, until: float = 0) -> None:
    c.execute(sa.insert(lease).values(name=name, until=until))


def _put_many(c: sa.Connection, names: Sequence[str]) -> None:
    c.execute(sa.insert(lease), [{"name": name, "until": 0} for name in names])


def _count(c: sa.Connection) -> int:
    return int(c.execute(sa.select(sa.func.count()).select_from(lease)).scalar_one())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file of a store with a hundred rows."""
    path = tmp_path / "store.db"
    database = open_database(f"sqlite:///{path}")
    database.write_now(lambda c: _put_many(c, [f"{n:0500}" for n in range(100)]))
    database.close()
    return path


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    """That store, open and impatient."""
    database = open_database(f"sqlite:///{path}", patience_s=0.1)
    yield database
    database.close()


def test_a_full_disk_keeps_nothing_of_the_work(database: Database) -> None:
    def work(c: sa.Connection) -> None:
        c.exec_driver_sql("PRAGMA max_page_count = 1")  # the file may not grow any more
        _put_many(c, [f"new {number:0500}" for number in range(2000)])

    with pytest.raises(StoreUnavailable, match=r"the disk is full\. Make room"):
        database.write_now(work)
    assert database.read_now(_count) == 100


def test_after_a_full_disk_it_goes_on_once_there_is_room(database: Database) -> None:
    def fill(c: sa.Connection) -> None:
        c.exec_driver_sql("PRAGMA max_page_count = 1")
        _put_many(c, [f"new {number:0500}" for number in range(2000)])

    with pytest.raises(StoreUnavailable):
        database.write_now(fill)
    database.write_now(lambda c: c.exec_driver_sql("PRAGMA max_page_count = 100000"))
    database.write_now(lambda c: _put(c, "more"))
    assert database.read_now(_count) == 101


def test_a_store_that_another_process_holds_is_told_as_locked(database: Database, path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match=r"is locked: another process .* Try again"):
            database.write_now(lambda c: _put(c, "a"))
        assert database.read_now(_count) == 100  # readers are not in the way of a writer
        other.execute("ROLLBACK")
    database.write_now(lambda c: _put(c, "a"))
    assert database.read_now(_count) == 101


@pytest.mark.parametrize("change", ["deleted", "replaced"])
def test_a_file_that_went_away_under_us_is_told_before_anything_is_written_to_nowhere(
    database: Database, path: Path, change: str
) -> None:
    path.rename(path.with_name("elsewhere.db"))
    if change == "replaced":
        path.write_bytes(b"")
    for ask in (database.read_now, database.write_now):
        with pytest.raises(StoreUnavailable, match=r"is gone|was replaced"):
            ask(_count)


def test_a_file_that_goes_away_in_the_middle_of_a_work_keeps_nothing(database: Database, path: Path) -> None:
    elsewhere = path.with_name("elsewhere.db")

    def work(c: sa.Connection) -> None:
        _put(c, "a")
        path.rename(elsewhere)

    with pytest.raises(StoreUnavailable, match="is gone"):
        database.write_now(work)
    elsewhere.rename(path)
    assert database.read_now(_count) == 100


def test_a_file_that_was_put_back_is_used_again(database: Database, path: Path) -> None:
    path.rename(path.with_name("elsewhere.db"))
    with pytest.raises(StoreUnavailable):
        database.read_now(_count)
    path.with_name("elsewhere.db").rename(path)
    assert database.read_now(_count) == 100


def test_a_connection_makes_no_empty_file_where_one_was(path: Path) -> None:
    path.unlink()
    engines = make_engines(read_address(f"sqlite:///{path}"), patience_s=0.1)
    for engine in engines:
        with pytest.raises(sa.exc.OperationalError, match="unable to open"):
            engine.connect()
        engine.dispose()
    assert not path.exists()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"Dear diary\n" * 500, id="text"),
        pytest.param(b"note\n", id="a line"),
        pytest.param(bytes(range(256)) * 64, id="garbage"),
    ],
)
def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "notes.db").write_bytes(content)
    with pytest.raises(BadSetting, match=r"not an SQLite database\. Name another file"):
        open_database(f"sqlite:///{tmp_path}/notes.db")
    assert (tmp_path / "notes.db").read_bytes() == content
    assert [path.name for path in tmp_path.iterdir()] == ["notes.db"]


def test_a_database_of_another_program_is_left_as_it_is(tmp_path: Path) -> None:
    foreign = tmp_path / "photos.db"
    with closing(sqlite3.connect(foreign)) as connection:
        connection.execute("CREATE TABLE photo (name TEXT)")
    content = foreign.read_bytes()
    with pytest.raises(BadSetting, match=r"another program keeps its tables \(photo\)"):
        open_database(f"sqlite:///{foreign}")
    assert foreign.read_bytes() == content


@pytest.mark.parametrize("kept", [5000, 20_000])
def test_a_file_that_was_cut_short_is_told_as_damaged(path: Path, kept: int) -> None:
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(StoreUnavailable, match=r"is damaged\. .* restore the latest backup"):
        open_database(f"sqlite:///{path}")


def test_pages_that_were_overwritten_are_told_when_they_are_met(path: Path) -> None:
    content = bytearray(path.read_bytes())
    with closing(sqlite3.connect(path)) as connection:
        size, root = (connection.execute(query).fetchone()[0] for query in ("PRAGMA page_size", _ROOT))
    content[(root - 1) * size : root * size] = b"\xa5" * size
    path.write_bytes(content)
    database = open_database(f"sqlite:///{path}")
    with pytest.raises(StoreUnavailable, match="is damaged"):
        database.read_now(lambda c: c.execute(sa.select(lease)).all())
    with pytest.raises(StoreUnavailable, match="is damaged"):
        database.write_now(lambda c: _put(c, "a"))
    database.close()


_ROOT = "SELECT rootpage FROM sqlite_master WHERE name = 'lease'"


@pytest.fixture
def protected() -> Iterator[Path]:
    """A store's file that whoever runs may only read, in a folder in which nothing can be made."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        open_database(f"sqlite:///{folder}/store.db").close()
        (folder / "store.db").chmod(0o444)
        folder.chmod(0o555)
        user = os.geteuid()
        if user == 0:  # nothing is protected from root
            os.seteuid(NOBODY)
        try:
            yield folder
        finally:
            os.seteuid(user)
            folder.chmod(0o755)


def test_a_file_that_may_only_be_read_is_told(protected: Path) -> None:
    with pytest.raises(StoreUnavailable, match="the user that runs Scopenote"):
        open_database(f"sqlite:///{protected}/store.db")


def test_a_file_that_may_not_be_written_is_told_when_it_would_be(protected: Path) -> None:
    user = os.geteuid()
    os.seteuid(os.getuid())
    protected.chmod(0o777)
    os.seteuid(user)
    with pytest.raises(StoreUnavailable, match=r"cannot be written\. Let the user that runs Scopenote write"):
        _write_once(f"sqlite:///{protected}/store.db")


def test_a_folder_that_may_not_be_written_is_told(protected: Path) -> None:
    with pytest.raises(StoreUnavailable, match="cannot be made"):
        open_database(f"sqlite:///{protected}/other.db")


def _write_once(url: str) -> None:
    database = open_database(url)
    try:
        database.write_now(lambda c: _put(c, "a"))
    finally:
        database.close()


@pytest.fixture
def on_server(postgres_store: str) -> Iterator[Database]:
    """A store on a server, open and impatient."""
    database = open_database(postgres_store, patience_s=0.1)
    database.write_now(lambda c: c.execute(sa.delete(lease)))
    yield database
    database.close()


def test_a_server_that_went_away_is_told_and_found_again(on_server: Database, postgres: Server) -> None:
    on_server.write_now(lambda c: _put(c, "before"))
    postgres.stop()
    try:
        for ask in (on_server.read_now, on_server.write_now):
            with pytest.raises(StoreUnavailable, match="cannot be reached"):
                ask(_count)
    finally:
        postgres.ensure_postgres_running()
    on_server.write_now(lambda c: _put(c, "after"))
    assert on_server.read_now(_count) == 2


def test_a_connection_that_breaks_in_the_middle_of_a_work_keeps_nothing(on_server: Database) -> None:
    def work(c: sa.Connection) -> None:
        _put(c, "a")
        c.execute(sa.text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(StoreUnavailable):
        on_server.write_now(work)
    assert on_server.read_now(_count) == 0


def test_a_row_that_another_holds_is_told_as_locked(on_server: Database, postgres_store: str) -> None:
    on_server.write_now(lambda c: _put(c, "a"))
    with psycopg.connect(postgres_store) as other:
        other.execute("UPDATE lease SET until = 1")
        with pytest.raises(StoreUnavailable, match=r"is locked: .* Try again"):
            on_server.write_now(lambda c: c.execute(sa.update(lease).values(until=2)))


def test_writers_in_each_others_way_both_get_through(on_server: Database, postgres_store: str) -> None:
    patient = open_database(postgres_store)
    patient.write_now(lambda c: _put_many(c, ["a", "b"]))
    both_hold_one = threading.Barrier(2)
    tries: list[str] = []

    def cross(first: str, second: str) -> None:
        def work(c: sa.Connection) -> None:
            tries.append(first)
            for name in (first, second):
                c.execute(sa.update(lease).where(lease.c.name == name).values(until=lease.c.until + 1))
                if len(tries) <= 2 and name == first:
                    both_hold_one.wait(5)

        patient.write_now(work)

    threads = [threading.Thread(target=cross, args=names) for names in (("a", "b"), ("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sums = patient.read_now(lambda c: c.execute(sa.select(lease.c.until)).scalars().all())
    patient.close()
    assert list(sums) == [2, 2]
    assert len(tries) > 2


@pytest.mark.parametrize(
    ("state", "words"),
    [
        pytest.param("53100", "the server's disk is full. Make room", id="disk full"),
        pytest.param("53200", "run out of memory", id="memory"),
        pytest.param("53300", "no connection to spare", id="connections"),
        pytest.param("57014", "took too long", id="statement timeout"),
        pytest.param("25006", "takes no writes", id="copy of another server"),
        pytest.param("25P03", "stood still for too long", id="idle transaction"),
        pytest.param("55006", "cannot be used just now", id="anything else that is not ours"),
        pytest.param("XX001", "is damaged", id="damaged"),
        pytest.param("58030", "its disk is", id="disk error"),
    ],
)
def test_what_a_server_says_is_told(on_server: Database, state: str, words: str) -> None:
    def work(c: sa.Connection) -> None:
        _put(c, "a")
        c.exec_driver_sql(f"DO $$ BEGIN RAISE EXCEPTION 'so it is' USING ERRCODE = '{state}'; END $$")

    with pytest.raises(StoreUnavailable, match=rf"{words}.*so it is"):
        on_server.write_now(work)
    assert on_server.read_now(_count) == 0


def test_a_user_who_may_not_make_tables_is_a_setting_to_mend(postgres_url: str) -> None:
    with make_database(postgres_url) as empty_url, psycopg.connect(empty_url, autocommit=True) as connection:
        connection.execute("CREATE ROLE guest LOGIN")
        try:
            with pytest.raises(BadSetting, match=r"GRANT what is missing.*permission denied for schema public"):
                open_database(empty_url.replace("postgres:@", "guest:@"))
        finally:
            connection.execute("DROP ROLE guest")


def test_a_statement_that_is_wrong_is_a_mistake_of_ours(on_server: Database, database: Database) -> None:
    for one in (on_server, database):
        with pytest.raises(sa.exc.DBAPIError, match="nonsense"):
            one.read_now(lambda c: c.exec_driver_sql("SELECT * FROM nonsense"))
        with pytest.raises(sa.exc.DBAPIError):
            one.write_now(lambda c: _put(c, None))  # type: ignore[arg-type]


def test_a_server_that_is_not_there_is_told() -> None:
    with pytest.raises(StoreUnavailable, match=r"cannot be reached.*refused"):
        open_database("postgresql://scope:secret@127.0.0.1:1/x")


def test_a_server_that_does_not_answer_is_told_within_seconds() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        port = deaf.getsockname()[1]
        with pytest.raises(StoreUnavailable, match="cannot be reached"):
            open_database(f"postgresql://scope:secret@127.0.0.1:{port}/x?connect_timeout=1")
