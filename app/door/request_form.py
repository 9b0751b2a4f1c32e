"""Owns what the head of a request may hold: so many headers, and no encoding that a small body unfolds by."""

from http import HTTPStatus
from typing import Final

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from app.door.problems import answer_problem

MOST_HEADERS: Final = 100
"""Browsers and CMSs send twenty or thirty. How long they are the server bounds itself: 64 kB together."""


class RequestForm:
    """Answers 431 to too many headers, and 415 to a body that is compressed: a small one may unfold without end."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        if len(scope["headers"]) > MOST_HEADERS:
            status, name = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "TooManyHeaders"
            detail = f"The request has more than {MOST_HEADERS} headers. Send fewer."
            await answer_problem(request, status, name, detail)(scope, receive, send)
        elif _is_encoded(request):
            detail = "The body is compressed. Send it as it is, without Content-Encoding."
            await answer_problem(request, HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Encoded", detail)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _is_encoded(request: Request) -> bool:
    return any(line.strip().lower() not in {"", "identity"} for line in request.headers.getlist("content-encoding"))
