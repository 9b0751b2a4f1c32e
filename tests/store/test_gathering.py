"""Gathering writes: what several tasks want written goes into few transactions, and each learns what became of its own."""

import asyncio
import threading
from collections.abc import Callable

import pytest
from sqlalchemy import Connection, func, insert, select

from app.store.database import Database
from app.store.gathering import MOST_TOGETHER, Gathering
from app.store.tables.spending import spent

pytestmark = pytest.mark.anyio

PATIENCE_S = 10.0


class Counted:
    """A gathering that counts its transactions, the first of which waits until it is let go."""

    def __init__(self, database: Database) -> None:
        self.transactions = 0
        self.begun = threading.Event()
        self.let_go = threading.Event()
        self.gathering = Gathering(database, first=self._count)

    def _count(self, _: Connection) -> None:
        self.transactions += 1
        self.begun.set()
        assert self.let_go.wait(PATIENCE_S)

    async def write(self, *works: Callable[[Connection], str]) -> list[str | BaseException]:
        """What becomes of each piece of work, all but the first of which are handed in during the first transaction."""
        first = asyncio.create_task(self.gathering.write(works[0]))
        assert await asyncio.to_thread(self.begun.wait, PATIENCE_S)
        others = [asyncio.create_task(self.gathering.write(work)) for work in works[1:]]
        await asyncio.sleep(0)
        self.let_go.set()
        return await asyncio.gather(first, *others, return_exceptions=True)


@pytest.fixture
def counted(database: Database) -> Counted:
    return Counted(database)


def keep(day: str) -> Callable[[Connection], str]:
    """Work that keeps a row and gives its name back."""

    def work(c: Connection) -> str:
        c.execute(insert(spent).values(day=day, job="", calls=0, tokens=0, cost_usd=0.0, unpriced=0))
        return day

    return work


def fail(_: Connection) -> str:
    """Work that cannot be done."""
    raise ZeroDivisionError


def count_kept(database: Database) -> int:
    return database.read_now(lambda c: c.execute(select(func.count()).select_from(spent)).scalar_one())


async def test_what_comes_meanwhile_is_written_together(counted: Counted, database: Database) -> None:
    assert await counted.write(*map(keep, "abcde")) == list("abcde")
    assert (counted.transactions, count_kept(database)) == (2, 5)


async def test_no_transaction_holds_too_much(counted: Counted, database: Database) -> None:
    days = [str(number) for number in range(1 + 2 * MOST_TOGETHER + 1)]
    assert await counted.write(*map(keep, days)) == days
    assert (counted.transactions, count_kept(database)) == (4, len(days))


async def test_what_fails_spoils_what_is_written_with_it_and_nothing_else(counted: Counted, database: Database) -> None:
    a, b, failed, c = await counted.write(keep("a"), keep("b"), fail, keep("c"))
    assert a == "a"
    assert {type(outcome) for outcome in (b, failed, c)} == {ZeroDivisionError}
    assert count_kept(database) == 1
    assert await counted.gathering.write(keep("d")) == "d"


async def test_who_is_called_off_is_let_go_when_it_is_written(counted: Counted, database: Database) -> None:
    writing = [asyncio.create_task(counted.gathering.write(keep(day))) for day in "ab"]
    assert await asyncio.to_thread(counted.begun.wait, PATIENCE_S)
    writing[0].cancel()
    await asyncio.sleep(0.02)
    assert not writing[0].done()
    counted.let_go.set()
    assert [type(outcome) for outcome in await asyncio.gather(*writing, return_exceptions=True)] == [
        asyncio.CancelledError,
        str,
    ]
    assert count_kept(database) == 2
