"""The database: all of a work is kept or nothing, off the event loop, however many ask at once."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.errors import NotKept, StoreUnavailable
from app.store.database import Database, Work
from app.store.engines import WRITERS
from app.store.opening import open_database
from app.store.tables.workers import lease
from app.store.upserting import insert_or

pytestmark = pytest.mark.anyio

ADD_ONE = sa.update(lease).values(until=lease.c.until + 1)


def _put(c: sa.Connection, name: str, until: float = 0) -> None:
    c.execute(sa.insert(lease).values(name=name, until=until))


def _find_names(c: sa.Connection) -> list[str]:
    return list(c.execute(sa.select(lease.c.name).order_by(lease.c.name)).scalars())


def _count(c: sa.Connection) -> float:
    return float(c.execute(sa.select(lease.c.until)).scalar_one())


async def test_what_is_written_is_read(database: Database) -> None:
    await database.write(lambda c: _put(c, "a"))
    assert await database.read(_find_names) == ["a"]


def test_without_an_event_loop_it_is_the_same(database: Database) -> None:
    database.write_now(lambda c: _put(c, "a"))
    assert database.read_now(_find_names) == ["a"]


async def test_work_that_raises_leaves_nothing(database: Database) -> None:
    def work(c: sa.Connection) -> None:
        _put(c, "a")
        raise NotKept("no such job")

    with pytest.raises(NotKept):
        await database.write(work)
    assert await database.read(_find_names) == []


async def test_of_what_is_written_together_only_the_work_that_raises_is_lost(database: Database) -> None:
    def refuse(c: sa.Connection) -> None:
        _put(c, "refused")
        raise NotKept("no such job")

    names = [f"n{number}" for number in range(20)]
    works: list[Work[None]] = [partial(_put, name=name) for name in names]
    *rest, refused = await asyncio.gather(*(database.write(work) for work in [*works, refuse]), return_exceptions=True)
    assert rest == [None] * len(names)
    assert isinstance(refused, NotKept)
    assert await database.read(_find_names) == sorted(names)


async def test_an_error_says_nothing_of_what_was_written_together_with_it(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/store.db")

    def refuse(_: sa.Connection, name: str) -> None:
        raise NotKept(name)

    works = [partial(refuse, name=name) for name in "abc"]
    errors = await asyncio.gather(*(database.write(work) for work in works), return_exceptions=True)
    database.close()
    assert [str(error) for error in errors] == ["a", "b", "c"]
    assert [error.__context__ for error in errors if isinstance(error, NotKept)] == [None] * 3


async def test_whoever_stops_waiting_before_its_turn_writes_nothing(database: Database) -> None:
    held = threading.Event()
    busy = [asyncio.create_task(database.write(lambda _: held.wait(5) and None)) for _ in range(WRITERS)]
    await asyncio.sleep(0.05)
    late = asyncio.create_task(database.write(lambda c: _put(c, "late")))
    await asyncio.sleep(0)
    late.cancel()
    await asyncio.sleep(0)
    held.set()
    await asyncio.gather(*busy)
    assert late.cancelled()
    assert await database.read(_find_names) == []


async def test_what_waits_on_sqlite_is_written_in_one_transaction(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/store.db")
    held, begun = threading.Event(), list[sa.Connection]()
    first = asyncio.create_task(database.write(lambda _: held.wait(5) and None))
    await asyncio.sleep(0.05)
    others = [asyncio.create_task(database.write(begun.append)) for _ in range(10)]
    await asyncio.sleep(0.05)
    held.set()
    await asyncio.gather(first, *others)
    database.close()
    assert len(begun) == 10
    assert len(set(map(id, begun))) == 1


def test_a_broken_constraint_is_no_failure_of_the_database(database: Database) -> None:
    database.write_now(lambda c: _put(c, "a"))

    def work(c: sa.Connection) -> None:
        _put(c, "b")
        _put(c, "a")

    with pytest.raises(sa.exc.IntegrityError):
        database.write_now(work)
    assert database.read_now(_find_names) == ["a"]


def test_rows_point_only_to_rows_that_are_there(database: Database) -> None:
    statement = sa.text("INSERT INTO stood (article, decision, at) VALUES ('a', 7, '2026-11-23 12:00:00')")
    with pytest.raises(sa.exc.IntegrityError):
        database.write_now(lambda c: c.execute(statement))


def test_an_insert_says_whether_it_did_anything(database: Database) -> None:
    def work(c: sa.Connection) -> int:
        return c.execute(insert_or(c, lease).values(name="a", until=0).on_conflict_do_nothing()).rowcount

    assert [database.write_now(work), database.write_now(work)] == [1, 0]


def test_a_reader_sees_the_database_as_it_was_when_it_began(database: Database) -> None:
    def work(c: sa.Connection) -> list[list[str]]:
        before = _find_names(c)
        database.write_now(lambda writing: _put(writing, "a"))
        return [before, _find_names(c)]

    assert database.read_now(work) == [[], []]
    assert database.read_now(_find_names) == ["a"]


def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(sa.exc.DBAPIError, match=r"read-?only"):
        database.read_now(lambda c: _put(c, "a"))
    assert database.read_now(_find_names) == []


def test_no_count_is_lost_among_threads(database: Database) -> None:
    database.write_now(lambda c: _put(c, "n"))
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: database.write_now(lambda c: c.execute(ADD_ONE)), range(200)))
    assert database.read_now(_count) == 200


async def test_a_thousand_may_wait_for_their_turn(database: Database) -> None:
    await database.write(lambda c: _put(c, "n"))
    await asyncio.gather(*(database.write(lambda c: c.execute(ADD_ONE)) for _ in range(1000)))
    assert await database.read(_count) == 1000


async def test_whoever_stops_waiting_does_not_break_what_was_begun(database: Database, database_url: str) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def work(c: sa.Connection) -> None:
        _put(c, "a")
        begun.set()
        assert go_on.wait(5)
        _put(c, "b")

    waiting = asyncio.create_task(database.write(work))
    await asyncio.to_thread(begun.wait, 5)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    go_on.set()
    await asyncio.to_thread(database.close)
    assert _find_names_at(database_url) == ["a", "b"]


async def test_what_waits_when_nobody_waits_for_it_is_not_begun(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/store.db")
    begun, go_on = threading.Event(), threading.Event()

    def work(c: sa.Connection) -> None:
        _put(c, "a")
        begun.set()
        assert go_on.wait(5)

    first = asyncio.create_task(database.write(work))
    await asyncio.to_thread(begun.wait, 5)
    second = asyncio.create_task(database.write(lambda c: _put(c, "b")))
    await asyncio.sleep(0)
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    go_on.set()
    await first
    assert await database.read(_find_names) == ["a"]
    database.close()


async def test_closing_waits_for_all_that_was_asked_for(database: Database, database_url: str) -> None:
    asked = [asyncio.create_task(database.write(lambda c, n=n: _put(c, f"{n:02}"))) for n in range(20)]  # type: ignore[misc]
    await asyncio.sleep(0)
    await asyncio.to_thread(database.close)
    await asyncio.gather(*asked)
    assert len(_find_names_at(database_url)) == 20


async def test_a_closed_database_says_so(database: Database) -> None:
    database.close()
    for ask in (database.read, database.write):
        with pytest.raises(StoreUnavailable, match="was closed"):
            await ask(_find_names)
    for ask_now in (database.read_now, database.write_now):
        with pytest.raises(StoreUnavailable, match="was closed"):
            ask_now(_find_names)


def test_what_is_read_and_then_written_by_many_is_not_lost(database: Database, database_url: str) -> None:
    def work(c: sa.Connection) -> None:
        found = c.execute(sa.select(lease.c.until).with_for_update()).scalar_one()
        c.execute(sa.update(lease).values(until=found + 1))

    other = open_database(database_url)
    database.write_now(lambda c: _put(c, "n"))
    with ThreadPoolExecutor(8) as threads:
        both = [database, other] * 50
        list(threads.map(lambda one: one.write_now(work), both))
    assert other.read_now(_count) == 100
    other.close()


def test_its_address_is_told_without_the_password(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/store.db")
    assert database.is_sqlite
    assert database.url == f"sqlite:///{tmp_path}/store.db"
    database.close()


def _find_names_at(url: str) -> list[str]:
    opened = open_database(url)
    try:
        return opened.read_now(_find_names)
    finally:
        opened.close()
