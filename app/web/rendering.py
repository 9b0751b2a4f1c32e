"""Owns how a template becomes a response: escaped, strict, and under the pages' security policy."""

import secrets
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Final

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from app.domain.telling import tell_count
from app.door.callers import get_caller
from app.door.response_headers import PERMISSIONS
from app.web import links, wording
from app.web.assets import get_url
from app.web.permitting import may

_POLICY: Final = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src 'self' data:; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""Nothing runs and nothing is applied but what a template names with the nonce of this one answer, and nothing comes
from elsewhere: what an article says can only ever be text."""

HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    # Under no-referrer browsers send a form with `Origin: null`, which no check of origins tells from another site.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": PERMISSIONS,
    "Cache-Control": "no-store",
    "Vary": "Accept, HX-Request",
}


def mark_code(text: str) -> Markup:
    """A message for a page: what stands between backticks is code there, all else is text."""
    *pairs, rest = text.split("`")
    if len(pairs) % 2:  # one backtick has no partner
        return escape(text)
    pieces = [Markup("<code>{}</code>").format(piece) if at % 2 else escape(piece) for at, piece in enumerate(pairs)]
    return Markup("").join([*pieces, escape(rest)])


_ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
_ENVIRONMENT.filters["coded"] = mark_code
_ENVIRONMENT.globals.update(asset=get_url, links=links, may=may, tell_count=tell_count, wording=wording)


def draw_nonce() -> str:
    """A word that nobody can foresee, for one answer."""
    return secrets.token_urlsafe(16)


def render(
    template: str, status: HTTPStatus = HTTPStatus.OK, *, draw: Callable[[], str] = draw_nonce, **context: object
) -> HTMLResponse:
    """A page, or a part of one, from a template of this package."""
    nonce = draw()
    html = _ENVIRONMENT.get_template(template).render(nonce=nonce, caller=get_caller(), **context)
    return HTMLResponse(html, status, HEADERS | {"Content-Security-Policy": _POLICY.format(nonce=nonce)})
