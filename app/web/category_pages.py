"""Owns the pages that show the taxonomy, and one category as it was understood."""

from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import Scope

from app.door.accepting import prefers_html
from app.errors import UnknownCategory
from app.web.definition import define, find_general, list_entries
from app.web.rendering import render
from app.web.services import get_services


class PageRoute(APIRoute):
    """A route for browsers: where a program asks for the same address, the API's route answers."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """No match unless the request would rather have a page."""
        match, child = super().matches(scope)
        if match is not Match.NONE and not prefers_html(Request(scope)):
            return Match.NONE, {}
        return match, child


router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/categories")
def show_categories(request: Request) -> HTMLResponse:
    """All categories: what each one holds, and how many remarks there are about it."""
    services = get_services(request)
    taxonomy, findings = services.taxonomy, services.lint()
    return render(
        "categories.html",
        version=taxonomy.version,
        entries=list_entries(taxonomy, findings),
        remarks=find_general(taxonomy, findings),
    )


@router.get("/categories/{category_id}")
def show_category(request: Request, category_id: str) -> HTMLResponse:
    """One category; a page that says so, with 404, where the taxonomy lacks it."""
    services = get_services(request)
    try:
        category = services.taxonomy.get_category(category_id)
    except UnknownCategory:
        return render("no_category.html", HTTPStatus.NOT_FOUND, name=category_id)
    definition = define(category, services.taxonomy, services.lint())
    return render("category.html", definition=definition, threshold=services.settings.threshold)
