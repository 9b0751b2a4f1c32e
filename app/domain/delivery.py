"""Owns the delivery: one webhook call, and what became of each article in it."""

from typing import Annotated, Literal

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

    `key` is the source's own name for it, by which a repetition is known: the header with its id,
    else a digest of source and bytes. `due_at`: not worked on before that. `executor` is the
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
