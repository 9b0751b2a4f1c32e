"""Owns the pages that show the taxonomy, and one category as it was understood."""

from http import HTTPStatus

from fastapi import Request
from fastapi.responses import HTMLResponse

from app.errors import UnknownCategory
from app.web.definition import define, find_general, list_entries
from app.web.rendering import render
from app.web.services import PageServices


def prefers_html(request: Request) -> bool:
    """Whether the request would rather have a page than JSON, by its Accept header.

    Browsers name text/html first; programs name JSON, */* or nothing, and get JSON.
    """
    weights: dict[str, float] = {}
    for part in request.headers.get("accept", "").split(","):
        media_type, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weights.setdefault(media_type, _read_weight(parameters))
    html = weights.get("text/html", 0.0)
    return html > 0 and html >= weights.get("application/json", 0.0)


def render_categories(request: Request, services: PageServices) -> HTMLResponse:  # noqa: ARG001 - the shape of a page
    """All categories: what each one holds, and how many remarks there are about it."""
    taxonomy, findings = services.taxonomy, services.lint()
    return render(
        "categories.html",
        version=taxonomy.version,
        entries=list_entries(taxonomy, findings),
        remarks=find_general(taxonomy, findings),
    )


def render_category(request: Request, services: PageServices, id: str) -> HTMLResponse:  # noqa: A002, ARG001 - likewise
    """One category; a page that says so, with 404, where the taxonomy lacks it."""
    try:
        category = services.taxonomy.get_category(id)
    except UnknownCategory:
        return render("no_category.html", HTTPStatus.NOT_FOUND, name=id)
    definition = define(category, services.taxonomy, services.lint())
    return render("category.html", definition=definition, threshold=services.settings.threshold)


def _read_weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0
