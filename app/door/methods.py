"""Owns the methods of an address: HEAD wherever there is GET, and one list of those allowed."""

from typing import Final

from starlette.applications import Starlette
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

METHODS: Final = ("DELETE", "GET", "PATCH", "POST", "PUT")


class HeadAsGet:
    """Answers HEAD with the status and the headers that GET would have, and no body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; what would be a body is left out."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def send_without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self._app({**scope, "method": "GET"}, receive, send_without_body)


def find_allowed(app: Starlette, scope: Scope) -> tuple[str, ...]:
    """The methods that any route answers at the address of this request.

    Several routes share an address, and each knows its own methods alone.
    """
    allowed = {
        method
        for method in METHODS
        if any(route.matches({**scope, "method": method})[0] is Match.FULL for route in app.routes)
    }
    return tuple(sorted(allowed | ({"HEAD"} if "GET" in allowed else set())))
