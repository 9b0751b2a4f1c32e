"""Owns what is noted of each request: a line in the log, its figures, a span, and the id by which it is found again."""

import json
import logging
import re
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from app.door.addresses import find_address
from app.door.methods import METHODS
from app.door.noting import list_facts
from app.door.problems import MEDIA_TYPE, UNEXPECTED, answer_problem
from app.door.scopes import find_scope
from app.watching.tracing import Span
from app.watching.witness import Witness

HEADER: Final = "X-Request-Id"
UNMATCHED: Final = "unmatched"
"""The route of what no route answers: its path is whatever somebody made up."""
QUIET: Final = frozenset({"/healthz", "/readyz", "/metrics", "/static/{digest}/{name:path}"})
"""Asked every few seconds by machines, or with every page by browsers: worth a line only where that fails."""
STREAM: Final = "text/event-stream"
REFUSED: Final = HTTPStatus.BAD_REQUEST
FAILED: Final = HTTPStatus.INTERNAL_SERVER_ERROR
LONGEST_ADDRESS: Final = 64
MOST_PROBLEM_BYTES: Final = 65_536

_LOG = logging.getLogger(__name__)
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_KIND = re.compile(r"urn:scopenote:problem:([a-z-]{1,64})")


class _Answer:
    """What is known of the answer so far. `problem` is the kind that a problem document names."""

    def __init__(self) -> None:
        self.status: int | None = None
        self.is_stream = False
        self.problem = ""
        self._is_problem = False

    def note(self, message: Message) -> None:
        """Take down how an answer begins, and what is wrong if that is all that it says."""
        if message["type"] == "http.response.start":
            media_type = Headers(raw=message["headers"]).get("content-type", "")
            self.status = message["status"]
            self.is_stream = media_type.startswith(STREAM)
            self._is_problem = media_type.startswith(MEDIA_TYPE)
        elif self._is_problem and not self.problem:
            self.problem = _read_kind(message.get("body", b""))


class RequestLog:
    """Notes every request, whatever becomes of it. An id that came along in X-Request-Id is kept where it is harmless.

    Every line that is logged meanwhile carries the id, and so does the answer. `new_id` makes those
    that are missing, `timer_s` measures. `proxies` before the service are believed about where a
    request comes from. `routes` are those that a request may have been meant for, in their order.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        witness: Witness,
        new_id: Callable[[], str],
        timer_s: Callable[[], float],
        proxies: int = 0,
        routes: Sequence[BaseRoute] = (),
    ) -> None:
        self._app = app
        self._routes = routes
        self._proxies = proxies
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
            answer.note(message)
            if message["type"] == "http.response.start":
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
        method, route = _name_method(scope), _find_route(scope, self._routes)
        # Nobody may have waited for the answer.
        status = 499 if answer.status is None else answer.status
        self._witness.meters.count_request(method, route, status, None if answer.is_stream else took_s)
        span.rename(f"{method} {route}")
        span.note({"http.route": route, "http.response.status_code": status})
        if status >= FAILED:
            span.fail(str(status))
        facts = list_facts(scope)
        problem = facts.pop("problem", answer.problem)
        told = {"method": method, "route": route, "status": status, "ms": round(took_s * 1000, 1), **facts}
        if problem or status >= REFUSED:
            told |= self._tell_refusal(scope, problem)
        elif route in QUIET:
            _LOG.debug("request", extra=told)
            return
        _LOG.info("request", extra=told)

    def _tell_refusal(self, scope: Scope, problem: str) -> dict[str, str]:
        """Who was refused what, and why: only then does an address stand in the log."""
        told = {
            "problem": problem,
            "scope": find_scope(scope["method"], scope["path"]) or "",
            "address": find_address(HTTPConnection(scope), self._proxies)[:LONGEST_ADDRESS],
        }
        return {name: value for name, value in told.items() if value}


def _find_route(scope: Scope, routes: Sequence[BaseRoute]) -> str:
    """The template of the address that was asked for, such as "/categories/{category_id}"; never the path itself.

    Who is refused at the door never came to a route: then it is the one that would have answered.
    """
    template = getattr(scope.get("route"), "path", None)
    if template:
        return str(template)
    if "endpoint" in scope:
        return str(scope.get("root_path") or UNMATCHED)
    return _find_aim(scope, routes) or UNMATCHED


def _find_aim(scope: Scope, routes: Sequence[BaseRoute]) -> str | None:
    """The template of the route that a request is meant for, if only by another method."""
    nearest: str | None = None
    for route in routes:
        found, _ = route.matches(scope)
        template: str | None = getattr(route, "path", None)
        if found is Match.FULL and template:
            return template
        if found is Match.PARTIAL:
            nearest = nearest or template
    return nearest


def _read_kind(body: bytes) -> str:
    """The kind that a problem document names, "" where it is none of ours."""
    if len(body) > MOST_PROBLEM_BYTES:
        return ""
    try:
        problem = json.loads(body)
    except ValueError:
        return ""
    named = _KIND.fullmatch(str(problem.get("type"))) if isinstance(problem, dict) else None
    return named[1] if named else ""


def _name_method(scope: Scope) -> str:
    """The method, as one of few words."""
    return str(scope["method"]) if scope["method"] in {*METHODS, "HEAD", "OPTIONS"} else "other"
