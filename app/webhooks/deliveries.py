"""Owns `GET /deliveries/{id}`: what became of a webhook call."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import AwareDatetime

from app.domain.delivery import Delivery, DeliveryState, Fate
from app.domain.value import Value
from app.door.problems import problems
from app.door.services import CurrentServices
from app.store.deliveries import load_delivery

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


@router.get("/deliveries/{delivery_id}", responses=problems(404, 422, 503))
async def show_delivery(delivery_id: Annotated[str, Path(max_length=200)], services: CurrentServices) -> ToldDelivery:
    """What became of one webhook call, article by article."""
    delivery = await services.database.read(lambda c: load_delivery(c, delivery_id))
    return tell_delivery(delivery, services.doors.address)
