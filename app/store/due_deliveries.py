"""Owns which deliveries may be given to a worker: those that are due, and those that nobody works on any more."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    ScalarSelect,
    and_,
    func,
    not_,
    or_,
    select,
    tuple_,
    update,
)

from app.domain.delivery import OWN, Delivery
from app.errors import Damaged
from app.store.delivery_rows import read_delivery
from app.store.tables.doors import delivery as deliveries

_FEW: Final = 4
"""Deliveries of a line that are read at once at first, twice as many each time: some may wait for others."""
_MOST_LOOKED_AT: Final = 1_000
"""Deliveries of a line that are read for one claim; behind as many of one article the others wait."""
_NEARLY: Final = 10
"""The part of a wait that does not matter, as one in so many."""
_TURNS: Final = (0, 1)
"""See `app.domain.delivery.find_turn`."""


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


def go_through_left(c: Connection, is_left: ColumnElement[bool]) -> Iterator[RowMapping]:
    """Rows of deliveries that nobody works on any more, the oldest first."""
    return _go_through(c, is_left)


def find_lines(c: Connection, now: datetime) -> dict[str, tuple[int, ...]]:
    """The sources of which something waits and is due, also those that were removed since; and of which turns.

    Looked up one after the other in the index: going through all that waits would take ever longer.
    """
    rows, following = deliveries.c, deliveries.alias().c
    first = select(func.min(rows.source).label("source")).where(rows.state == "waiting")
    found = first.cte("found", recursive=True)
    waits = (following.state == "waiting", following.source > found.c.source)
    more = select(select(func.min(following.source)).where(*waits).scalar_subquery())
    found = found.union_all(more.select_from(found).where(found.c.source.is_not(None)))
    soonest = [_find_soonest(found.c.source, turn) for turn in _TURNS]
    lines = {}
    for source, *due_at in c.execute(select(found.c.source, *soonest).where(found.c.source.is_not(None))):
        if turns := tuple(turn for turn, at in zip(_TURNS, due_at, strict=True) if at is not None and at <= now):
            lines[source] = turns
    return lines


def go_through_due(c: Connection, source: str, turns: Iterable[int], now: datetime) -> Iterator[RowMapping]:
    """Rows of a source's deliveries that wait and are due, by turn, then those that are due the longest first."""
    for turn in turns:
        yield from _go_through(c, and_(*_stand_in_line(source, turn), deliveries.c.due_at <= now))


def _find_soonest(source: ColumnElement[str], turn: int) -> ScalarSelect[datetime]:
    """When the first is due of what waits; asked for like this it is the first in the index for any planner."""
    return select(func.min(deliveries.c.due_at)).where(*_stand_in_line(source, turn)).scalar_subquery()


def _stand_in_line(source: str | ColumnElement[str], turn: int) -> tuple[ColumnElement[bool], ...]:
    return deliveries.c.state == "waiting", deliveries.c.source == source, deliveries.c.turn == turn


def _go_through(c: Connection, which: ColumnElement[bool]) -> Iterator[RowMapping]:
    """Some at a time, as the first ones may all have to wait."""
    place = (deliveries.c.due_at, deliveries.c.received_at, deliveries.c.id)
    query = select(deliveries).where(which).order_by(*place).with_for_update(skip_locked=True)
    page, size, seen = query, _FEW, 0
    while seen < _MOST_LOOKED_AT:
        rows = list(c.execute(page.limit(size)).mappings())
        yield from rows
        if len(rows) < size:
            return
        page = query.where(tuple_(*place) > tuple(rows[-1][column.name] for column in place))
        seen, size = seen + size, 2 * size


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


def have_source_wait(c: Connection, source: str, now: datetime, due: datetime, reason: str) -> None:
    """Have what waits of a source wait on until about then, for a reason that is none of its deliveries'.

    What has to wait nearly as long anyway stays as it is: each new call of a busy source would write
    all the others anew. What we tell of ourselves is decided already, and costs nothing.
    """
    rows = deliveries.c
    soon = due - (due - now) / _NEARLY
    waits = (rows.source == source, rows.state == "waiting", rows.due_at < soon)
    is_own = rows.key.startswith(OWN, autoescape=True)
    c.execute(update(deliveries).where(*waits, not_(is_own)).values(due_at=due, reason=reason))


def have_source_go_on(c: Connection, source: str) -> None:
    """Have what waits of a source wait no longer, as what it waits for may be mended."""
    _have_go_on(c, deliveries.c.source == source)


def have_go_on(c: Connection, delivery_id: str) -> bool:
    """Have one delivery wait no longer; False where it does not wait by now."""
    return _have_go_on(c, deliveries.c.id == delivery_id) > 0


def _have_go_on(c: Connection, which: ColumnElement[bool]) -> int:
    """Its place in the line is the one that it had when it came."""
    going_on = update(deliveries).where(which, deliveries.c.state == "waiting")
    return c.execute(going_on.values(due_at=deliveries.c.received_at)).rowcount


def name_takeover(delivery_id: str) -> str:
    """The name under which it is counted how often workers died with a delivery."""
    return f"delivery:{delivery_id}"
