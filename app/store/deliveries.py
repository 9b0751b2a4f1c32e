"""Owns deliveries: webhook calls as they came in, once each, and what became of them."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field
from sqlalchemy import Connection, select, update

from app.domain.value import Value
from app.errors import NotKept
from app.store.storable import make_storable
from app.store.tables.articles import delivery as deliveries
from app.store.upserting import insert_or

DeliveryState = Literal["waiting", "done", "failed"]


class Delivery(Value):
    """One webhook call.

    `key` is the source's own name for it, by which a repetition is known. `article` and `decision`
    are what came of it; `reason` says why it failed, else "".
    """

    id: str
    source: Annotated[str, Field(min_length=1, max_length=200)]
    key: Annotated[str, Field(min_length=1, max_length=400)]
    body: bytes
    received_at: AwareDatetime
    state: DeliveryState = "waiting"
    article: str | None = None
    decision: str | None = None
    reason: str = ""


def keep_delivery(c: Connection, delivery: Delivery) -> bool:
    """Whether it came for the first time; a repeated one leaves the kept one as it is."""
    row = _clean(delivery.model_dump())
    repeated = [deliveries.c.source, deliveries.c.key]
    statement = insert_or(c, deliveries).values(row).on_conflict_do_nothing(index_elements=repeated)
    return c.execute(statement.returning(deliveries.c.id)).first() is not None


def find_delivery(c: Connection, source: str, key: str) -> Delivery | None:
    """The delivery that a source sent under a key."""
    same = (deliveries.c.source == make_storable(source), deliveries.c.key == make_storable(key))
    row = c.execute(select(deliveries).where(*same)).mappings().one_or_none()
    return None if row is None else Delivery(**row)


def settle_delivery(
    c: Connection,
    delivery_id: str,
    *,
    state: DeliveryState,
    article: str | None = None,
    decision: str | None = None,
    reason: str = "",
) -> None:
    """Write down what became of a delivery.

    Raises:
        NotKept: there is no such delivery.
    """
    outcome = _clean({"state": state, "article": article, "decision": decision, "reason": reason})
    if c.execute(update(deliveries).where(deliveries.c.id == delivery_id).values(outcome)).rowcount == 0:
        raise NotKept(f"No delivery is kept under the id {delivery_id!r}. See whether it is from this store.")


def _clean(row: dict[str, object]) -> dict[str, object]:
    return {name: make_storable(value) if isinstance(value, str) else value for name, value in row.items()}
