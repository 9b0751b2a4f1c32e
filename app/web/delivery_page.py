"""Owns the pages of deliveries: what came in, and what became of each article of one of them."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse

from app.domain.article_event import name_article
from app.domain.delivery import MOST_EVENTS, Delivery, DeliveryState
from app.errors import Damaged, ScopenoteError
from app.store.assigned import find_assigned
from app.store.connection import Connection
from app.store.database import Database
from app.store.deliveries import list_call, list_deliveries, load_delivery
from app.store.sources import list_sources
from app.store.surveying import find_articles
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
        return [_look_over(c, one) for one in found], [one.name for one in list_sources(c)]

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
    try:
        view = await _find_database(request).read(lambda c: _look_into(c, delivery_id))
    except ScopenoteError as error:
        return refuse(request, error)
    return render("delivery.html", view=view, states=STATES)


def _look_over(c: Connection, delivery: Delivery) -> DeliveryView:
    """A delivery for the list."""
    parts = list_call(c, delivery) if len(delivery.events) == MOST_EVENTS else ()
    titles = _find_titles(c, delivery) if len(delivery.events) == 1 else {}
    return DeliveryView(delivery=delivery, parts=tuple(parts), titles=titles, assigned={})


def _look_into(c: Connection, delivery_id: str) -> DeliveryView:
    """A delivery for its own page."""
    delivery = load_delivery(c, delivery_id)
    parts = list_call(c, delivery)
    decisions = [outcome.decision for outcome in delivery.outcomes if outcome.decision is not None]
    return DeliveryView(
        delivery=delivery,
        parts=tuple(parts),
        call=tuple(_load_call(c, delivery, [id_ for id_, _ in parts])),
        titles=_find_titles(c, delivery),
        assigned=find_assigned(c, decisions),
    )


def _load_call(c: Connection, delivery: Delivery, ids: Sequence[str]) -> Iterator[Delivery]:
    """The parts of its call, as far as they can be read: one that is damaged has a page of its own to say so."""
    for id_ in ids:
        with suppress(Damaged):
            yield delivery if id_ == delivery.id else load_delivery(c, id_)


def _find_titles(c: Connection, delivery: Delivery) -> dict[str, str]:
    """The titles of the articles that its events name by their ids alone, as far as they were seen before."""
    keys = [name_article(delivery.source, event) for event in delivery.events if not event.title]
    return {key: article.title for key, article in find_articles(c, keys).items()}


def _find_database(request: Request) -> Database:
    database: Database = request.app.state.services.database
    return database
