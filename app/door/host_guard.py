"""Owns the refusal of requests that reach this machine under another name."""

import re
from collections.abc import Collection
from http import HTTPStatus
from typing import Final

from fastapi import Request
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from app.door.keys import Keyring
from app.door.problems import answer_problem, answer_refusal
from app.door.scopes import is_webhook
from app.errors import StoreUnavailable
from app.settings import LOOPBACK

_HOST: Final = re.compile(r"(?:\[(?P<address>[^\]]*)\]|(?P<name>[^:\[\]]*))(?::\d*)?")


class HostGuard:
    """Lets through what names a loopback address, or one of `names`, in its Host header; refuses the rest with 400.

    A page elsewhere can have its own name resolve to this machine; its browser then sends that name.
    Where keys are needed that page has none, and whoever stands behind a proxy goes by the proxy's
    name. A webhook's sender does so too, and proves itself.
    """

    def __init__(self, app: ASGIApp, *, keyring: Keyring, names: Collection[str] = ()) -> None:
        self._app = app
        self._keyring = keyring
        self._names = LOOPBACK | {name.lower() for name in names}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] != "http" or is_webhook(scope["path"]) or _find_host(scope) in self._names:
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        try:
            is_closed = await self._keyring.is_closed()
        except StoreUnavailable as error:
            await answer_refusal(request, error)(scope, receive, send)
            return
        if is_closed:
            await self._app(scope, receive, send)
            return
        detail = "This service answers on this machine only. Ask it as 127.0.0.1 or localhost, or set SCOPENOTE_HOST."
        await answer_problem(request, HTTPStatus.BAD_REQUEST, "UnknownHost", detail)(scope, receive, send)


def names_this_machine(connection: HTTPConnection) -> bool:
    """Whether the Host header names a loopback address."""
    return _find_host(connection.scope) in LOOPBACK


def _find_host(scope: Scope) -> str | None:
    """The name or address in the Host header, without its port; None where it is malformed."""
    header = HTTPConnection(scope).headers.get("host", "")
    match = _HOST.fullmatch(header.lower())
    return match and (match["address"] or match["name"])
