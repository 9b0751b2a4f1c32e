"""Owns the page of an article's history."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from app.domain.category import Taxonomy
from app.errors import ScopenoteError
from app.web.category_pages import PageRoute
from app.web.links import find_outer_url
from app.web.refusing import refuse
from app.web.rendering import render
from app.web.services import get_services

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/articles/{article_id:path}/history")
async def show_history(request: Request, article_id: str) -> HTMLResponse:
    """Every text, decision, editor's word and tag of an article, the newest first."""
    services = get_services(request)
    try:
        history = await services.kept.load_history(article_id)
    except ScopenoteError as error:
        return refuse(request, error)
    return render(
        "history.html",
        history=history,
        entries=history.entries[::-1],
        titles=_name_categories(services.taxonomy),
        link=find_outer_url(history.url),
    )


def _name_categories(taxonomy: Taxonomy) -> dict[str, str]:
    """Titles by id, former ids too; what is decided about a category that is gone goes by its id."""
    former = {alias: category.title for alias, category in taxonomy.by_alias.items()}
    return former | {category.id: category.title for category in taxonomy.categories}
