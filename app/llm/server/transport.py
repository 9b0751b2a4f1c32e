"""Owns the connection below the SDK: its limits, and what can go wrong before there is an answer."""

from collections.abc import AsyncIterator

import httpx2

from app.llm.failures import AttemptFailed
from app.llm.server.server_words import shorten

MAX_BODY_BYTES = 4_000_000
MAX_PACKED_BYTES = MAX_BODY_BYTES // 16
"""Of a body that comes compressed, though none is asked for: unpacked it can be a thousand times as long."""
_LIMITS = httpx2.Limits(max_connections=1_000, max_keepalive_connections=100)

_NEVER_SENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
    httpx2.LocalProtocolError,
    httpx2.InvalidURL,
)


class BodyTooLong(httpx2.RemoteProtocolError):
    """The server does not stop sending."""


class _Bounded(httpx2.AsyncByteStream):
    def __init__(self, stream: httpx2.AsyncByteStream, most: int) -> None:
        self._stream = stream
        self._most = most

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = self._most
        async for chunk in self._stream:
            left -= len(chunk)
            if left < 0:
                raise BodyTooLong(f"more than {self._most:,} bytes")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


def open_http_client() -> httpx2.AsyncClient:
    """A client that follows no redirects (they would take the article elsewhere) and reads no endless bodies."""
    return httpx2.AsyncClient(limits=_LIMITS, follow_redirects=False, event_hooks={"response": [bound_body]})


async def bound_body(response: httpx2.Response) -> None:
    """Let no more of a body in than a reply can be long; reading on raises BodyTooLong."""
    if isinstance(response.stream, httpx2.AsyncByteStream):
        packed = response.headers.get("content-encoding", "identity").strip().lower() != "identity"
        response.stream = _Bounded(response.stream, MAX_PACKED_BYTES if packed else MAX_BODY_BYTES)


def explain(error: BaseException) -> AttemptFailed:
    """The failure that an exception of the connection stands for.

    The exception's own words are shown only where no byte was sent: later ones may quote what was.
    """
    if isinstance(error, BodyTooLong):
        return AttemptFailed("unusable_reply", f"the server's answer is too long: {error}")
    if isinstance(error, _NEVER_SENT):
        return AttemptFailed(
            "unreachable", f"the server could not be reached: {shorten(str(error)) or type(error).__name__}"
        )
    if isinstance(error, httpx2.TimeoutException):
        return AttemptFailed("timeout", "the server did not answer in time")
    if isinstance(error, httpx2.DecodingError):
        return AttemptFailed("unusable_reply", "the server's answer cannot be unpacked")
    return AttemptFailed(
        "disconnected", f"the connection broke before the answer was complete ({type(error).__name__})"
    )
