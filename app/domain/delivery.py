"""Owns the delivery: one webhook call, and what became of each article in it."""

from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, Field, NonNegativeInt

from app.domain.article_event import ArticleEvent
from app.domain.source import SourceName
from app.domain.value import Value

DeliveryState = Literal["waiting", "working", "done", "parked"]
"""waiting: for its turn, or for another try. working: a worker has it. done: every article has its outcome.
parked: it could not be worked on; the reason says why and what to do."""

Fate = Literal["classified", "unchanged", "echo", "outdated", "ignored", "parked"]
"""classified: a decision stands. unchanged: its text is the one that was decided about. echo: our own writing came
back. outdated: a newer version came in before. ignored: nothing that concerns us (withdrawn, a draft, another kind of
content). parked: it could not be decided or written."""

MOST_EVENTS: Final = 500
"""Of one delivery. What becomes of its articles is kept as a whole after each, so that more would take ever longer."""
OWN: Final = "told:"
"""What the keys of deliveries begin with that no CMS sent: it is told by them of what was decided here."""
LISTED: Final = "reconcile:"
"""What the keys of deliveries begin with that nobody told us of: the CMS listed them when it was gone through."""
_BEFORE_PART: Final = "."


class Outcome(Value):
    """What became of one article of a delivery; `decision` is the id of the one that stands for it."""

    article: str
    fate: Fate
    decision: str | None = None
    reason: str = ""
    written: tuple[str, ...] | None = None
    """The tags that the CMS has since, None where nothing was written."""


class Delivery(Value):
    """One webhook call, verified and mapped; of its bytes nothing is kept but `events`.

    `key` is the source's own name for it, by which a repetition is known: the header with its id
    where that is signed, else a digest of source and bytes. A call with more than `MOST_EVENTS` is
    several deliveries, see `list_parts`. `due_at`: not worked on before that. `executor` is the
    worker that has it. A delivery that could not be mapped has no events, and is parked.
    """

    id: str
    source: SourceName
    key: Annotated[str, Field(min_length=1, max_length=400)]
    received_at: AwareDatetime
    events: tuple[ArticleEvent, ...]
    state: DeliveryState = "waiting"
    due_at: AwareDatetime
    tries: NonNegativeInt = 0
    executor: str | None = None
    outcomes: tuple[Outcome, ...] = ()
    reason: str = ""


def list_parts(delivery: Delivery) -> tuple[Delivery, ...]:
    """The deliveries that a call is kept as, worked on one after the other.

    The first has the name under which the call is known, and the others names that lead to it.
    """
    pieces = [delivery.events[at : at + MOST_EVENTS] for at in range(0, len(delivery.events), MOST_EVENTS)]
    first = delivery.model_copy(update={"events": pieces[0] if pieces else ()})
    return (first, *(_name_part(delivery, number, events) for number, events in enumerate(pieces[1:], 2)))


def _name_part(delivery: Delivery, number: int, events: tuple[ArticleEvent, ...]) -> Delivery:
    named = {"id": f"{delivery.id}{_BEFORE_PART}{number}", "key": f"part:{number}:{delivery.key}"}
    return delivery.model_copy(update={**named, "events": events})


def find_turn(delivery: Delivery) -> int:
    """Which deliveries of a source go first: 0 for what somebody waits for, 1 for what the CMS listed."""
    return int(delivery.key.startswith(LISTED))


def find_call(delivery_id: str) -> str:
    """The id of the delivery that a call is known by, from the id of any of its parts."""
    return delivery_id.partition(_BEFORE_PART)[0]


def find_part(delivery_id: str) -> int:
    """Which part of its call a delivery is, from 1."""
    number = delivery_id.partition(_BEFORE_PART)[2]
    return int(number) if number.isdecimal() else 1
