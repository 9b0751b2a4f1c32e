"""Readiness: every part by itself, what is said of it, and that asking often is not work."""

import asyncio
import random
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from app.errors import StoreUnavailable
from app.llm.clock import SystemClock
from app.llm.queue.scheduler import Limits, Scheduler
from app.store.database import Database
from app.store.opening import open_database
from app.watching.readiness import Part, Readiness
from tests.llm.askers import fail
from tests.verdicts import build_category, build_taxonomy

pytestmark = pytest.mark.anyio

FULL = build_taxonomy(build_category())


def _make_scheduler() -> Scheduler:
    return Scheduler(Limits(), SystemClock(), random.random, subject="m")


async def _break(scheduler: Scheduler) -> Scheduler:
    """The same scheduler once its server has no money left."""
    taken = await scheduler.enter(scheduler.arrive("job"), 1)
    scheduler.leave_failed(taken, fail("quota_exhausted", status=429))
    return scheduler


@asynccontextmanager
async def _open(
    folder: Path,
    *,
    scheduler: Scheduler | None = None,
    stands_in: bool = True,
    alive: bool = True,
    count_s: Callable[[], float] = time.monotonic,
) -> AsyncIterator[tuple[Readiness, Database]]:
    database = open_database(f"sqlite:///{folder}/store.db")

    async def has_worker() -> bool:
        return alive

    try:
        yield (
            Readiness(
                database, lambda: FULL, lambda: scheduler, has_worker,
                stands_in=stands_in, count_s=count_s, patience_s=0.3,
            ),
            database,
        )  # fmt: skip
    finally:
        await asyncio.to_thread(database.close)


def _find_bad(parts: tuple[Part, ...]) -> list[tuple[str, str]]:
    assert [part.name for part in parts] == ["database", "taxonomy", "model", "worker"]
    assert all(part.says for part in parts)
    return [(part.name, part.state) for part in parts if part.state != "ok"]


async def test_all_is_well_where_all_is_there(tmp_path: Path) -> None:
    async with _open(tmp_path, scheduler=_make_scheduler()) as (readiness, _):
        assert _find_bad(await readiness.look()) == []


async def test_a_store_that_somebody_holds_is_not_waited_for(tmp_path: Path) -> None:
    async with _open(tmp_path) as (readiness, _):
        with closing(sqlite3.connect(tmp_path / "store.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE").close()
            async with asyncio.timeout(3):
                parts = await readiness.look()
            other.execute("ROLLBACK").close()
        assert _find_bad(parts) == [("database", "failed"), ("worker", "degraded")]
        assert "another process holds it" in parts[0].says


async def test_a_store_that_is_gone_is_named_in_the_log_and_not_to_whoever_asks(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with _open(tmp_path) as (readiness, _):
        (tmp_path / "store.db").rename(tmp_path / "away.db")
        parts = await readiness.look()
        await readiness.look()
        assert _find_bad(parts)[0] == ("database", "failed")
        assert str(tmp_path) not in parts[0].says
        assert caplog.text.count("is gone") == 1  # said once, however often it is asked for
        (tmp_path / "away.db").rename(tmp_path / "store.db")
        assert _find_bad(await readiness.look()) == []


@pytest.mark.parametrize(("stands_in", "state"), [(True, "degraded"), (False, "failed")])
async def test_an_llm_that_is_left_alone_matters_where_nobody_stands_in(
    tmp_path: Path, stands_in: bool, state: str
) -> None:
    scheduler = await _break(_make_scheduler())
    async with _open(tmp_path, scheduler=scheduler, stands_in=stands_in) as (readiness, _):
        parts = await readiness.look()
    assert _find_bad(parts) == [("model", state)]
    assert "quota_exhausted" in parts[2].says


async def test_an_llm_that_may_be_tried_again_gets_requests_again(tmp_path: Path) -> None:
    scheduler = await _break(_make_scheduler())
    later = time.monotonic() + 3600
    async with _open(tmp_path, scheduler=scheduler, stands_in=False, count_s=lambda: later) as (readiness, _):
        assert _find_bad(await readiness.look()) == []


async def test_without_a_sign_of_life_from_a_worker_work_would_wait(tmp_path: Path) -> None:
    async with _open(tmp_path, alive=False) as (readiness, _):
        parts = await readiness.look()
    assert _find_bad(parts) == [("worker", "failed")]
    assert "scopenote worker" in parts[3].says


async def test_a_worker_that_cannot_be_asked_after_has_failed(tmp_path: Path) -> None:
    async def raise_away() -> bool:
        raise StoreUnavailable("The store is away.")

    async with _open(tmp_path) as (_, database):
        readiness = Readiness(database, lambda: FULL, lambda: None, raise_away, stands_in=True, count_s=time.monotonic)
        assert _find_bad(await readiness.look()) == [("worker", "failed")]


async def test_those_who_ask_at_the_same_time_share_a_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = 0
    write = Database.write

    async def write_counted(self: Database, work: object) -> object:
        nonlocal written
        written += 1
        return await write(self, work)  # type: ignore[arg-type]

    monkeypatch.setattr(Database, "write", write_counted)
    async with _open(tmp_path) as (readiness, _):
        await asyncio.gather(*(readiness.look() for _ in range(50)))
    assert written <= 2
