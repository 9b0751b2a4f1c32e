"""Owns cross-origin requests: which pages elsewhere may read our answers in a browser, by exact origin."""

from http import HTTPStatus
from typing import Final

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.door.keys import Keyring
from app.door.problems import answer_problem
from app.errors import StoreUnavailable

METHODS: Final = frozenset({"GET", "POST"})
HEADERS: Final = frozenset({"authorization", "content-type", "accept"})
MAX_AGE_S: Final = 600
EXPOSED: Final = "X-Request-Id, Retry-After"
_REMEDY: Final = (
    "An admin names the origin in `scopenote keys create NAME --origin URL`, and it may GET and POST with a key."
)


class Cors:
    """Answers preflights, and says of an answer that a page may read it: one whose origin some key names.

    Neither `*` nor credentials: pages elsewhere show a key and no cookie.
    """

    def __init__(self, app: ASGIApp, *, keyring: Keyring) -> None:
        self._app = app
        self._keyring = keyring

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer a preflight."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        origin = request.headers.get("origin")
        allowed = origin if origin and origin in await self._find_origins() else None
        if _is_preflight(request):
            await self._answer(request, allowed)(scope, receive, send)
            return

        async def send_allowed(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add(MutableHeaders(scope=message), allowed)
            await send(message)

        await self._app(scope, receive, send_allowed)

    async def _find_origins(self) -> frozenset[str]:
        try:
            return await self._keyring.find_origins()
        except StoreUnavailable:
            return frozenset()

    def _answer(self, request: Request, allowed: str | None) -> Response:
        method = request.headers["access-control-request-method"]
        named = request.headers.get("access-control-request-headers", "").lower().split(",")
        unknown = {name.strip() for name in named} - HEADERS - {""}
        if allowed is None or method not in METHODS or unknown:
            response: Response = answer_problem(request, HTTPStatus.FORBIDDEN, "CrossSite", _REMEDY)
            response.headers.add_vary_header("Origin")
            return response
        response = Response(status_code=HTTPStatus.NO_CONTENT)
        self._add(response.headers, allowed)
        response.headers["Access-Control-Allow-Methods"] = ", ".join(sorted(METHODS))
        response.headers["Access-Control-Allow-Headers"] = ", ".join(sorted(HEADERS))
        response.headers["Access-Control-Max-Age"] = str(MAX_AGE_S)
        return response

    def _add(self, headers: MutableHeaders, allowed: str | None) -> None:
        if allowed is None:
            if self._keyring.known_origins:
                headers.add_vary_header("Origin")
            return
        headers.add_vary_header("Origin")
        headers["Access-Control-Allow-Origin"] = allowed
        headers["Access-Control-Expose-Headers"] = EXPOSED


def _is_preflight(request: Request) -> bool:
    return (
        request.method == "OPTIONS"
        and "origin" in request.headers
        and "access-control-request-method" in request.headers
    )
