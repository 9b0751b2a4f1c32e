"""Owns what is noted of each request: a line in the log, its figures, a span, and the id by which it is found again."""

import logging
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from app.door.methods import METHODS
from app.door.problems import UNEXPECTED, answer_problem
from app.watching.tracing import Span
from app.watching.witness import Witness

HEADER: Final = "X-Request-Id"
UNMATCHED: Final = "unmatched"
"""The route of what no route answers: its path is whatever somebody made up."""
QUIET: Final = frozenset({"/healthz", "/readyz", "/metrics"})
"""Asked every few seconds by machines, and worth a line only where they fail."""
STREAM: Final = "text/event-stream"
FAILED: Final = HTTPStatus.INTERNAL_SERVER_ERROR

_LOG = logging.getLogger(__name__)
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class _Answer:
    """What is known of the answer so far."""

    def __init__(self) -> None:
        self.status: int | None = None
        self.is_stream = False

    def note(self, message: Message) -> None:
        """Take down how an answer begins."""
        self.status = message["status"]
        self.is_stream = Headers(raw=message["headers"]).get("content-type", "").startswith(STREAM)


class RequestLog:
    """Notes every request, whatever becomes of it. An id that came along in X-Request-Id is kept where it is harmless.

    Every line that is logged meanwhile carries the id, and so does the answer. `new_id` makes those
    that are missing, `timer_s` measures.
    """

    def __init__(
        self, app: ASGIApp, *, witness: Witness, new_id: Callable[[], str], timer_s: Callable[[], float]
    ) -> None:
        self._app = app
        self._witness = witness
        self._new_id = new_id
        self._timer_s = timer_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and note how it was answered."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        asked = headers.get(HEADER, "")
        request_id = asked if _ID.fullmatch(asked) else self._new_id()
        about = {"http.request.method": _name_method(scope), "scopenote.request": request_id}
        tracing = self._witness.tracing
        with (
            bound_contextvars(request=request_id),
            tracing.open(_name_method(scope), about, kind="server", headers=headers) as span,
        ):
            await self._pass_on(scope, receive, send, request_id, span)

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send, request_id: str, span: Span) -> None:
        begun_s, answer = self._timer_s(), _Answer()

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer.note(message)
                MutableHeaders(raw=message["headers"])[HEADER] = request_id
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        except Exception:
            # Answered here, so that this answer too has the id; whoever runs the application logs the cause.
            if answer.status is None:
                problem = answer_problem(Request(scope), FAILED, "Unexpected", UNEXPECTED)
                await problem(scope, receive, send_with_id)
            raise
        finally:
            self._note(scope, answer, self._timer_s() - begun_s, span)

    def _note(self, scope: Scope, answer: _Answer, took_s: float, span: Span) -> None:
        method, route = _name_method(scope), find_route(scope)
        # Nobody may have waited for the answer.
        status = 499 if answer.status is None else answer.status
        self._witness.meters.count_request(method, route, status, None if answer.is_stream else took_s)
        span.rename(f"{method} {route}")
        span.note({"http.route": route, "http.response.status_code": status})
        if status >= FAILED:
            span.fail(str(status))
        level = logging.DEBUG if route in QUIET and status < FAILED else logging.INFO
        told = {"method": method, "route": route, "status": status, "ms": round(took_s * 1000, 1)}
        _LOG.log(level, "request", extra=told)


def find_route(scope: Scope) -> str:
    """The template of the address that answered, such as "/categories/{category_id}"; never the path itself."""
    template = getattr(scope.get("route"), "path", None)
    if template:
        return str(template)
    return str(scope.get("root_path") or UNMATCHED) if "endpoint" in scope else UNMATCHED


def _name_method(scope: Scope) -> str:
    """The method, as one of few words."""
    return str(scope["method"]) if scope["method"] in {*METHODS, "HEAD", "OPTIONS"} else "other"
