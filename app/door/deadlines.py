"""Owns the deadline of a request: until then its body is here and its answer begins."""

import asyncio
from http import HTTPStatus
from typing import Final

from fastapi import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.door.problems import answer_problem

SLOW_BODY: Final = "The body was not all here after {:g} s. Send it faster, or in smaller parts."
SLOW_ANSWER: Final = (
    "There was no answer after {:g} s. What was paid for is kept: ask again, or raise SCOPENOTE_REQUEST_TIMEOUT_S."
)


class Deadline:
    """Answers 408 where the body, and 503 where the answer takes longer than `timeout_s`; the work is called off.

    An answer that has begun is not cut off, so that streams go on for as long as they have to.
    """

    def __init__(self, app: ASGIApp, *, timeout_s: float) -> None:
        self._app = app
        self._timeout_s = timeout_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with an eye on the clock."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_body = False

        async def receive_noted() -> Message:
            nonlocal has_body
            message = await receive()
            has_body = has_body or not message.get("more_body", False)
            return message

        try:
            async with asyncio.timeout(self._timeout_s) as limit:

                async def send_noted(message: Message) -> None:
                    limit.reschedule(None)
                    await send(message)

                await self._app(scope, receive_noted, send_noted)
        except TimeoutError:
            if not limit.expired():
                raise
            await self._tell(Request(scope), has_body=has_body)(scope, receive, send)

    def _tell(self, request: Request, *, has_body: bool) -> Response:
        if has_body:
            return answer_problem(
                request, HTTPStatus.SERVICE_UNAVAILABLE, "TooSlow", SLOW_ANSWER.format(self._timeout_s)
            )
        return answer_problem(request, HTTPStatus.REQUEST_TIMEOUT, "SlowBody", SLOW_BODY.format(self._timeout_s))
