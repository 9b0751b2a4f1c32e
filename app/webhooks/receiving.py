"""Owns what is kept of a webhook call that was let in: its events once, or the reason why it has none."""

import hashlib
from datetime import timedelta
from typing import Final

from app.bootstrap.doors import Doors
from app.cms.adapter import Adapter
from app.cms.arrival import Arrival
from app.domain.article_event import ArticleEvent
from app.domain.delivery import Delivery, list_parts
from app.domain.source import Source
from app.errors import BadInput, BadPayload, StoreUnavailable
from app.store.connection import Connection
from app.store.deliveries import find_delivery, keep_delivery
from app.webhooks.nesting import MOST_DEEP, is_too_deep
from app.webhooks.sparing import spare_loop

SAME_CALL: Final = timedelta(minutes=1)
"""For so long the same bytes are the same call where nothing tells when they were written.

No CMS that sends so little tries again by itself, so this holds off hands that press a button twice.
"""
_LONGEST_NAME: Final = 300
_LONGEST_REASON: Final = 1_000
_BY_DIGEST: Final = "sha256:"
_NO_CONCERN: Final = "No article was published, changed or withdrawn."


async def receive(doors: Doors, source: Source, arrival: Arrival) -> Delivery:
    """Keep what the call says; a repeated one gives the delivery that is kept already.

    What cannot be mapped is kept too, parked with the reason and without events.

    Raises:
        StoreUnavailable: it cannot be kept.
    """
    delivery = await spare_loop(doors, arrival, lambda: _read(doors, source, arrival))
    kept = await doors.database.write(lambda c: _keep(c, delivery))
    if kept.state == "waiting":
        doors.woken.set()
    return kept


def _read(doors: Doors, source: Source, arrival: Arrival) -> Delivery:
    now = doors.now()
    adapter = doors.find_adapter(source.cms)
    delivery = Delivery(
        id=doors.new_id(),
        source=source.name,
        key=_name_key(adapter, source, arrival),
        received_at=now,
        events=(),
        due_at=now,
    )
    try:
        events = _read_events(adapter, source, arrival)
    except BadInput as error:  # an option of the source that cannot be used is one too
        return delivery.model_copy(update={"state": "parked", "reason": str(error)[:_LONGEST_REASON]})
    if not events:
        return delivery.model_copy(update={"state": "done", "reason": _NO_CONCERN})
    return delivery.model_copy(update={"events": events})


def _read_events(adapter: Adapter, source: Source, arrival: Arrival) -> tuple[ArticleEvent, ...]:
    if is_too_deep(arrival.body):
        raise BadPayload(f"The body nests deeper than {MOST_DEEP} levels.")
    return adapter.read_events(arrival, source)


def _name_key(adapter: Adapter, source: Source, arrival: Arrival) -> str:
    """The sender's name for the delivery; where none is signed, or one without end, a digest of what came."""
    name = adapter.name_delivery(arrival, source)
    if name and len(name) <= _LONGEST_NAME:
        return f"id:{name}"
    said = [name.encode(errors="replace")] if name else [arrival.body, *_list_told(adapter, arrival)]
    return _BY_DIGEST + hashlib.sha256(b"\0".join((source.name.encode(), *said))).hexdigest()


def _list_told(adapter: Adapter, arrival: Arrival) -> list[bytes]:
    told = adapter.tell(arrival)
    return [told.encode()] if told else []


def _keep(c: Connection, delivery: Delivery) -> Delivery:
    """The first part of what is kept; the others are kept with it, also where it could not be read before."""
    kept = _keep_first(c, list_parts(delivery)[0])
    if kept.state == "waiting":
        named = {"id": kept.id, "key": kept.key, "received_at": kept.received_at}
        for part in list_parts(delivery.model_copy(update=named))[1:]:
            keep_delivery(c, part)
    return kept


def _keep_first(c: Connection, delivery: Delivery) -> Delivery:
    if keep_delivery(c, delivery):
        return delivery
    kept = find_delivery(c, delivery.source, delivery.key)
    if kept is None:
        raise StoreUnavailable("What came before under this name was forgotten just now. Send it again.")
    if _is_said_again(delivery, kept):
        turn = (delivery.received_at - kept.received_at) // SAME_CALL
        return _keep_first(c, delivery.model_copy(update={"key": f"{kept.key}@{turn}"}))
    return kept


def _is_said_again(delivery: Delivery, kept: Delivery) -> bool:
    """Whether the same bytes are another call: they hold neither text nor date, and those before are dealt with.

    A CMS that sends only what changed may well send the same twice: a tag set, taken away, and set.
    """
    is_bare = all(event.body is None and event.updated_at is None for event in delivery.events)
    is_late = delivery.received_at - kept.received_at > SAME_CALL
    is_by_digest = delivery.key.startswith(_BY_DIGEST)
    return bool(delivery.events) and is_bare and is_late and is_by_digest and kept.state == "done"


def is_unread(delivery: Delivery) -> bool:
    """Whether it could not be mapped."""
    return delivery.state == "parked" and not delivery.events
