"""Owns whether a browser talks to us over plain http: it then does not carry the session of another machine."""

from urllib.parse import urlsplit

from fastapi import Request

from app.door.host_guard import names_this_machine

_FORWARDED_PROTO = "x-forwarded-proto"


def was_sent_plain(request: Request) -> bool:
    """Whether a form was sent over plain http, by the browser's own word; a proxy may have added https since."""
    if names_this_machine(request):
        return False
    try:
        return urlsplit(request.headers.get("origin", "")).scheme == "http"
    except ValueError:
        return False


def is_plain(request: Request) -> bool:
    """Whether a page seems to be asked for over plain http.

    Browsers say where a request comes from (Sec-Fetch-Site) over https and to their own machine only.
    Old ones never do: this is good for a warning, not for a refusal.
    """
    if names_this_machine(request) or request.url.scheme == "https":
        return False
    if request.headers.get(_FORWARDED_PROTO, "").strip().lower() == "https":
        return False
    return "sec-fetch-site" not in request.headers
