"""Owns the refusal of requests that another site makes a browser send."""

from http import HTTPStatus
from urllib.parse import urlsplit

from fastapi import Request
from starlette.middleware.base import RequestResponseEndpoint
from starlette.responses import Response

from app.api.problems import answer_problem

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


async def guard_origin(request: Request, call_next: RequestResponseEndpoint) -> Response:
    """Let through what is safe, same-origin, or not sent by a browser; refuse the rest with 403.

    Browsers say where a request comes from in Sec-Fetch-Site; older ones send Origin, which is
    then compared with Host. Programs send neither.
    """
    if request.method in SAFE_METHODS or _is_own(request):
        return await call_next(request)
    return answer_problem(
        request, HTTPStatus.FORBIDDEN, "CrossSite", "Another site sent this request. Send it from Scopenote's own page."
    )


def _is_own(request: Request) -> bool:
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")
