"""Owns seeing a delivery through: article after article, each outcome kept as soon as it is there."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from app.domain.decision import Decision
from app.domain.delivery import Delivery, Outcome
from app.domain.source import Source
from app.errors import NotKept
from app.jobs.deliveries.article_work import work_on_article
from app.jobs.deliveries.callback_body import build_callback
from app.jobs.deliveries.means import Means
from app.store.callbacks import queue_callback
from app.store.cms_articles import note_digest
from app.store.connection import Connection
from app.store.deliveries import settle_delivery
from app.store.sources import load_source

TURN: Final = timedelta(minutes=1)
"""After so long the articles that are left wait for another turn: a call about hundreds is worked on for hours."""


@dataclass(frozen=True)
class Seen:
    """How far it came. `error` is what was in the way, None where nothing was or it is another worker's now.

    A delivery that waits, with nothing in its way, has had its turn, or the worker stops; it has articles left.
    """

    delivery: Delivery
    error: Exception | None = None
    told: int = 0


SeeThrough = Callable[[Means, Delivery], Awaitable[Seen]]


async def see_through(means: Means, delivery: Delivery) -> Seen:
    """Work on the articles of a delivery that have no outcome yet.

    `told` counts the callbacks that were queued on the way.
    """
    told, until = 0, means.now() + TURN
    try:
        source = await means.database.read(lambda c: load_source(c, delivery.source))
    except NotKept:
        reason = f"The source {delivery.source!r} was removed. Add it again, then have the delivery worked on again."
        parked = delivery.model_copy(update={"state": "parked", "reason": reason})
        await means.database.write(lambda c: settle_delivery(c, parked))
        return Seen(delivery=parked)
    if len(delivery.outcomes) >= len(delivery.events):
        delivery = _conclude(delivery)
        await means.database.write(lambda c: settle_delivery(c, delivery))
    for event in delivery.events[len(delivery.outcomes) :]:
        try:
            outcome, decision = await work_on_article(means, source, delivery, event)
            added = delivery.model_copy(update={"outcomes": (*delivery.outcomes, outcome)})
            delivery = _conclude(added)
            if not await _keep(means, source, delivery, outcome, decision):
                return Seen(delivery=delivery, told=told)
            told += source.callback is not None and decision is not None
            if delivery.state == "working" and (means.now() >= until or means.stopping.is_set()):
                return Seen(delivery=await _wait_for_turn(means, delivery), told=told)
        except Exception as error:  # noqa: BLE001 - one delivery must not stop the others; whoever asked sees to it
            return Seen(delivery=delivery, error=error, told=told)
    return Seen(delivery=delivery, told=told)


async def _wait_for_turn(means: Means, delivery: Delivery) -> Delivery:
    """Put it behind what is due already."""
    waiting = delivery.model_copy(update={"state": "waiting", "due_at": means.now()})
    await means.database.write(lambda c: settle_delivery(c, waiting))
    return waiting


def _conclude(delivery: Delivery) -> Delivery:
    """The delivery in the state that its outcomes bring it to."""
    if len(delivery.outcomes) < len(delivery.events):
        return delivery
    parked = [outcome for outcome in delivery.outcomes if outcome.fate == "parked"]
    if not parked:
        return delivery.model_copy(update={"state": "done", "reason": ""})
    first = parked[0]
    reason = first.reason if len(delivery.events) == 1 else f"{first.article}: {first.reason}"
    if len(parked) > 1:
        reason = f"{len(parked):,} of {len(delivery.events):,} articles are parked. {reason}"
    return delivery.model_copy(update={"state": "parked", "reason": reason})


async def _keep(means: Means, source: Source, delivery: Delivery, outcome: Outcome, decision: Decision | None) -> bool:
    """Keep an outcome with what is told of it; False where the delivery is another worker's by now."""
    callback = build_callback(means, source, delivery, outcome, decision)

    def work(c: Connection) -> bool:
        if not settle_delivery(c, delivery):
            return False
        if decision is not None:
            note_digest(c, outcome.article, decision.article.digest)
        if callback is not None:
            queue_callback(c, callback)
        return True

    return await means.database.write(work)
