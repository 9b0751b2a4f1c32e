"""Owns the refusal of requests that another site makes a browser send."""

from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from fastapi import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.door.accepting import prefers_html
from app.door.callers import get_caller
from app.door.noting import note
from app.door.problems import ShowPage, answer_problem
from app.door.scopes import is_webhook

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CROSS_SITE = "Another site sent this request. Send it from Scopenote's own page."
HEADING: Final = "Not from another site"


class OriginGuard:
    """Lets through what is safe, same-origin, or not sent by a browser; refuses the rest with 403.

    A browser that came for a page is shown one, where `show` is given.

    Browsers say where a request comes from in Sec-Fetch-Site; older ones send Origin, which is
    then compared with Host. Programs send neither, and no cookie. A key in the Authorization header
    is nothing that another site can make a browser send: the gate has looked whether that site may
    use it. Neither is the proof that a webhook carries.
    """

    def __init__(self, app: ASGIApp, *, show: ShowPage | None = None) -> None:
        self._app = app
        self._show = show

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS or is_webhook(scope["path"]):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        if _shows_key(request) or is_own(request):
            await self._app(scope, receive, send)
            return
        await self._refuse(request)(scope, receive, send)

    def _refuse(self, request: Request) -> Response:
        if self._show is None or "hx-request" in request.headers or not prefers_html(request):
            return answer_problem(request, HTTPStatus.FORBIDDEN, "CrossSite", CROSS_SITE)
        note(request.scope, problem="cross-site")
        return self._show(HTTPStatus.FORBIDDEN, CROSS_SITE, HEADING)


def is_own(request: Request) -> bool:
    """Whether no other site had a browser send this."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("origin")
    if origin is None:
        return "cookie" not in request.headers
    return names_host(origin, request.headers.get("host"))


def names_host(origin: str, host: str | None) -> bool:
    """Whether an Origin header is about this Host header."""
    try:
        return urlsplit(origin).netloc == host
    except ValueError:
        return False


def _shows_key(request: Request) -> bool:
    caller = get_caller()
    return caller.key is not None and not caller.has_session and "cookie" not in request.headers
