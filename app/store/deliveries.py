"""Owns deliveries: each is kept once, worked on by one worker at a time, and settled."""

from collections.abc import Collection
from datetime import datetime
from typing import Final, get_args

from sqlalchemy import Connection, and_, func, or_, select, update

from app.domain.article_event import name_article
from app.domain.delivery import Delivery, DeliveryState, find_call, find_part
from app.errors import NotKept
from app.store.delivery_rows import NO_EVENTS, read_delivery, write_delivery
from app.store.due_deliveries import go_through_due, list_at_work, park, read_or_park, tell_left
from app.store.storable import make_storable
from app.store.tables.doors import delivery as deliveries
from app.store.upserting import insert_or
from app.store.workers import count_deaths, count_takeover, drop_takeovers, note_at_work

MOST_DEATHS: Final = 3
"""Workers that die with a delivery before it is taken for the cause."""
_CLAIMING: Final = 0x5C09_E40C
"""Any number that nothing else in the database locks."""


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


def claim_deliveries(
    c: Connection,
    executor_id: str,
    now: datetime,
    *,
    limit: int,
    alive: Collection[str],
    holding: Collection[str] | None = None,
) -> list[Delivery]:
    """Take up to `limit` deliveries whose turn it is, the oldest first: no other worker gets them.

    Their turn has come where they wait and are due, or where a worker has them that is not among
    those `alive`. `holding` are the ids that this worker knows to be its own: what else stands under
    its name it was given without being told, as the store was lost in that moment; None: nothing.
    What concerns an article that is worked on now, or that an older one of these concerns, waits
    for that; of the parts of a call one is worked on at a time. Of those that workers died with,
    each worker has one at a time, so that it is known which of them is the cause; one that
    `MOST_DEATHS` workers died with is parked.
    """
    if c.dialect.name == "postgresql":  # SQLite has let in one writer only before it comes to this
        c.execute(select(func.pg_advisory_xact_lock(_CLAIMING)))
    is_left = tell_left(executor_id, alive, holding)
    claimed: list[Delivery] = []
    at_work: list[Delivery] | None = None
    calls, taken, has_suspect = set[str](), set[str](), False
    for row in go_through_due(c, now, limit, is_left):
        if at_work is None:
            at_work = list_at_work(c, is_left)
            calls = {find_call(one.id) for one in at_work}
            taken = {article for one in at_work for article in _list_articles(one)}
            has_suspect = any(_count_deaths(c, one) for one in at_work if one.executor == executor_id)
        call = find_call(row["id"])
        delivery = None if call in calls else read_or_park(c, row)
        if delivery is None:
            continue
        calls.add(call)
        articles = _list_articles(delivery)
        if not articles & taken and not _is_deadly(c, delivery, executor_id):
            is_suspect = _count_deaths(c, delivery) > 0
            if not (is_suspect and has_suspect):
                claimed.append(_take(c, delivery, executor_id))
            has_suspect = has_suspect or is_suspect
        taken |= articles
        if len(claimed) == limit:
            break
    return claimed


def give_back(c: Connection, executor_id: str) -> None:
    """Let all wait again that a worker has, which stops: nobody is to think that it died with them."""
    mine = (deliveries.c.state == "working", deliveries.c.executor == executor_id)
    c.execute(update(deliveries).where(*mine).values(state="waiting", executor=None))


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
        drop_takeovers(c, [_name_takeover(delivery.id)])
    return True


def list_deliveries(
    c: Connection,
    *,
    source: str | None = None,
    state: DeliveryState | None = None,
    limit: int = 50,
    before: str | None = None,
) -> list[Delivery]:
    """The newest first; `before`: only those older than the delivery with that id."""
    received_at, id_ = deliveries.c.received_at, deliveries.c.id
    query = select(deliveries).order_by(received_at.desc(), id_.desc()).limit(limit)
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


def _list_articles(delivery: Delivery) -> set[str]:
    return {name_article(delivery.source, event) for event in delivery.events}


def _is_deadly(c: Connection, delivery: Delivery, executor_id: str) -> bool:
    """Whether a worker had it that is dead, and was the last that may die with it; it is parked then."""
    if delivery.state != "working" or delivery.executor == executor_id:
        return False
    deaths = count_takeover(c, _name_takeover(delivery.id), delivery.executor or "")
    if deaths < MOST_DEATHS:
        return False
    park(c, delivery.id, f"{deaths} workers died with it. Look into their log and memory, then send it again.")
    return True


def _count_deaths(c: Connection, delivery: Delivery) -> int:
    return count_deaths(c, _name_takeover(delivery.id))


def _take(c: Connection, delivery: Delivery, executor_id: str) -> Delivery:
    taken = {"state": "working", "executor": executor_id}
    c.execute(update(deliveries).where(deliveries.c.id == delivery.id).values(taken))
    note_at_work(c, _name_takeover(delivery.id), executor_id)
    return delivery.model_copy(update=taken)


def _name_takeover(delivery_id: str) -> str:
    """The name under which it is counted how often workers died with a delivery."""
    return f"delivery:{delivery_id}"
