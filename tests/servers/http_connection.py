"""Owns one HTTP/1.1 connection, as little of it as a chat-completions client needs, and as fast."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.servers.completions import Answer

REASONS = {200: "OK", 400: "Bad Request", 404: "Not Found", 429: "Too Many Requests", 503: "Service Unavailable"}


@dataclass(frozen=True)
class Request:
    """One request as it was read; header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


Respond = Callable[[Request, "Connection"], None]
"""Takes a request and sees to it that the connection answers it, now or later."""


class Connection(asyncio.Protocol):
    """Reads one request after the other; whoever responds calls `send` in its own time."""

    def __init__(self, respond: Respond) -> None:
        self._respond = respond
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what is written to."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        self._transport = None

    def hang_up(self) -> None:
        """Leave the client alone."""
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Answer every request that has come in whole."""
        self._buffer += data
        while (request := self._take_request()) is not None:
            self._respond(request, self)

    def _take_request(self) -> Request | None:
        head, blank, rest = self._buffer.partition(b"\r\n\r\n")
        if not blank:
            return None
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", 0))
        if len(rest) < length:
            return None
        self._buffer = rest[length:]
        method, path, _ = first.split(" ", 2)
        return Request(method, path, headers, rest[:length])

    def send(self, answer: Answer) -> bool:
        """Write the answer as far as it is to go; whether all of it left for a client that is still there."""
        transport = self._transport
        if transport is None or transport.is_closing() or answer.ending == "never":
            return False
        if answer.ending == "closed":
            transport.close()
            return False
        head = {"content-type": "application/json", **answer.headers, "content-length": str(len(answer.body))}
        lines = [
            f"HTTP/1.1 {answer.status} {REASONS.get(answer.status, 'Error')}",
            *(f"{n}: {v}" for n, v in head.items()),
        ]
        body = answer.body if answer.ending == "whole" else answer.body[: len(answer.body) // 2]
        transport.write("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)
        if answer.ending == "cut":
            transport.close()
        return answer.ending == "whole"
