"""Owns `GET /deliveries`: what came in by webhooks, and what became of it."""

from collections.abc import Iterable
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import AwareDatetime

from app.domain.delivery import Delivery, DeliveryState, Fate
from app.domain.value import Value
from app.door.problems import VARY, problems
from app.door.services import CurrentServices
from app.store.connection import Connection
from app.store.deliveries import list_call, list_deliveries, load_delivery

router = APIRouter(tags=["webhooks"])


class ToldOutcome(Value):
    """What became of one article; `classification_url` leads to its decision, null where there is none."""

    article: str
    fate: Fate
    classification_url: str | None
    reason: str
    written: tuple[str, ...] | None


class ToldDelivery(Value):
    """One delivery, without the articles that it brought."""

    delivery: str
    source: str
    received_at: AwareDatetime
    state: DeliveryState
    due_at: AwareDatetime
    tries: int
    reason: str
    outcomes: tuple[ToldOutcome, ...]


class ToldPart(Value):
    """One of the deliveries that a call about very many articles is kept as."""

    delivery: str
    state: DeliveryState
    url: str


class ToldCall(ToldDelivery):
    """One delivery, and all that its call is kept as, itself among them: one for nearly every call."""

    parts: tuple[ToldPart, ...]


class DeliveryPage(Value):
    """Some deliveries; `next` goes into `before` for those that are older, None where there are none."""

    deliveries: tuple[ToldDelivery, ...]
    next: str | None


def tell_delivery(delivery: Delivery, address: str) -> ToldDelivery:
    """A delivery as it is told; `address` stands before the paths of its decisions."""
    outcomes = (
        ToldOutcome(
            article=outcome.article,
            fate=outcome.fate,
            classification_url=outcome.decision and f"{address}/classifications/{outcome.decision}",
            reason=outcome.reason,
            written=outcome.written,
        )
        for outcome in delivery.outcomes
    )
    return ToldDelivery(
        delivery=delivery.id,
        source=delivery.source,
        received_at=delivery.received_at,
        state=delivery.state,
        due_at=delivery.due_at,
        tries=delivery.tries,
        reason=delivery.reason,
        outcomes=tuple(outcomes),
    )


def tell_call(delivery: Delivery, parts: Iterable[tuple[str, DeliveryState]], address: str) -> ToldCall:
    """A delivery as it is told together with the parts of its call, by id."""
    told = (ToldPart(delivery=id_, state=state, url=f"{address}/deliveries/{id_}") for id_, state in parts)
    return ToldCall(**dict(tell_delivery(delivery, address)), parts=tuple(told))


@router.get("/deliveries", responses=problems(404, 422, 503))
async def show_deliveries(
    services: CurrentServices,
    response: Response,
    *,
    source: Annotated[str | None, Query(max_length=100)] = None,
    state: Annotated[DeliveryState | None, Query()] = None,
    before: Annotated[str | None, Query(pattern=r"^[\w.-]{1,200}$")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> DeliveryPage:
    """What CMSs sent, the newest first; of one source, or in one state, where that is asked for."""
    response.headers.update(VARY)
    find = partial(list_deliveries, source=source, state=state, limit=limit + 1, before=before, with_events=False)
    found = await services.database.read(find)
    told = tuple(tell_delivery(one, services.doors.address) for one in found[:limit])
    return DeliveryPage(deliveries=told, next=told[-1].delivery if len(found) > limit else None)


@router.get("/deliveries/{delivery_id}", responses=problems(404, 422, 503))
async def show_delivery(
    delivery_id: Annotated[str, Path(max_length=200)], services: CurrentServices, response: Response
) -> ToldCall:
    """What became of one webhook call, article by article."""
    response.headers.update(VARY)

    def work(c: Connection) -> ToldCall:
        delivery = load_delivery(c, delivery_id)
        return tell_call(delivery, list_call(c, delivery), services.doors.address)

    return await services.database.read(work)
