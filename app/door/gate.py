"""Owns the gate: every request is told apart by who sends it, and let in or refused before its body is read."""

from http import HTTPStatus
from typing import Final
from urllib.parse import quote, urlsplit

from fastapi import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.domain.key import Key, includes
from app.domain.value import Value
from app.door.accepting import prefers_html
from app.door.addresses import find_address, find_home, is_here, is_relayed
from app.door.callers import Caller, answering
from app.door.keys import Keyring
from app.door.limits import Limits
from app.door.noting import note
from app.door.origin_guard import is_own
from app.door.problems import ShowPage, answer_refusal, describe_error, find_status, list_headers
from app.door.scopes import find_scope
from app.door.sessions import Sessions
from app.door.withholding import withhold
from app.errors import NotAllowed, ScopenoteError

HERE_ONLY: Final = (
    "There are no keys yet, and without one only this machine is answered. Make one: `scopenote keys create NAME`."
)
NEEDED: Final = "A key is needed. Send it as `Authorization: Bearer KEY`."
OR_SIGN_IN: Final = "A key is needed. Send it as `Authorization: Bearer KEY`, or sign in at /login."
SLOWER: Final = ", or ask for a key with a higher --per-minute"


class Rules(Value):
    """How strict the gate is. `proxies` before the service are believed about where a request comes from.

    `has_pages`: there is one on which a browser shows a key, and one that tells what is refused.
    """

    is_open: bool
    proxies: int
    key_per_minute: int
    address_per_minute: int
    has_pages: bool = True


class Gate:
    """Refuses with 401 who shows no key where one is needed, 403 whose key is too narrow, 429 who asks too often.

    A browser without a key is led to the page that takes one, if it came for a page.
    """

    def __init__(
        self, app: ASGIApp, *, keyring: Keyring, sessions: Sessions, limits: Limits, rules: Rules, show: ShowPage
    ) -> None:
        self._app = app
        self._keyring = keyring
        self._sessions = sessions
        self._limits = limits
        self._rules = rules
        self._show = show

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its caller, or answer it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        try:
            caller = await self._find_caller(request)
        except ScopenoteError as error:
            if isinstance(error, NotAllowed) and error.key:
                note(scope, key=error.key)
            await self._refuse(request, error)(scope, receive, send)
            return
        with answering(caller):  # a page that refuses knows who is signed in, too
            try:
                self._allow(request, caller)
            except ScopenoteError as error:
                answer: ASGIApp = self._refuse(request, error)
            else:
                answer = self._app
            await answer(scope, receive, send)

    async def _find_caller(self, request: Request) -> Caller:
        """Who it is.

        Raises:
            NotAllowed: there is no key where one is needed.
            TooMany: the address asks too often.
            StoreUnavailable: keys cannot be looked up.
        """
        address = find_address(request, self._rules.proxies)
        local = is_here(address)
        if not local:  # behind a proxy that is not told of, everybody would come from here
            self._limits.addresses.take(find_home(address), self._rules.address_per_minute, "")
        # Not of request.url, which is put together with a Host header that anybody can write.
        if find_scope(request.method, request.scope["path"]) is None:
            return Caller(address=address)
        if not await self._keyring.is_closed():
            is_own = local and not is_relayed(request, self._rules.proxies)
            if not (self._rules.is_open or is_own):
                raise NotAllowed(HERE_ONLY, is_known=True)
            return Caller(address=address, is_here=is_own)
        key, has_session = await self._identify(request)
        note(request.scope, key=key.id)
        return Caller(address=address, key=key, has_session=has_session)

    async def _identify(self, request: Request) -> tuple[Key, bool]:
        """The key that was sent, or that the browser has shown before; whether it was the latter."""
        scheme, _, text = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return await self._keyring.check(text.strip()), False
        shown = await self._sessions.find_key(request)
        if shown is None:
            raise NotAllowed(OR_SIGN_IN if self._rules.has_pages else NEEDED)
        return shown, True

    def _allow(self, request: Request, caller: Caller) -> None:
        """Let a key do what it may, and count that it did.

        Raises:
            NotAllowed: its scope is too narrow, or it is for other pages.
            TooMany: it asks too often.
        """
        key, needed = caller.key, find_scope(request.method, request.scope["path"])
        if key is None or needed is None:
            return
        if not includes(key.scope, needed):
            remedy = f"Whoever runs the service can make one with it: `scopenote keys create NAME --scope {needed}`."
            raise NotAllowed(
                f"The key {key.name!r} has the scope {key.scope!r}, and this needs {needed!r}. {remedy}", is_known=True
            )
        origin = request.headers.get("origin")
        if origin and origin not in key.origins and not is_own(request):
            remedy = "Make one for it with `scopenote keys create NAME --origin URL`."
            raise NotAllowed(f"The key {key.name!r} is not for pages of {origin[:200]!r}. {remedy}", is_known=True)
        self._limits.keys.take(key.id, key.per_minute or self._rules.key_per_minute, SLOWER)
        self._keyring.note(key)

    def _refuse(self, request: Request, error: ScopenoteError) -> Response:
        error = withhold(request, error)
        status = find_status(error, request)
        is_unknown = status == HTTPStatus.UNAUTHORIZED
        if not self._rules.has_pages:
            return answer_refusal(request, error)
        if "hx-request" in request.headers:
            # What is no page the pages' scripts tell in words; they cannot show a key.
            response = answer_refusal(request, error)
            if is_unknown:
                response.headers["HX-Redirect"] = _find_login(_find_page(request))
            return response
        if not prefers_html(request):
            return answer_refusal(request, error)
        note(request.scope, problem=describe_error(request, error).type.rpartition(":")[2])
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
