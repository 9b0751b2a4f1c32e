"""Tests of a worker in this process: from a job that runs to one that is done, paused or cancelled."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.domain.job import JobState
from app.errors import ModelUnavailable, StoreUnavailable
from app.jobs.control import cancel_job, pause_job, resume_job, retry_job
from app.jobs.working.job_work import RunBatch
from app.jobs.working.worker import Worker
from app.store.batches import Batch, change_batch, make_batch
from app.store.database import Database
from app.store.items import list_items, reopen_parked
from app.store.jobs import load_job
from app.store.workers import count_takeover, list_workers
from tests.jobs.fake_desk import NOON, FakeDesk, build_recipe, count, fail_first, keep_job_of
from tests.jobs.worker_process import FAST

pytestmark = pytest.mark.anyio


def read_clock() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def working(
    store: Database, jobs_url: str, desk: FakeDesk, *, at_once: int = 4, run_batch: RunBatch | None = None
) -> AsyncIterator[Worker]:
    """A worker at work until the end of the block."""
    worker = Worker(
        store,
        desk,
        jobs_url=jobs_url,
        executor_id=uuid.uuid4().hex,
        at_once=at_once,
        now=read_clock,
        pace=FAST,
        run_batch=run_batch,
    )
    await worker.start()
    try:
        yield worker
    finally:
        await worker.stop(timeout_s=5)


async def wait_for(condition: Callable[[], bool], most_s: float = 30.0) -> None:
    async with asyncio.timeout(most_s):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in a database
            await asyncio.sleep(0.02)


def state_of(store: Database, job_id: str = "j") -> JobState:
    return store.read_now(lambda c: load_job(c, job_id)).state


async def test_a_job_is_worked_through_and_then_done(store: Database, jobs_url: str) -> None:
    keep_job_of(store, 60)
    desk = FakeDesk()
    async with working(store, jobs_url, desk):
        await wait_for(lambda: state_of(store) == "done")
        assert [worker.executor_id for worker in store.read_now(list_workers)]
    assert sorted(desk.asked) == sorted(f"a{number}" for number in range(60))
    assert count(store).decided == 60
    assert store.read_now(lambda c: load_job(c, "j")).finished_at is not None
    assert store.read_now(list_workers) == []


async def test_a_second_worker_in_a_process_follows_the_first(store: Database, jobs_url: str) -> None:
    """Also the parked items of a job that is done are tried again, by a worker that saw nothing of it."""
    keep_job_of(store, 3, recipe=build_recipe(max_tries=1))
    desk = FakeDesk(deeds={"a1": fail_first(1, ModelUnavailable("away"))})
    async with working(store, jobs_url, desk):
        await wait_for(lambda: state_of(store) == "done")
    assert (count(store).decided, count(store).parked) == (2, 1)
    await retry_job(store, "j", read_clock())
    async with working(store, jobs_url, desk):
        await wait_for(lambda: state_of(store) == "done")
    assert count(store).decided == 3
    assert sorted(desk.asked) == ["a0", "a1", "a1", "a2"]


async def test_there_is_one_worker_per_process(store: Database, jobs_url: str) -> None:
    async with working(store, jobs_url, FakeDesk()):
        with pytest.raises(RuntimeError, match="allows one"):
            async with working(store, jobs_url, FakeDesk()):
                pass


async def test_a_paused_job_rests_and_goes_on(store: Database, jobs_url: str) -> None:
    keep_job_of(store, 40)
    desk = FakeDesk(latency_s=0.03)
    async with working(store, jobs_url, desk):
        await wait_for(lambda: count(store).decided >= 5)
        await pause_job(store, "j", read_clock())
        await asyncio.sleep(0.3)
        rested = len(desk.asked)
        await asyncio.sleep(0.5)
        assert len(desk.asked) == rested < 40
        await resume_job(store, "j", read_clock())
        await wait_for(lambda: state_of(store) == "done")
    assert sorted(desk.asked) == sorted(f"a{number}" for number in range(40))


async def test_a_pause_that_nobody_noticed_loses_nothing(store: Database, jobs_url: str) -> None:
    keep_job_of(store, 40)
    desk = FakeDesk(latency_s=0.01)
    async with working(store, jobs_url, desk):
        while count(store).waiting:
            await pause_job(store, "j", read_clock())
            await resume_job(store, "j", read_clock())
            await asyncio.sleep(0.02)
        await wait_for(lambda: state_of(store) == "done")
    assert sorted(desk.asked) == sorted(f"a{number}" for number in range(40))


async def test_nothing_is_settled_once_a_job_is_cancelled(store: Database, jobs_url: str) -> None:
    keep_job_of(store, 60)
    desk = FakeDesk(latency_s=0.1)
    async with working(store, jobs_url, desk):
        await wait_for(lambda: count(store).decided >= 5)
        await cancel_job(store, "j", read_clock())
        at_once = store.read_now(lambda c: list_items(c, "j"))
        await asyncio.sleep(0.5)
        asked = len(desk.asked)
        await asyncio.sleep(0.3)
    assert store.read_now(lambda c: list_items(c, "j")) == at_once
    assert len(desk.asked) == asked < 60


async def test_jobs_take_turns(store: Database, jobs_url: str) -> None:
    """A small job is not made to wait until a large one is done."""
    keep_job_of(store, 200, "large")
    desk = FakeDesk(latency_s=0.02)
    async with working(store, jobs_url, desk, at_once=2):
        await wait_for(lambda: count(store, "large").decided >= 2)
        keep_job_of(store, 10, "small")
        await wait_for(lambda: state_of(store, "small") == "done")
        assert count(store, "large").waiting > 100
        await cancel_job(store, "large", read_clock())


async def test_stopping_waits_for_what_was_begun(store: Database, jobs_url: str) -> None:
    keep_job_of(store, 40)
    desk = FakeDesk(latency_s=0.4)
    async with working(store, jobs_url, desk, at_once=4):
        await wait_for(lambda: desk.at_once == 4)
    assert desk.at_once == 0
    assert count(store).decided == len(desk.asked) >= 4
    assert state_of(store) == "running"


async def test_what_takes_too_long_to_stop_is_left_to_the_next_worker(store: Database, jobs_url: str) -> None:
    keep_job_of(store, 6)
    slow = FakeDesk(latency_s=60)
    worker = Worker(store, slow, jobs_url=jobs_url, executor_id=uuid.uuid4().hex, at_once=4, now=read_clock, pace=FAST)
    await worker.start()
    await wait_for(lambda: slow.at_once == 4)
    await worker.stop(timeout_s=0.1)
    assert slow.at_once == 0
    async with working(store, jobs_url, FakeDesk()):
        await wait_for(lambda: state_of(store) == "done")
    assert count(store).decided == 6


async def test_items_that_are_opened_again_while_a_job_runs_are_not_left_out(store: Database, jobs_url: str) -> None:
    keep_job_of(store, 12, recipe=build_recipe(max_tries=1))
    desk = FakeDesk(latency_s=0.05, deeds={"a0": fail_first(1, ModelUnavailable("away"))})
    async with working(store, jobs_url, desk, at_once=1):
        await wait_for(lambda: count(store).parked == 1)
        store.write_now(lambda c: reopen_parked(c, "j"))
        await wait_for(lambda: state_of(store) == "done")
    assert count(store).decided == 12


async def test_a_job_by_batch_is_run_as_a_whole(store: Database, jobs_url: str) -> None:
    keep_job_of(store, 3, recipe=build_recipe(batch_api=True))
    ran: list[str] = []

    async def run(job_id: str) -> None:
        ran.append(job_id)
        if len(ran) == 1:
            raise StoreUnavailable("for a moment")
        raise ModelUnavailable("This server has no batches.")

    desk = FakeDesk()
    async with working(store, jobs_url, desk, run_batch=run):
        await wait_for(lambda: state_of(store) == "paused")
    assert ran == ["j", "j"]
    assert store.read_now(lambda c: load_job(c, "j")).reason == "This server has no batches."
    assert desk.asked == []


async def test_a_worker_that_dies_at_a_job_by_batch_is_counted(store: Database, jobs_url: str) -> None:
    keep_job_of(store, 1, recipe=build_recipe(batch_api=True))
    store.write_now(lambda c: count_takeover(c, "job:j:0", "dead"))
    deaths: list[int] = []

    async def run(job_id: str) -> None:
        (worker,) = store.read_now(list_workers)
        deaths.append(store.write_now(lambda c: count_takeover(c, f"job:{job_id}:0", worker.executor_id)))
        raise ModelUnavailable("The worker lives on after all.")

    async with working(store, jobs_url, FakeDesk(), run_batch=run):
        await wait_for(lambda: state_of(store) == "paused")
    assert deaths == [2]


async def test_a_job_by_batch_waits_where_no_worker_can_do_it(store: Database, jobs_url: str) -> None:
    keep_job_of(store, 1, recipe=build_recipe(batch_api=True))
    async with working(store, jobs_url, FakeDesk()):
        await wait_for(lambda: state_of(store) == "paused")
    assert "--batch-api" in store.read_now(lambda c: load_job(c, "j")).reason


async def test_a_cancelled_job_has_its_batches_called_off(store: Database, jobs_url: str) -> None:
    """It may have been cancelled while it was paused, or no worker ran."""
    keep_job_of(store, 1, recipe=build_recipe(batch_api=True))
    store.write_now(lambda c: make_batch(c, Batch(id="b", job="j", state="sent", lines=0, tokens=0, at=NOON), []))
    await cancel_job(store, "j", read_clock())
    ran: list[str] = []

    async def run(job_id: str) -> None:
        ran.append(job_id)
        store.write_now(lambda c: change_batch(c, "b", state="ended"))

    async with working(store, jobs_url, FakeDesk(), run_batch=run):
        await wait_for(lambda: bool(ran))
        await asyncio.sleep(0.5)
    assert ran == ["j"]
    assert state_of(store) == "cancelled"


async def test_a_worker_whose_queues_cannot_be_set_up_does_not_start(store: Database, tmp_path: object) -> None:
    worker = Worker(
        store,
        FakeDesk(),
        jobs_url=f"sqlite:///{tmp_path}/nowhere/jobs.db",
        executor_id="w",
        at_once=1,
        now=read_clock,
        pace=FAST,
    )
    with pytest.raises(StoreUnavailable, match=r"queues of jobs in .*/nowhere/jobs\.db cannot be used"):
        await worker.start()
    assert store.read_now(list_workers) == []


async def test_a_worker_whose_store_cannot_be_used_says_that_and_nothing_else(
    store: Database, jobs_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "store.db").unlink()
    (tmp_path / "jobs.db").write_text("no database either, which is not what is to be told")
    with pytest.raises(StoreUnavailable, match=r"store\.db is gone"):
        async with working(store, jobs_url, FakeDesk()):
            pytest.fail("it started")
    assert caplog.records == []


async def test_a_store_that_is_away_is_told_once_and_not_at_every_look(
    store: Database, jobs_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def count_told() -> int:
        return caplog.text.count("Jobs cannot be looked for")

    file, away = tmp_path / "store.db", tmp_path / "away.db"
    async with working(store, jobs_url, FakeDesk()):
        file.rename(away)
        await wait_for(lambda: count_told() > 0)
        await asyncio.sleep(10 * FAST.look_s)
        away.rename(file)
    assert count_told() == 1
