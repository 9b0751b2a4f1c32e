"""Owns sessions: an editor's browser shows a key once and carries a cookie from then on.

No page carries a token against forged forms. The cookie is SameSite=Lax, so that browsers leave it
out of what other sites have them post, and `app.door.origin_guard` takes no unsafe request with a
cookie unless the browser itself says that it comes from our own page. A token would add nothing to
that, and would spoil forms in tabs that were open over a new sign-in.
"""

import base64
import re
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from starlette.requests import HTTPConnection
from starlette.responses import Response

from app.domain.key import Key
from app.door.host_guard import names_this_machine
from app.door.key_text import SECRET_BYTES, digest
from app.door.keys import FRESH_S, Keyring
from app.errors import NotAllowed
from app.store.database import Database
from app.store.sessions import Session, drop_session, find_session, keep_session

LIFE: Final = timedelta(hours=12)
COOKIE: Final = "__Host-scopenote"
"""Browsers take a cookie of this prefix over HTTPS only, and from no neighbouring site."""
LOOPBACK_COOKIE: Final = "scopenote"
"""At this machine's own names, where there is no HTTPS."""
MOST_KNOWN: Final = 1_000
_FORM: Final = re.compile(r"[\w-]{43}", re.ASCII)


class Sessions:
    """The browsers that have shown a key. A session ends with its key, after `LIFE`, or by signing out."""

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        *,
        now: Callable[[], datetime],
        timer_s: Callable[[], float],
        draw: Callable[[int], bytes],
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._now = now
        self._timer_s = timer_s
        self._draw = draw
        self._known: OrderedDict[str, tuple[Session, float]] = OrderedDict()

    async def begin(self, key: Key, connection: HTTPConnection) -> str:
        """A new session of a browser, whose former one ends; what its cookie holds.

        Raises:
            StoreUnavailable: it cannot be kept.
        """
        carried = base64.urlsafe_b64encode(self._draw(SECRET_BYTES)).decode().rstrip("=")
        now, former = self._now(), find_cookie(connection)
        session = Session(digest=digest(carried), key=key.id, created_at=now, expires_at=now + LIFE)
        ended = digest(former) if former else None
        await self._database.write(lambda c: keep_session(c, session, ended))
        self._known.pop(ended or "", None)
        return carried

    async def find_key(self, connection: HTTPConnection) -> Key | None:
        """The key that the browser has shown; None where it has not, or not lately, or the key is over.

        Raises:
            StoreUnavailable: it cannot be looked up.
        """
        carried = find_cookie(connection)
        session = await self._find(digest(carried)) if carried else None
        if session is None or session.expires_at <= self._now():
            return None
        try:
            return await self._keyring.check_id(session.key)
        except NotAllowed:
            return None

    async def end(self, connection: HTTPConnection) -> None:
        """Sign the browser out.

        Raises:
            StoreUnavailable: it cannot be written down, and the session lasts.
        """
        carried = find_cookie(connection)
        if carried is None:
            return
        ended = digest(carried)
        await self._database.write(lambda c: drop_session(c, ended))
        self._known.pop(ended, None)

    async def _find(self, wanted: str) -> Session | None:
        session, at_s = self._known.get(wanted, (None, float("-inf")))
        if session is not None and self._timer_s() - at_s < FRESH_S:
            return session
        at_s, now = self._timer_s(), self._now()
        session = await self._database.read(lambda c: find_session(c, wanted, now))
        self._known.pop(wanted, None)
        if session is not None:
            self._known[wanted] = session, at_s
        while len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)
        return session


def find_cookie(connection: HTTPConnection) -> str | None:
    """What the session's cookie holds, where it is in the form of ours."""
    carried = connection.cookies.get(_name_cookie(connection), "")
    return carried if _FORM.fullmatch(carried) else None


def set_cookie(connection: HTTPConnection, response: Response, carried: str) -> None:
    """Have the browser carry a session from now on; over HTTPS only, where that is how it was begun."""
    name = _name_cookie(connection)
    is_encrypted = connection.headers.get("origin", "").startswith("https://")
    response.set_cookie(
        name,
        carried,
        max_age=int(LIFE.total_seconds()),
        path="/",
        secure=name == COOKIE or is_encrypted,
        httponly=True,
        samesite="lax",
    )


def clear_cookie(connection: HTTPConnection, response: Response) -> None:
    """Have the browser carry nothing any more."""
    name = _name_cookie(connection)
    response.delete_cookie(name, path="/", secure=name == COOKIE, httponly=True, samesite="lax")


def _name_cookie(connection: HTTPConnection) -> str:
    return LOOPBACK_COOKIE if names_this_machine(connection) else COOKIE
