"""Requests of bytes that no client sends: refused in words or cut off, with memory flat and the service alive."""

import asyncio
import contextlib
import gzip
import resource
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import uvicorn

from app.door.connections import PatientProtocol
from tests.door.entrance import Entrance, open_entrance

pytestmark = pytest.mark.anyio

HEAD_S = 0.3
PATIENCE_S = 10.0
POST = b"POST /classify HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"


class Hasty(PatientProtocol):
    """As the service, with less patience."""

    head_s = HEAD_S
    linger_s = HEAD_S
    take_s = HEAD_S


@asynccontextmanager
async def _serve(entrance: Entrance) -> AsyncIterator[int]:
    config = uvicorn.Config(
        entrance.app, port=0, http=Hasty, lifespan="off", log_config=None, access_log=False, proxy_headers=False
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server._serve())  # noqa: SLF001 - without the signals, which are the tests' own
    while not server.started:  # noqa: ASYNC110 - it has no event for that
        await asyncio.sleep(0.01)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await serving


@pytest.fixture
async def port(tmp_path: Path) -> AsyncIterator[int]:
    async with (
        open_entrance(tmp_path, max_body_bytes=100_000, request_timeout_s=1.0) as entrance,
        _serve(entrance) as port,
    ):
        yield port


async def _send(port: int, *pieces: bytes, pause_s: float = 0.0) -> bytes:
    """What comes back until the connection is closed; pieces are sent for as long as anybody takes them."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async def send() -> None:
        with contextlib.suppress(ConnectionError):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(pause_s)

    sending, answer = asyncio.create_task(send()), b""
    try:
        async with asyncio.timeout(PATIENCE_S):
            with contextlib.suppress(ConnectionError):
                while piece := await reader.read(65_536):
                    answer += piece
            return answer
    finally:
        sending.cancel()
        await asyncio.wait((sending,))
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


def _read_status(answer: bytes) -> int | None:
    return int(answer[9:12]) if answer.startswith(b"HTTP/1.1 ") else None


async def _is_alive(port: int) -> bool:
    return (
        _read_status(await _send(port, b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")) == 200
    )


def _chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


@pytest.mark.parametrize(
    ("pieces", "pause_s", "status"),
    [
        pytest.param([], 0.0, None, id="nothing at all"),
        pytest.param([b"G", b"E", b"T", b" "] * 50, 0.05, None, id="a head a byte at a time"),
        pytest.param([POST] + [b"X: y\r\n"] * 200, 0.05, None, id="a head that never ends"),
        pytest.param([POST + b"X: y\r\n" * 10_000 + b"\r\n"], 0.0, 431, id="10,000 small headers"),
        pytest.param([POST + b"X-Long-Name: and value\r\n" * 10_000 + b"\r\n"], 0.0, 400, id="10,000 headers"),
        pytest.param([POST + b"X: " + b"y" * 200_000 + b"\r\n\r\n"], 0.0, 400, id="a long header"),
        pytest.param([POST + b"Content-Length: 5\r\n\r\n{"] + [b" "] * 2, 0.1, 408, id="a body that does not come"),
        pytest.param([POST + b"Content-Length: 90000\r\n\r\n"] + [b" "] * 200, 0.02, 408, id="a body a byte at a time"),
        pytest.param(
            [POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"], 0.0, None, id="two lengths"
        ),
        pytest.param([b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"], 0.0, 400, id="two hosts"),
        pytest.param([b"GET /\r\n\r\n"], 0.0, 400, id="no HTTP"),
        pytest.param([b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 200], 0.0, 400, id="TLS"),
        pytest.param(
            [b"GET /classify?x=%0d%0aSet-Cookie:a HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"],
            0.0,
            200,
            id="a line end in the query",
        ),
        pytest.param(
            [POST + b"Content-Encoding: gzip\r\nContent-Length: 9999\r\n\r\n"], 0.0, 415, id="a compressed body"
        ),
    ],
)
async def test_what_is_no_proper_request_ends_soon(
    port: int, pieces: list[bytes], pause_s: float, status: int | None
) -> None:
    begun_s = asyncio.get_running_loop().time()
    answer = await _send(port, *pieces, pause_s=pause_s)
    took_s = asyncio.get_running_loop().time() - begun_s
    if status is not None:
        assert _read_status(answer) == status
    assert b"set-cookie" not in answer.lower()
    assert took_s < 3
    assert await _is_alive(port)


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: _chunk(b" " * 16_384), id="an endless chunked body"),
        pytest.param(lambda: _chunk(b'{"a":' * 3_000), id="nesting without end"),
        pytest.param(lambda: b"1\r\n \r\n" * 3_000, id="chunks of a byte"),
        pytest.param(lambda: _chunk(gzip.compress(b"\0" * 1_000_000)), id="a bomb, unannounced"),
    ],
)
async def test_an_endless_body_is_refused_and_memory_stays_flat(port: int, make: Callable[[], bytes]) -> None:
    piece = make()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answer = await _send(port, POST + b"Transfer-Encoding: chunked\r\n\r\n", *([piece] * 3_000))
    grown_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert _read_status(answer) in {408, 413}  # the smallest chunks take longer to read than a second
    assert grown_kb < 20_000
    assert await _is_alive(port)


async def test_many_that_hold_a_connection_keep_nobody_else_out(port: int) -> None:
    holding = [asyncio.create_task(_send(port, b"GET / HT")) for _ in range(200)]
    assert await _is_alive(port)
    assert await asyncio.gather(*holding) == [b""] * 200


async def test_a_second_request_is_waited_for_as_long_as_the_first(port: int) -> None:
    whole = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    answer = await _send(port, whole, *([b"G"] * 100), pause_s=0.05)
    assert _read_status(answer) == 200


async def test_an_answer_that_nobody_takes_is_given_up(port: int) -> None:
    async with asyncio.timeout(PATIENCE_S):
        with pytest.raises(ConnectionError):
            await _ask_without_reading(port)
    assert await _is_alive(port)


async def _ask_without_reading(port: int) -> None:
    loop = asyncio.get_running_loop()
    with socket.socket() as unread:
        unread.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        unread.setblocking(False)
        await loop.sock_connect(unread, ("127.0.0.1", port))
        while True:
            await loop.sock_sendall(unread, b"GET /openapi.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")


async def test_who_reads_slowly_is_waited_for(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=4_096)
    ask = b"GET /openapi.json HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    writer.write((ask + b"\r\n") * 19 + ask + b"Connection: close\r\n\r\n")
    taken = bytearray()
    async with asyncio.timeout(PATIENCE_S):
        while piece := await reader.read(65_536):
            taken += piece
            await asyncio.sleep(0.01)
    writer.close()
    await writer.wait_closed()
    assert taken.count(b"HTTP/1.1 200") == 20


async def test_deep_json_is_refused_in_words(port: int) -> None:
    body = b"[" * 40_000
    head = POST + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
    answer = await _send(port, head + body)
    assert _read_status(answer) in {400, 422}
