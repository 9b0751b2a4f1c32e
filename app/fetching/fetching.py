"""Owns the way from a URL to a page: redirects one by one, each checked, and all of it bounded."""

import asyncio
import re
import zlib
from typing import Final

import httpx

from app.domain.value import Value
from app.errors import BadArticle, BadInput, TooLarge, Unavailable
from app.fetching.connecting import Resolve, Target, ask, find_addresses, read_target

TYPES: Final = frozenset({"text/html", "text/plain", "text/markdown", "text/x-markdown"})
_HEADERS: Final = {
    "User-Agent": "Scopenote",
    "Accept": "text/html, text/markdown;q=0.9, text/plain;q=0.8",
    "Accept-Encoding": "gzip",
    "Connection": "close",
}
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_BUSY: Final = 429
_CHARSET: Final = re.compile(r";\s*charset\s*=\s*\"?([\w.:-]{1,40})", re.IGNORECASE)


class Bounds(Value):
    """How far a fetch may go. `max_bytes` counts what is sent and, again, what it unpacks to."""

    total_s: float = 10.0
    silence_s: float = 5.0
    max_bytes: int = 5_000_000
    redirects: int = 5
    ports: tuple[int, ...] = (80, 443)


class Page(Value):
    """What was fetched. `url` is where it was in the end; `charset` is what the server said, or None."""

    url: str
    content_type: str
    charset: str | None
    body: bytes


async def fetch(
    url: str,
    *,
    resolve: Resolve,
    transport: httpx.AsyncBaseTransport,
    bounds: Bounds = Bounds(),  # noqa: B008 - frozen
) -> Page:
    """The page at a URL of a public server.

    Raises:
        BadInput: the URL, or one that it redirects to, is not one of a public server's page.
        BadArticle: there is no such page, or it is no text.
        TooLarge: it is over `max_bytes`.
        Unavailable: the server does not answer, or not in time.
    """
    try:
        async with asyncio.timeout(bounds.total_s):
            return await _follow(url, resolve, transport, bounds)
    except (TimeoutError, httpx.TimeoutException) as error:
        raise Unavailable(
            f"The page did not come within {bounds.total_s:g} s. Try again, or send the article itself."
        ) from error
    except httpx.TransportError as error:
        # Its own words may quote what a server sent, and say which of our addresses are in use.
        raise Unavailable(
            f"The page's server cannot be reached ({type(error).__name__}). Try again, or send the article itself."
        ) from error


async def _follow(url: str, resolve: Resolve, transport: httpx.AsyncBaseTransport, bounds: Bounds) -> Page:
    for _ in range(bounds.redirects + 1):
        target = read_target(url, bounds.ports)
        addresses = await find_addresses(target, resolve)
        response = await ask(target, addresses, transport, _HEADERS, bounds.silence_s)
        try:
            if response.status_code not in _REDIRECTS:
                return await _read_page(target, response, bounds)
            url = _find_next(target, response)
        finally:
            await response.aclose()
    raise BadInput(f"The URL redirects more than {bounds.redirects} times. Send the one that it ends at.")


def _find_next(target: Target, response: httpx.Response) -> str:
    location = response.headers.get("location", "")
    try:
        return str(httpx.URL(target.url).join(location))
    except (httpx.InvalidURL, UnicodeError) as error:
        raise BadInput("The URL redirects to what is no URL. Send the one that a browser ends at.") from error


async def _read_page(target: Target, response: httpx.Response, bounds: Bounds) -> Page:
    status = response.status_code
    if status == _BUSY or status >= 500:
        raise Unavailable(f"The page's server answered {status}. Try again later, or send the article itself.")
    if status != httpx.codes.OK:
        raise BadArticle(f"The page's server answered {status}. Check the URL, or send the article itself.")
    header = response.headers.get("content-type", "")
    content_type = header.partition(";")[0].strip().lower()
    if content_type not in TYPES:
        raise BadArticle(
            f"The page is {content_type[:60]!r}, not HTML, Markdown or plain text. Send the article itself."
        )
    charset = _CHARSET.search(header[:500])
    body = await _read_body(response, bounds.max_bytes)
    return Page(url=target.url, content_type=content_type, charset=charset and charset[1].lower(), body=body)


async def _read_body(response: httpx.Response, most: int) -> bytes:
    """The body as it was before it was packed; both ways of counting end at `most`."""
    packing = response.headers.get("content-encoding", "identity").strip().lower()
    if packing not in {"", "identity", "gzip", "x-gzip", "deflate"}:
        raise BadArticle(f"The page is packed as {packing[:40]!r}, which was not asked for. Send the article itself.")
    unpack = zlib.decompressobj(zlib.MAX_WBITS | 32) if packing not in {"", "identity"} else None
    body, sent = bytearray(), 0
    async for chunk in response.aiter_raw():
        sent += len(chunk)
        body += _unpack(unpack, chunk, most + 1 - len(body)) if unpack else chunk
        if max(sent, len(body)) > most:
            raise TooLarge(f"The page is over {most:,} bytes. Send the article itself as text or html.")
    if unpack and not unpack.eof:
        raise BadArticle("The page breaks off before its end. Try again, or send the article itself.")
    return bytes(body)


def _unpack(unpack: "zlib._Decompress", chunk: bytes, most: int) -> bytes:
    try:
        return unpack.decompress(chunk, most)
    except zlib.error as error:
        raise BadArticle("The page is not packed as its server says. Send the article itself.") from error
