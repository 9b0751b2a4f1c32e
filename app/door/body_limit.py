"""Owns the limit on request bodies: counted while they arrive, whatever the header claims."""

from collections.abc import Collection

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.door.problems import answer_problem


class BodyLimit:
    """Answers 413 as soon as a body is known to be over `max_bytes`; the rest is not read.

    Paths in `elsewhere` keep the limit themselves, because they answer with a page.
    """

    def __init__(self, app: ASGIApp, *, max_bytes: int, elsewhere: Collection[str] = ()) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._elsewhere = frozenset(elsewhere)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a counting `receive`; what is over looks like a lost connection."""
        if scope["type"] != "http" or scope["path"] in self._elsewhere:
            await self._app(scope, receive, send)
            return
        seen = 0

        async def receive_counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            return {"type": "http.disconnect"} if seen > self._max_bytes else message

        async def send_unless_over(message: Message) -> None:
            if seen <= self._max_bytes:
                await send(message)

        await self._app(scope, receive_counted, send_unless_over)
        if seen > self._max_bytes:
            detail = f"The body is over {self._max_bytes:,} bytes. Send less, or raise SCOPENOTE_MAX_BODY_BYTES."
            await answer_problem(Request(scope), 413, "TooLarge", detail)(scope, receive, send)
