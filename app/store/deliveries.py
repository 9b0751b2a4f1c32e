"""Owns deliveries: each is kept once, found again, and settled."""

from typing import get_args

from sqlalchemy import Connection, and_, func, literal, or_, select, update

from app.domain.delivery import Delivery, DeliveryState, find_call, find_part
from app.errors import NotKept
from app.store.delivery_rows import NO_EVENTS, read_delivery, write_delivery
from app.store.due_deliveries import name_takeover
from app.store.storable import make_storable
from app.store.tables.doors import delivery as deliveries
from app.store.upserting import insert_or
from app.store.workers import drop_takeovers


def keep_delivery(c: Connection, delivery: Delivery) -> bool:
    """Whether it came for the first time; a repeated one leaves the kept one as it is.

    One that could not be mapped when it came first, and now can be, is given its events and its
    turn; it keeps its id, and counts as repeated.
    """
    row = write_delivery(delivery)
    renewed = {name: value for name, value in row.items() if name not in {"id", "source", "key", "received_at"}}
    unread = and_(deliveries.c.state == "parked", deliveries.c.events == NO_EVENTS)
    keeping = insert_or(c, deliveries).values(row)
    keeping = keeping.on_conflict_do_update(
        index_elements=[deliveries.c.source, deliveries.c.key], set_=renewed, where=unread
    )
    return c.execute(keeping.returning(deliveries.c.id)).scalar_one_or_none() == delivery.id


def find_delivery(c: Connection, source: str, key: str) -> Delivery | None:
    """The delivery that a source sent under a key."""
    same = (deliveries.c.source == make_storable(source), deliveries.c.key == make_storable(key))
    row = c.execute(select(deliveries).where(*same)).mappings().one_or_none()
    return None if row is None else read_delivery(row)


def load_delivery(c: Connection, id: str) -> Delivery:  # noqa: A002 - the word for it
    """A delivery by its id.

    Raises:
        NotKept: there is none.
    """
    row = c.execute(select(deliveries).where(deliveries.c.id == make_storable(id))).mappings().one_or_none()
    if row is None:
        raise NotKept(f"There is no delivery {id!r}, or it was forgotten since. See whether the id is whole.")
    return read_delivery(row)


def settle_delivery(c: Connection, delivery: Delivery) -> bool:
    """Keep what became of a delivery: its state, turn, tries, outcomes and reason.

    What is done stays as it is. One that names its executor changes only while that one has it; so
    whoever was taken for dead does not speak for whoever took over. False where nothing changed.

    Raises:
        NotKept: there is no such delivery.
    """
    row = write_delivery(delivery)
    changed = {name: row[name] for name in ("state", "due_at", "tries", "outcomes", "reason")}
    changed["executor"] = delivery.executor if delivery.state == "working" else None
    which = [deliveries.c.id == row["id"], deliveries.c.state != "done"]
    if delivery.executor is not None:
        which.append(deliveries.c.executor == delivery.executor)
    if c.execute(update(deliveries).where(*which).values(changed)).rowcount == 0:
        load_delivery(c, delivery.id)
        return False
    if delivery.state in {"done", "parked"}:
        drop_takeovers(c, [name_takeover(delivery.id)])
    return True


def list_deliveries(
    c: Connection,
    *,
    source: str | None = None,
    state: DeliveryState | None = None,
    limit: int = 50,
    before: str | None = None,
    with_events: bool = True,
) -> list[Delivery]:
    """The newest first; `before`: only those older than the delivery with that id.

    `with_events` False: without what came of the articles, whose texts may be megabytes each.
    """
    received_at, id_ = deliveries.c.received_at, deliveries.c.id
    rest = (column for column in deliveries.c if column is not deliveries.c.events)
    columns = deliveries.c if with_events else (*rest, literal(NO_EVENTS).label("events"))
    query = select(*columns).order_by(received_at.desc(), id_.desc()).limit(limit)
    if source is not None:
        query = query.where(deliveries.c.source == make_storable(source))
    if state is not None:
        query = query.where(deliveries.c.state == state)
    if before is not None:
        last = load_delivery(c, before)
        query = query.where(or_(received_at < last.received_at, and_(received_at == last.received_at, id_ < last.id)))
    return [read_delivery(row) for row in c.execute(query).mappings()]


def list_call(c: Connection, delivery: Delivery) -> list[tuple[str, DeliveryState]]:
    """Ids and states of the deliveries that the same call is kept as, its own among them, in their order."""
    columns = (deliveries.c.id, deliveries.c.state)
    came = (deliveries.c.source == delivery.source, deliveries.c.received_at == delivery.received_at)
    call = find_call(delivery.id)
    rows = c.execute(select(*columns).where(*came))
    return sorted(((row.id, row.state) for row in rows if find_call(row.id) == call), key=lambda one: find_part(one[0]))


def count_deliveries(c: Connection) -> dict[DeliveryState, int]:
    """How many deliveries are in each state, zeros included."""
    rows = c.execute(select(deliveries.c.state, func.count().label("number")).group_by(deliveries.c.state))
    counts = {row.state: row.number for row in rows}
    return {state: counts.get(state, 0) for state in get_args(DeliveryState)}
