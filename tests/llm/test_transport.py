"""The connection below the SDK: what is bounded, and which failure an exception stands for."""

import gzip
from collections.abc import AsyncIterator

import httpx2
import pytest

from app.domain.attempt import FailureKind
from app.llm.server.transport import MAX_BODY_BYTES, MAX_PACKED_BYTES, BodyTooLong, bound_body, explain

pytestmark = pytest.mark.anyio


class _Endless(httpx2.AsyncByteStream):
    def __init__(self) -> None:
        self.sent = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            self.sent += 65_536
            yield b" " * 65_536


@pytest.mark.parametrize(
    ("headers", "most"),
    [
        pytest.param({}, MAX_BODY_BYTES, id="plain"),
        pytest.param({"content-encoding": "gzip"}, MAX_PACKED_BYTES, id="packed"),
    ],
)
async def test_an_endless_body_is_not_read_to_its_end(headers: dict[str, str], most: int) -> None:
    stream = _Endless()
    response = httpx2.Response(200, headers=headers, stream=stream)
    await bound_body(response)
    with pytest.raises(BodyTooLong):
        async for _ in response.aiter_raw():
            pass
    assert stream.sent <= most + 65_536


async def test_a_body_of_usual_length_is_read() -> None:
    class _Short(httpx2.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield gzip.compress(b"{}")

    response = httpx2.Response(200, headers={"content-encoding": "gzip"}, stream=_Short())
    await bound_body(response)
    assert await response.aread() == b"{}"


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        pytest.param(httpx2.ConnectError("[Errno 111] Connection refused"), "unreachable", id="refused"),
        pytest.param(httpx2.ConnectTimeout(""), "unreachable", id="no connection in time: nothing was sent"),
        pytest.param(httpx2.PoolTimeout(""), "unreachable", id="no free connection in time"),
        pytest.param(httpx2.ProxyError("407"), "unreachable", id="a proxy"),
        pytest.param(httpx2.UnsupportedProtocol("ftp"), "unreachable", id="no http"),
        pytest.param(httpx2.ReadTimeout(""), "timeout", id="no answer in time"),
        pytest.param(httpx2.WriteTimeout(""), "timeout", id="not taken in time"),
        pytest.param(httpx2.ReadError(""), "disconnected", id="broken while reading"),
        pytest.param(httpx2.WriteError(""), "disconnected", id="broken while writing"),
        pytest.param(httpx2.RemoteProtocolError("peer closed"), "disconnected", id="half an answer"),
        pytest.param(httpx2.DecodingError("bad gzip"), "unusable_reply", id="cannot be unpacked"),
        pytest.param(BodyTooLong("more than 9 bytes"), "unusable_reply", id="endless"),
        pytest.param(OSError("anything"), "disconnected", id="anything else may have been sent"),
    ],
)
async def test_an_exception_is_a_kind(error: Exception, kind: FailureKind) -> None:
    assert explain(error).kind == kind


async def test_a_server_that_is_not_there_is_told_with_the_reason() -> None:
    assert (
        str(explain(httpx2.ConnectError("Connection refused.")))
        == "the server could not be reached: Connection refused"
    )
    assert "ConnectTimeout" in str(explain(httpx2.ConnectTimeout("")))
