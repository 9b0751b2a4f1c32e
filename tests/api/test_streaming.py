"""`POST /classify` as a stream: progress, then the classification or the problem."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import cast

import httpx
import pytest
from pydantic import BaseModel

from app.api import streaming
from app.api.streaming import stream, wants_events
from app.domain.progress import Progress, Watch
from app.domain.value import Value
from app.door.problems import Problem
from app.errors import ModelUnavailable, ScopenoteError

pytestmark = pytest.mark.anyio

Work = Callable[[Watch], Awaitable[BaseModel]]
EVENTS = {"Accept": "text/event-stream"}
TEXT = "The board holds the decision rights over investments. Oversight and accountability are clear."


class _Body(Value):
    tag: str


def _tell(error: ScopenoteError | None) -> Problem:
    return Problem(type="t", title="x", status=503, detail=str(error), instance="/")


def _read(text: str) -> list[tuple[str, dict[str, object]]]:
    """The events of a stream, each with its data."""
    blocks = [block.split("\n") for block in text.strip().split("\n\n") if not block.startswith(":")]
    return [(lines[0].removeprefix("event: "), json.loads(lines[1].removeprefix("data: "))) for lines in blocks]


def _open(work: Work) -> AsyncGenerator[bytes]:
    return cast("AsyncGenerator[bytes]", stream(work, _tell).body_iterator)


async def _collect(work: Work) -> str:
    return b"".join([chunk async for chunk in _open(work)]).decode()


async def test_progress_comes_before_the_same_body(client: httpx.AsyncClient) -> None:
    streamed = await client.post("/classify", json={"text": TEXT}, headers=EVENTS)
    assert streamed.headers["content-type"].startswith("text/event-stream")
    *steps, (name, body) = _read(streamed.text)
    plain = (await client.post("/classify", json={"text": TEXT})).json()
    assert [step["step"] for _, step in steps] == ["parsed", "planned", "answered", "grounded", "excluded", "decided"]
    assert name == "classification"
    assert {**body, "cached": True, "took_ms": 0} == {**plain, "took_ms": 0}


async def test_progress_never_goes_back(client: httpx.AsyncClient) -> None:
    streamed = await client.post("/classify", json={"text": TEXT}, headers=EVENTS)
    done = [float(str(data["done"])) for name, data in _read(streamed.text) if name == "progress"]
    assert done == sorted(done)
    assert done[-1] == 1.0


async def test_an_error_on_the_way_is_the_last_event(client: httpx.AsyncClient) -> None:
    streamed = await client.post("/classify", json={"text": TEXT, "categories": ["nope"]}, headers=EVENTS)
    (_, problem) = _read(streamed.text)[-1]
    assert (problem["status"], problem["instance"]) == (422, "/classify")
    assert "'nope'" in str(problem["detail"])


async def test_a_body_that_cannot_be_used_is_refused_before_anything_is_streamed(client: httpx.AsyncClient) -> None:
    answer = await client.post("/classify", json={"words": "none of our fields"}, headers=EVENTS)
    assert answer.status_code == 422


async def test_a_judge_that_is_away_is_told() -> None:
    async def work(watch: Watch) -> BaseModel:
        watch(Progress(step="planned", message="one call", done=0.1))
        raise ModelUnavailable("the server is down")

    assert [name for name, _ in _read(await _collect(work))] == ["progress", "problem"]


async def test_a_fault_of_ours_is_told_without_its_insides() -> None:
    async def work(watch: Watch) -> BaseModel:
        raise ZeroDivisionError("secret insides")

    text = await _collect(work)
    assert "secret" not in text
    assert _read(text)[0][0] == "problem"


async def test_silence_is_filled_so_that_no_proxy_hangs_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work(watch: Watch) -> BaseModel:
        await asyncio.sleep(0.05)
        return _Body(tag="x")

    monkeypatch.setattr(streaming, "KEEP_ALIVE_S", 0.01)
    text = await _collect(work)
    assert text.startswith(":")
    assert _read(text) == [("classification", {"tag": "x"})]


async def test_who_hangs_up_has_the_work_cancelled() -> None:
    ended = asyncio.Event()

    async def work(watch: Watch) -> BaseModel:
        watch(Progress(step="planned", message="one call", done=0.1))
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()
        return _Body(tag="x")

    body = _open(work)
    await anext(body)
    await body.aclose()
    await asyncio.wait_for(ended.wait(), 1)


@pytest.mark.parametrize(
    ("accept", "wants"),
    [
        pytest.param("text/event-stream", True, id="asked for"),
        pytest.param("application/json, Text/Event-Stream;q=0.5", True, id="among others"),
        pytest.param("text/event-stream;q=0", False, id="unwanted"),
        pytest.param("text/event-stream; q=0.0", False, id="unwanted, spelt otherwise"),
        pytest.param("*/*", False, id="anything"),
        pytest.param("", False, id="nothing"),
    ],
)
def test_who_wants_a_stream(accept: str, wants: bool) -> None:
    assert wants_events(accept) is wants
