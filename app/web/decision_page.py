"""Owns the page of one decision: its article with the evidence marked, and a form to overrule every category."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from app.errors import ScopenoteError
from app.web.category_pages import PageRoute
from app.web.refusing import refuse
from app.web.rendering import render
from app.web.services import get_services
from app.web.standing import tell_kept

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/classifications/{classification_id}")
async def show_decision(request: Request, classification_id: str) -> HTMLResponse:
    """The decision as it was made, and whether it still stands."""
    services = get_services(request)
    try:
        decision = await services.kept.load_classification(classification_id)
        found = await tell_kept(services, decision)
    except ScopenoteError as error:
        return refuse(request, error)
    return render("decision.html", outcome=found.outcome, standing=found.standing)
