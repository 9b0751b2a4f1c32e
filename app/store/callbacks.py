"""Owns keeping callbacks: what publishers' own addresses are told, until they took it or it is given up."""

from datetime import datetime
from typing import Any, Literal

from pydantic import AwareDatetime, NonNegativeInt
from sqlalchemy import Connection, Row, func, select, update

from app.domain.value import Value
from app.errors import NotKept
from app.store.storable import make_storable
from app.store.tables.doors import callback as callbacks
from app.store.upserting import insert_or

CallbackState = Literal["waiting", "done", "dead", "stopped"]
"""dead: given up after the last try. stopped: the receiver said that it wants no more."""


class Callback(Value):
    """One message. `body` is sent as it stands; `tries` are those that were begun. `reason` is of the last failure."""

    id: str
    source: str
    decision: str
    body: str
    created_at: AwareDatetime
    state: CallbackState = "waiting"
    due_at: AwareDatetime
    tries: NonNegativeInt = 0
    reason: str = ""


def queue_callback(c: Connection, callback: Callback) -> bool:
    """Whether it is new; one of the same id stays as it is."""
    row = callback.model_dump() | {"body": make_storable(callback.body)}
    statement = insert_or(c, callbacks).values(row).on_conflict_do_nothing(index_elements=[callbacks.c.id])
    return c.execute(statement.returning(callbacks.c.id)).first() is not None


def claim_callbacks(c: Connection, now: datetime, until: datetime, *, limit: int) -> list[Callback]:
    """Those that are due, the longest due first, with this try counted. They are nobody else's before `until`.

    Each source has the same share: one whose receiver hangs does not hold up the others'.
    """
    due = (callbacks.c.state == "waiting", callbacks.c.due_at <= now)
    query = select(callbacks).where(*due).order_by(callbacks.c.due_at).with_for_update(skip_locked=True)
    waiting = select(callbacks.c.source).where(*due).group_by(callbacks.c.source)
    sources = c.execute(waiting.order_by(func.min(callbacks.c.due_at)).limit(limit)).scalars().all()
    share = limit // max(len(sources), 1)
    found = [
        _read(row) for source in sources for row in c.execute(query.where(callbacks.c.source == source).limit(share))
    ]
    claimed = [one.model_copy(update={"tries": one.tries + 1, "due_at": until}) for one in found]
    for one in claimed:
        c.execute(update(callbacks).where(callbacks.c.id == one.id).values(tries=one.tries, due_at=until))
    return claimed


def settle_callback(c: Connection, callback: Callback) -> None:
    """Keep what became of one that waits; what was settled meanwhile stays as it is."""
    changed = {
        "state": callback.state,
        "due_at": callback.due_at,
        "tries": callback.tries,
        "reason": make_storable(callback.reason),
    }
    c.execute(update(callbacks).where(callbacks.c.id == callback.id, callbacks.c.state == "waiting").values(changed))


def stop_callbacks(c: Connection, source: str, reason: str) -> int:
    """Give up all of a source that wait; how many those were."""
    waiting = (callbacks.c.source == source, callbacks.c.state == "waiting")
    stopped = {"state": "stopped", "reason": make_storable(reason)}
    return c.execute(update(callbacks).where(*waiting).values(stopped)).rowcount


def send_again(c: Connection, id: str, now: datetime) -> Callback:  # noqa: A002 - the word for it
    """Have one that was given up, or waits for another try, sent now, as if it had never been tried.

    Raises:
        NotKept: there is none of that id, or it was taken already.
    """
    again = {"state": "waiting", "due_at": now, "tries": 0, "reason": ""}
    untaken = (callbacks.c.id == make_storable(id), callbacks.c.state.in_(("dead", "stopped", "waiting")))
    row = c.execute(update(callbacks).where(*untaken).values(again).returning(*callbacks.c)).one_or_none()
    if row is None:
        raise NotKept(f"There is no callback {id!r} still to be taken. `scopenote sources callbacks NAME` lists them.")
    return _read(row)


def list_callbacks(
    c: Connection, source: str, *, state: CallbackState | None = None, limit: int = 50
) -> list[Callback]:
    """A source's, the newest first."""
    query = select(callbacks).where(callbacks.c.source == source)
    if state is not None:
        query = query.where(callbacks.c.state == state)
    return [_read(row) for row in c.execute(query.order_by(callbacks.c.created_at.desc(), callbacks.c.id).limit(limit))]


def _read(row: Row[Any]) -> Callback:
    return Callback(**dict(row._mapping))  # noqa: SLF001 - the public way to a row's columns by name
