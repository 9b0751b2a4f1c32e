"""Owns which deliveries may be given to a worker: those that are due, and those that nobody works on any more."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, not_, or_, select, update

from app.domain.delivery import Delivery
from app.errors import Damaged
from app.store.delivery_rows import read_delivery
from app.store.tables.doors import delivery as deliveries

_LOOKED_AT: Final = 4
"""Deliveries that are read at once for each that may be claimed: some may have to wait for another of their article."""
_MOST_LOOKED_AT: Final = 1_000
"""Deliveries that are read for one claim; behind as many of one article the others wait."""


def tell_left(executor_id: str, alive: Collection[str], holding: Collection[str] | None) -> ColumnElement[bool]:
    """That a delivery is worked on by nobody, though it is kept as if somebody did."""
    has_nobody = or_(deliveries.c.executor.is_(None), deliveries.c.executor.not_in({*alive, executor_id}))
    if holding is not None:
        is_untold = and_(deliveries.c.executor == executor_id, deliveries.c.id.not_in(holding))
        has_nobody = or_(has_nobody, is_untold)
    return and_(deliveries.c.state == "working", has_nobody)


def list_at_work(c: Connection, is_left: ColumnElement[bool]) -> list[Delivery]:
    """What workers have."""
    rows = c.execute(select(deliveries).where(deliveries.c.state == "working", not_(is_left)))
    return list(filter(None, (read_or_park(c, row) for row in rows.mappings().all())))


def go_through_due(c: Connection, now: datetime, limit: int, is_left: ColumnElement[bool]) -> Iterator[RowMapping]:
    """Rows of deliveries whose turn it is, the oldest first; some at a time, as the first ones may all have to wait."""
    received_at, id_ = deliveries.c.received_at, deliveries.c.id
    is_due = and_(deliveries.c.state == "waiting", deliveries.c.due_at <= now)
    query = select(deliveries).where(or_(is_due, is_left)).order_by(received_at, id_)
    size = _LOOKED_AT * limit
    query = query.limit(size).with_for_update(skip_locked=True)
    page = query
    for _ in range(0, _MOST_LOOKED_AT, size):
        rows = list(c.execute(page).mappings())
        yield from rows
        if len(rows) < size:
            return
        at, last = rows[-1]["received_at"], rows[-1]["id"]
        page = query.where(or_(received_at > at, and_(received_at == at, id_ > last)))


def read_or_park(c: Connection, row: RowMapping) -> Delivery | None:
    """The delivery of a row; one that cannot be read is parked, so that it is in nobody's way."""
    try:
        return read_delivery(row)
    except Damaged as error:
        park(c, row["id"], str(error))
        return None


def park(c: Connection, delivery_id: str, reason: str) -> None:
    """Have nobody work on a delivery, for a reason."""
    parked = {"state": "parked", "executor": None, "reason": reason}
    c.execute(update(deliveries).where(deliveries.c.id == delivery_id).values(parked))


def have_source_wait(c: Connection, source: str, due: datetime, reason: str) -> None:
    """Have all deliveries of a source that wait do so at least until then, for a reason that is none of theirs."""
    waits = and_(deliveries.c.source == source, deliveries.c.state == "waiting", deliveries.c.due_at < due)
    c.execute(update(deliveries).where(waits).values(due_at=due, reason=reason))
