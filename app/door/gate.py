"""Owns the gate: every request is told apart by who sends it, and let in or refused before its body is read."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Final
from urllib.parse import quote, urlsplit

from fastapi import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.domain.key import Key, includes
from app.domain.key import Scope as KeyScope
from app.domain.value import Value
from app.door.accepting import prefers_html
from app.door.addresses import find_address, find_home, is_here, is_relayed
from app.door.callers import Caller, answering
from app.door.keys import Keyring
from app.door.limits import Buckets
from app.door.origin_guard import names_host
from app.door.problems import answer_refusal, find_status, list_headers
from app.door.scopes import find_scope
from app.door.sessions import Sessions
from app.errors import NotAllowed, ScopenoteError

HERE_ONLY: Final = (
    "There are no keys yet, and without one only this machine is answered. Make one: `scopenote keys create NAME`."
)
NEEDED: Final = "A key is needed. Send it as `Authorization: Bearer KEY`, or sign in at /login."
SLOWER: Final = ", or ask for a key with a higher --per-minute"

ShowPage = Callable[[HTTPStatus, str], Response]
"""A page that tells a browser what is refused."""


class Rules(Value):
    """How strict the gate is. `proxies` before the service are believed about where a request comes from."""

    is_open: bool
    proxies: int
    key_per_minute: int
    address_per_minute: int


class Gate:
    """Refuses with 401 who shows no key where one is needed, 403 whose key is too narrow, 429 who asks too often.

    A browser without a key is led to the page that takes one, if it came for a page.
    """

    def __init__(
        self, app: ASGIApp, *, keyring: Keyring, sessions: Sessions, buckets: Buckets, rules: Rules, show: ShowPage
    ) -> None:
        self._app = app
        self._keyring = keyring
        self._sessions = sessions
        self._buckets = buckets
        self._rules = rules
        self._show = show

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its caller, or answer it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        try:
            caller = await self._let_in(request)
        except ScopenoteError as error:
            await self._refuse(request, error)(scope, receive, send)
            return
        with answering(caller):
            await self._app(scope, receive, send)

    async def _let_in(self, request: Request) -> Caller:
        """Who it is.

        Raises:
            NotAllowed: there is no key, or it does not allow this.
            TooMany: the address or the key asks too often.
            StoreUnavailable: keys cannot be looked up.
        """
        address = find_address(request, self._rules.proxies)
        local = is_here(address)
        if not local:  # behind a proxy that is not told of, everybody would come from here
            self._buckets.take(f"address {find_home(address)}", self._rules.address_per_minute, "")
        # Not of request.url, which is put together with a Host header that anybody can write.
        needed = find_scope(request.method, request.scope["path"])
        if needed is None:
            return Caller(address=address)
        if not await self._keyring.is_closed():
            if not (self._rules.is_open or (local and not is_relayed(request, self._rules.proxies))):
                raise NotAllowed(HERE_ONLY, is_known=True)
            return Caller(address=address)
        key, has_session = await self._identify(request)
        self._allow(request, key, needed)
        self._buckets.take(f"key {key.id}", key.per_minute or self._rules.key_per_minute, SLOWER)
        self._keyring.note(key)
        return Caller(address=address, key=key, has_session=has_session)

    async def _identify(self, request: Request) -> tuple[Key, bool]:
        """The key that was sent, or that the browser has shown before; whether it was the latter."""
        scheme, _, text = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return await self._keyring.check(text.strip()), False
        shown = await self._sessions.find_key(request)
        if shown is None:
            raise NotAllowed(NEEDED)
        return shown, True

    def _allow(self, request: Request, key: Key, needed: KeyScope) -> None:
        if not includes(key.scope, needed):
            raise NotAllowed(
                f"The key {key.name!r} has the scope {key.scope!r}, and this needs {needed!r}. Use a key with it.",
                is_known=True,
            )
        origin = request.headers.get("origin")
        if origin and origin not in key.origins and not names_host(origin, request.headers.get("host")):
            remedy = "Make one with `scopenote keys create --origin`."
            raise NotAllowed(f"The key {key.name!r} is not for pages of {origin[:200]!r}. {remedy}", is_known=True)

    def _refuse(self, request: Request, error: ScopenoteError) -> Response:
        status = find_status(error, request)
        is_unknown = status == HTTPStatus.UNAUTHORIZED
        if "hx-request" in request.headers:
            # What is no page the pages' scripts tell in words; they cannot show a key.
            response = answer_refusal(request, error)
            if is_unknown:
                response.headers["HX-Redirect"] = _find_login(_find_page(request))
            return response
        if not prefers_html(request):
            return answer_refusal(request, error)
        if is_unknown:
            return RedirectResponse(_find_login(_find_own(request)), HTTPStatus.SEE_OTHER)
        page = self._show(status, str(error))
        page.headers.update(list_headers(error))
        return page


def _find_login(next_: str) -> str:
    return f"/login?next={quote(next_, safe='')}"


def _find_own(request: Request) -> str:
    """The path that was asked for, with its query."""
    query = request.scope["query_string"].decode("latin-1")
    return quote(request.scope["path"]) + (f"?{query}" if query else "")


def _find_page(request: Request) -> str:
    """The page that a part was asked for from, as htmx tells it; its host is left out."""
    try:
        parts = urlsplit(request.headers.get("hx-current-url", ""))
    except ValueError:
        return "/"
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
