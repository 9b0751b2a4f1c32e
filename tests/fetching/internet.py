"""Builds an internet of a few names and servers, behind which real connections wait for what slips through."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

import httpx

SITE = "93.184.216.34"
OTHER = "2606:4700:4700::1111"
ARTICLE = b"<p>The council decides who may spend what.</p>"

Answer = Callable[[httpx.Request], httpx.Response]


def answer_article(_request: httpx.Request) -> httpx.Response:
    """A small article."""
    return httpx.Response(200, headers={"content-type": "text/html; charset=utf-8"}, stream=Sent(ARTICLE))


class Sent(httpx.AsyncByteStream):
    """A body that arrives in pieces; `sent` counts those taken."""

    def __init__(self, *pieces: bytes) -> None:
        self._pieces = pieces
        self.sent = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            self.sent += 1
            yield piece


class Internet(httpx.AsyncBaseTransport):
    """Names and servers. An address that is none of them is connected to in earnest.

    `names` maps a name to the addresses of each lookup in turn; the last holds from then on.
    `asked` is every address that a connection was wanted to, with the host that was asked for.
    """

    def __init__(self, names: Mapping[str, Sequence[Sequence[str]]], servers: Mapping[str, Answer]) -> None:
        self._names = {name: list(lookups) for name, lookups in names.items()}
        self._servers = servers
        self._real = httpx.AsyncHTTPTransport(trust_env=False)
        self.asked: list[tuple[str, str]] = []
        self.requests: list[httpx.Request] = []
        self.lookups: list[str] = []

    async def resolve(self, host: str, _port: int) -> Sequence[str]:
        self.lookups.append(host)
        lookups = self._names.get(host)
        if not lookups:
            raise OSError(f"no such name: {host}")
        return lookups.pop(0) if len(lookups) > 1 else lookups[0]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        address = request.url.host
        self.asked.append((address, request.headers["host"]))
        self.requests.append(request)
        server = self._servers.get(address)
        return server(request) if server else await self._real.handle_async_request(request)

    async def aclose(self) -> None:
        await self._real.aclose()


@asynccontextmanager
async def open_canary() -> AsyncIterator[tuple[int, list[int]]]:
    """A server on this machine that nothing may reach: its port, and a list that grows with every connection."""
    reached: list[int] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reached.append(1)
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\r\nsecret")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], reached
