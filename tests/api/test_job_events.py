"""`GET /jobs/{id}/events`: every change is told, the end too, and nothing keeps the service from stopping."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from app.api import job_events
from app.bootstrap.services import Services
from app.domain.job import Job, JobState, Recipe, Tally
from app.door.problems import Problem
from app.errors import ScopenoteError, StoreUnavailable
from app.jobs.following import JobProgress
from tests.api.job_app import end, open_job_client, order, park, read_events, read_stream
from tests.jobs.fake_desk import PLAN
from tests.store.kept_values import NOON

pytestmark = pytest.mark.anyio


def _tell(error: ScopenoteError | None) -> Problem:
    return Problem(type="t", title="x", status=503, detail=str(error), instance="/")


def _stand(state: JobState = "running", decided: int = 0) -> JobProgress:
    recipe = Recipe(sources=("stored:",), taxonomy_version="v", judge="local", basis="b")
    job = Job(id="j", created_at=NOON, finished_at=None, state=state, reason="", recipe=recipe, plan=PLAN)
    return JobProgress(job=job, tally=Tally(waiting=2 - decided, decided=decided))


async def _collect(following: AsyncGenerator[JobProgress], is_stopping: Callable[[], bool] = lambda: False) -> str:
    events = job_events._tell_events(following, _tell, is_stopping)  # noqa: SLF001 - the stream without a server
    with anyio.fail_after(5):
        return b"".join([event async for event in events]).decode()


async def test_every_change_is_told_and_then_the_end() -> None:
    async def follow() -> AsyncGenerator[JobProgress]:
        for decided in range(2):
            yield _stand(decided=decided)
        yield _stand("done", 2)

    told = read_stream(await _collect(follow()))
    assert [(name, data["state"], data["tally"]["decided"]) for name, data in told] == [
        ("progress", "running", 0),
        ("progress", "running", 1),
        ("progress", "done", 2),
        ("done", "done", 2),
    ]


async def test_a_job_that_is_paused_ends_the_stream() -> None:
    async def follow() -> AsyncGenerator[JobProgress]:
        yield _stand("paused")

    assert [name for name, _ in read_stream(await _collect(follow()))] == ["progress", "done"]


async def test_silence_is_filled_and_nothing_is_lost_by_that(monkeypatch: pytest.MonkeyPatch) -> None:
    async def follow() -> AsyncGenerator[JobProgress]:
        await asyncio.sleep(0.05)
        yield _stand("done", 2)

    monkeypatch.setattr(job_events, "BEAT_S", 0.01)
    text = await _collect(follow())
    assert text.startswith(":")
    assert [name for name, _ in read_stream(text)] == ["progress", "done"]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        pytest.param(StoreUnavailable("the store is away"), "the store is away", id="ours"),
        pytest.param(ZeroDivisionError("secret insides"), "None", id="one that nobody foresaw, without its insides"),
    ],
)
async def test_an_error_on_the_way_is_the_last_event(error: Exception, words: str) -> None:
    async def follow() -> AsyncGenerator[JobProgress]:
        yield _stand()
        raise error

    (_, (name, problem)) = read_stream(await _collect(follow()))
    assert (name, problem["detail"]) == ("problem", words)


async def test_a_service_that_is_to_stop_does_not_wait_for_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = asyncio.Event()

    async def follow() -> AsyncGenerator[JobProgress]:
        try:
            yield _stand()
            await asyncio.sleep(60)
            yield _stand("done")
        finally:
            ended.set()

    monkeypatch.setattr(job_events, "BEAT_S", 0.01)
    looks = iter([False, False, True])
    text = await _collect(follow(), lambda: next(looks))
    assert [name for name, _ in read_stream(text)] == ["progress"]
    assert ended.is_set()


async def test_who_hangs_up_is_followed_for_no_longer() -> None:
    ended = asyncio.Event()

    async def follow() -> AsyncGenerator[JobProgress]:
        try:
            yield _stand()
            await asyncio.sleep(60)
        finally:
            ended.set()

    events: Any = job_events._tell_events(follow(), _tell, lambda: False)  # noqa: SLF001 - as above
    await anext(events)
    await events.aclose()
    assert ended.is_set()


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[tuple[httpx.AsyncClient, Services]]:
    async with open_job_client(tmp_path) as opened:
        yield opened


async def test_what_happens_in_the_store_is_told(opened: tuple[httpx.AsyncClient, Services]) -> None:
    client, services = opened
    job = await order(client)
    reading = asyncio.create_task(read_events(client, job["id"]))
    await asyncio.sleep(0.2)
    await park(services, job["id"], 0, "broken")
    await end(services, job["id"])
    told = await reading
    assert told[0][1]["tally"]["waiting"] == 2
    name, last = told[-1]
    assert (name, last["state"], last["total"], last["tally"]["parked"]) == ("done", "done", 2, 1)
