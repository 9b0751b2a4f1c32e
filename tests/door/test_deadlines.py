"""Nobody waits without end, neither we for a body nor anybody for an answer; an answer that has begun is not cut."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.types import Receive, Scope, Send

from app.door.deadlines import Deadline
from app.door.request_form import MOST_HEADERS, RequestForm

pytestmark = pytest.mark.anyio
SOON_S = 0.05
LATER_S = 5.0


class Slow:
    """An application that takes its time; says whether it was called off."""

    called_off = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        await request.body()
        try:
            await asyncio.sleep(float(request.query_params.get("wait", "0")))
        except asyncio.CancelledError:
            self.called_off = True
            raise
        if "fail" in request.query_params:
            raise TimeoutError("its own")
        await PlainTextResponse("done")(scope, receive, send)


def _ask(app: Deadline | RequestForm) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1")


async def test_an_answer_that_takes_too_long_is_called_off_and_told() -> None:
    slow = Slow()
    async with _ask(Deadline(slow, timeout_s=SOON_S)) as client:
        answer = await client.post(f"/x?wait={LATER_S}", content=b"{}")
    assert (answer.status_code, slow.called_off) == (503, True)
    assert "SCOPENOTE_REQUEST_TIMEOUT_S" in answer.json()["detail"]


async def test_a_body_that_takes_too_long_is_told_as_that() -> None:
    async def drip() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x"
            await asyncio.sleep(SOON_S)

    async with _ask(Deadline(Slow(), timeout_s=SOON_S * 3)) as client:
        answer = await client.post("/x", content=drip())
    assert (answer.status_code, answer.json()["type"]) == (408, "urn:scopenote:problem:slow-body")


async def test_what_is_in_time_is_as_it_is() -> None:
    async with _ask(Deadline(Slow(), timeout_s=LATER_S)) as client:
        assert (await client.post("/x", content=b"{}")).text == "done"
        with pytest.raises(TimeoutError, match="its own"):
            await client.post("/x?fail=1")


async def test_a_stream_goes_on_for_as_long_as_it_has_to() -> None:
    async def tell() -> AsyncIterator[str]:
        for number in range(4):
            yield str(number)
            await asyncio.sleep(SOON_S)

    async def stream(scope: Scope, receive: Receive, send: Send) -> None:
        await StreamingResponse(tell())(scope, receive, send)

    async with _ask(Deadline(stream, timeout_s=SOON_S)) as client:
        assert (await client.get("/x")).text == "0123"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({}, 200, id="an ordinary one"),
        pytest.param({f"x-{number}": "a" for number in range(MOST_HEADERS)}, 431, id="too many headers"),
        pytest.param({"content-encoding": "gzip"}, 415, id="a compressed body"),
        pytest.param({"content-encoding": "identity, br"}, 415, id="one encoding behind another"),
        pytest.param({"content-encoding": "Identity"}, 200, id="a body as it is"),
    ],
)
async def test_a_request_has_a_form(headers: dict[str, str], status: int) -> None:
    async with _ask(RequestForm(Slow())) as client:
        answer = await client.post("/x", content=b"{}", headers=headers)
    assert answer.status_code == status
