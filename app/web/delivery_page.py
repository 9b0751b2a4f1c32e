"""Owns the pages of deliveries: what came in, and what became of each article of one of them."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse

from app.domain.delivery import DeliveryState
from app.errors import ScopenoteError
from app.store.connection import Connection
from app.store.database import Database
from app.store.deliveries import list_call, list_deliveries, load_delivery
from app.store.sources import list_sources
from app.web.category_pages import PageRoute
from app.web.delivery_view import STATES, DeliveryView
from app.web.refusing import refuse
from app.web.rendering import render

ROWS: Final = 25
ANY_ID: Final = r"^[\w.-]{1,200}$"

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/deliveries")
async def show_deliveries(
    request: Request,
    source: Annotated[str | None, Query(max_length=100)] = None,
    state: Annotated[DeliveryState | None, Query()] = None,
    before: Annotated[str | None, Query(pattern=ANY_ID)] = None,
) -> HTMLResponse:
    """What came in, the newest first; of one source, or in one state, where that is asked for."""

    def work(c: Connection) -> tuple[list[DeliveryView], list[str]]:
        found = list_deliveries(c, source=source, state=state, limit=ROWS + 1, before=before)
        return [DeliveryView(delivery=one) for one in found], [one.name for one in list_sources(c)]

    try:
        views, sources = await _find_database(request).read(work)
    except ScopenoteError as error:
        return refuse(request, error)
    is_more = len(views) > ROWS
    return render(
        "deliveries.html",
        views=views[:ROWS],
        sources=sources,
        states=STATES,
        source=source,
        state=state,
        before=before,
        next=views[ROWS - 1].delivery.id if is_more else None,
    )


@router.get("/deliveries/{delivery_id}")
async def show_delivery(request: Request, delivery_id: Annotated[str, Path(max_length=200)]) -> HTMLResponse:
    """One delivery: what came, how far it is, what became of each article, and what to do where it is parked."""

    def work(c: Connection) -> DeliveryView:
        delivery = load_delivery(c, delivery_id)
        return DeliveryView(delivery=delivery, parts=tuple(list_call(c, delivery)))

    try:
        view = await _find_database(request).read(work)
    except ScopenoteError as error:
        return refuse(request, error)
    return render("delivery.html", view=view, states=STATES)


def _find_database(request: Request) -> Database:
    database: Database = request.app.state.services.database
    return database
