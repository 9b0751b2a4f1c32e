"""Owns how a template becomes a response: escaped, strict, and under the pages' security policy."""

from http import HTTPStatus
from pathlib import Path
from typing import Final

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.domain.telling import tell_count
from app.web import links, wording
from app.web.assets import get_url

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""No inline script or style, nothing from elsewhere: what an article says can only ever be text."""

HEADERS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    # Under no-referrer browsers send a form with `Origin: null`, which no check of origins tells from another site.
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Vary": "Accept, HX-Request",
}

_ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
_ENVIRONMENT.globals.update(asset=get_url, links=links, tell_count=tell_count, wording=wording)


def render(template: str, status: HTTPStatus = HTTPStatus.OK, **context: object) -> HTMLResponse:
    """A page, or a part of one, from a template of this package."""
    html = _ENVIRONMENT.get_template(template).render(**context)
    return HTMLResponse(html, status_code=status, headers=HEADERS)
