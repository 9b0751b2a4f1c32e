"""Owns the page on which an editor shows a key, and the way out again."""

import re
from http import HTTPStatus
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.domain.key import Key, includes
from app.door.guarding import get_door
from app.door.problems import find_status, list_headers
from app.door.sessions import LIFE, clear_cookie, set_cookie
from app.door.withholding import withhold
from app.errors import BadInput, ScopenoteError
from app.web.encryption import is_plain, was_sent_plain
from app.web.form import find_first, read_fields
from app.web.refusing import refuse
from app.web.rendering import render
from app.web.services import get_services

MAX_BYTES: Final = 4_000
FIRST_PAGE: Final = "/classify"
NO_ENCRYPTION: Final = (
    "This page came over plain http, and browsers stay signed in to another machine over https only. "
    "The key went over the network for anybody to read: have it rotated."
)
NOT_CARRIED: Final = (
    "The key is good, but your browser did not keep that you are signed in. Allow cookies for this site, and open it "
    "by an address that begins with https://."
)
LEFT: Final = "You are signed out."
_OWN_PATH: Final = re.compile(r"/(?![/\\])[!-\[\]-~]*")
"""A path of this service: two slashes, a backslash or a space may lead a browser elsewhere."""

router = APIRouter(include_in_schema=False)


@router.get("/login")
async def show_login(
    request: Request,
    next_: Annotated[str, Query(alias="next")] = "",
    signed: Annotated[str, Query()] = "",
) -> Response:
    """The form; whoever needs no key, or has shown one, is led on.

    `signed` is "yes" where a key was taken just now: whoever still has to show one has a browser that does
    not carry the session. It is "out" where a session was ended just now.
    """
    door = get_door(request)
    try:
        if not await door.keyring.is_closed() or await door.sessions.find_key(request):
            return RedirectResponse(find_next(next_), HTTPStatus.SEE_OTHER)
    except ScopenoteError as error:
        return refuse(request, error)
    problem, told = NOT_CARRIED if signed == "yes" else "", LEFT if signed == "out" else ""
    return _show(request, find_next(next_), problem=problem, told=told)


@router.post("/login")
async def sign_in(request: Request) -> Response:
    """Take a key, have the browser carry a session, and lead on by way of the form, which sees whether it does."""
    door, next_ = get_door(request), FIRST_PAGE
    try:
        fields = await read_fields(request, max_bytes=MAX_BYTES, too_large="That is too long to be a key.")
        next_ = find_next(find_first(fields, "next"))
        if was_sent_plain(request):
            raise BadInput(NO_ENCRYPTION)
        key = _check_opens(await door.keyring.check(find_first(fields, "key").strip()))
        carried = await door.sessions.begin(key, request)
    except ScopenoteError as error:
        error = withhold(request, error)
        refusal = _show(request, next_, find_status(error, request), str(error))
        refusal.headers.update(list_headers(error))
        return refusal
    response = RedirectResponse(f"/login?{urlencode({'next': next_, 'signed': 'yes'})}", HTTPStatus.SEE_OTHER)
    set_cookie(request, response, carried)
    return response


@router.get("/logout")
async def go_to_login() -> RedirectResponse:
    """Nobody is signed out by a link."""
    return RedirectResponse("/login")


@router.post("/logout")
async def sign_out(request: Request) -> Response:
    """End the session, here and in the browser."""
    try:
        await get_door(request).sessions.end(request)
    except ScopenoteError as error:
        return refuse(request, error)
    response = RedirectResponse("/login?signed=out", HTTPStatus.SEE_OTHER)
    clear_cookie(request, response)
    return response


def find_next(wanted: str) -> str:
    """Where to lead on: a path of our own, else the first page."""
    is_own = _OWN_PATH.fullmatch(wanted) and not wanted.startswith(("/login", "/logout"))
    return wanted if is_own else FIRST_PAGE


def _check_opens(key: Key) -> Key:
    """A key that pages may be seen with.

    Raises:
        BadInput: it is for figures only.
    """
    if not includes(key.scope, "classify"):
        raise BadInput(f"The key {key.name!r} is for reading figures at /metrics, and opens no page. Use another one.")
    return key


def _show(
    request: Request, next_: str, status: HTTPStatus = HTTPStatus.OK, problem: str = "", told: str = ""
) -> HTMLResponse:
    public_url = get_services(request).settings.public_url or ""
    return render(
        "login.html",
        status,
        next=next_,
        problem=problem,
        told=told,
        hours=int(LIFE.total_seconds()) // 3600,
        plain=is_plain(request),
        secure_url=f"{public_url.rstrip('/')}/login" if public_url.lower().startswith("https://") else "",
    )
