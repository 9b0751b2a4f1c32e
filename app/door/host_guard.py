"""Owns the refusal of requests that reach this machine under another name."""

import re
from http import HTTPStatus
from typing import Final

from fastapi import Request
from starlette.middleware.base import RequestResponseEndpoint
from starlette.responses import Response

from app.api.problems import answer_problem
from app.settings import LOOPBACK

_HOST: Final = re.compile(r"(?:\[(?P<address>[^\]]*)\]|(?P<name>[^:\[\]]*))(?::\d*)?")


async def guard_host(request: Request, call_next: RequestResponseEndpoint) -> Response:
    """Let through what names a loopback address in its Host header; refuse the rest with 400.

    A page elsewhere can have its own name resolve to this machine; its browser then sends that name.
    """
    if _find_host(request.headers.get("host", "")) in LOOPBACK:
        return await call_next(request)
    return answer_problem(
        request,
        HTTPStatus.BAD_REQUEST,
        "UnknownHost",
        "This service answers on this machine only. Ask it as 127.0.0.1 or localhost, or set SCOPENOTE_HOST.",
    )


def _find_host(header: str) -> str | None:
    """The name or address in a Host header, without its port; None where it is malformed."""
    match = _HOST.fullmatch(header.lower())
    return match and (match["address"] or match["name"])
