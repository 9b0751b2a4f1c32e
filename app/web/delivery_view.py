"""Owns a delivery as the pages show it: how it came, its state in words, and what became of each article."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from app.domain.article_event import ArticleEvent, What, name_article
from app.domain.delivery import LISTED, OWN, Delivery, DeliveryState, Fate, Outcome, find_part
from app.domain.telling import tell_count
from app.domain.value import Value

STATES: Final[Mapping[DeliveryState, str]] = {
    "waiting": "Waiting",
    "working": "At work",
    "done": "Done",
    "parked": "Parked",
}
FATES: Final[Mapping[Fate, str]] = {
    "classified": "Decided",
    "unchanged": "Unchanged",
    "echo": "Our own writing",
    "outdated": "Outdated",
    "ignored": "Left alone",
    "parked": "Parked",
}
MEANINGS: Final[Mapping[Fate, str]] = {
    "classified": "A decision stands.",
    "unchanged": "Its text is the one that was decided about.",
    "echo": "What we wrote to the CMS came back.",
    "outdated": "A newer version of it came in before.",
    "ignored": "There was nothing to decide about.",
    "parked": "It could not be decided about, or not be written to the CMS.",
}
HAPPENED: Final[Mapping[What, str]] = {"published": "published", "updated": "updated", "withdrawn": "withdrawn"}
ORIGINS: Final[Mapping[str, str]] = {
    LISTED: "found missing when the CMS’s list was looked through",
    OWN: "a decision made here that the CMS is told of",
}
"""How it came, by how its key begins, where it did not come by a webhook."""
MOST_TOLD: Final = 200
"""Characters of a reason in a list."""
_MOST_COMMAND: Final = 100
"""Characters that a reason may be longer, so that its command is there to the end."""


class ArticleRow(Value):
    """One article of a delivery; `outcome` is None as long as it waits.

    `title` is "" where nobody knows one. `assigned` are the categories of the decision that stands, None where
    there is none.
    """

    event: ArticleEvent
    outcome: Outcome | None
    title: str
    assigned: tuple[str, ...] | None

    @property
    def name(self) -> str:
        """What people know it by."""
        return self.title or self.event.id

    @property
    def fate(self) -> str:
        """What became of it, in words."""
        return _tell_fate(self.outcome)

    @property
    def reason(self) -> str:
        """Why, in a sentence; "" where what is assigned says it."""
        if self.outcome is None or (self.outcome.fate == "classified" and self.assigned is not None):
            return self.outcome.reason if self.outcome else ""
        return self.outcome.reason or MEANINGS[self.outcome.fate]


class DeliveryView(Value):
    """A delivery as far as it is shown.

    `parts` are all that its call is kept as, by id, itself among them, and `call` those of them that
    can be read. `titles` are those of articles that the events name by their ids alone, by key,
    `assigned` the categories that decisions assigned, by their ids.
    """

    delivery: Delivery
    parts: tuple[tuple[str, DeliveryState], ...] = ()
    call: tuple[Delivery, ...] = ()
    titles: dict[str, str]
    assigned: dict[str, tuple[str, ...]]

    @property
    def state(self) -> str:
        """The state in words."""
        has_failed = self.delivery.state == "waiting" and self.delivery.tries > 0
        return "Waiting for another try" if has_failed else STATES[self.delivery.state]

    @property
    def origin(self) -> str:
        """How it came."""
        return next((words for key, words in ORIGINS.items() if self.delivery.key.startswith(key)), "a webhook call")

    @property
    def is_unread(self) -> bool:
        """Whether it could not be mapped."""
        return self.delivery.state == "parked" and not self.delivery.events

    @property
    def goes_next(self) -> bool:
        """Whether it waits for a worker alone, and no longer for a moment."""
        return self.delivery.due_at <= self.delivery.received_at

    @property
    def rows(self) -> Sequence[ArticleRow]:
        """Its articles in the order in which they are worked on."""
        outcomes = self.delivery.outcomes
        return [
            self._build_row(event, outcomes[number] if number < len(outcomes) else None)
            for number, event in enumerate(self.delivery.events)
        ]

    def _build_row(self, event: ArticleEvent, outcome: Outcome | None) -> ArticleRow:
        title = event.title or self.titles.get(name_article(self.delivery.source, event), "")
        decision = outcome.decision if outcome else None
        assigned = self.assigned.get(decision) if decision is not None else None
        return ArticleRow(event=event, outcome=outcome, title=title, assigned=assigned)

    @property
    def name(self) -> str:
        """What it is about: its article, or how many there are; "" where nobody knows the article's title."""
        if len(self.delivery.events) == 1:
            return self.rows[0].title
        if not self.delivery.events:
            return "A call that could not be read" if self.is_unread else "Nothing about an article"
        part = find_part(self.delivery.id)
        is_part = part > 1 or len(self.parts) > 1
        return tell_count(len(self.delivery.events), "article") + (f", part {part} of a call" if is_part else "")

    @property
    def size(self) -> str:
        """How many articles it brought, of how many that its call did."""
        total = sum(len(part.events) for part in self.call)
        own = len(self.delivery.events)
        return f"{own:,} of the call’s {tell_count(total, 'article')}" if total > own else tell_count(own, "article")

    @property
    def summary(self) -> str:
        """What became of its articles, in a few words; "" where its state says it all."""
        if len(self.delivery.events) == 1:
            fate = self.rows[0].fate.lower()
            return fate if self.delivery.outcomes and fate != self.state.lower() else ""
        return _tally([self.delivery])

    @property
    def tally(self) -> str:
        """What became of the articles of the whole call, in a few words."""
        return _tally(self.call)

    @property
    def short_reason(self) -> str:
        """Its reason for a list: cut between words, and in no command."""
        return _shorten(self.delivery.reason)


def _tell_fate(outcome: Outcome | None) -> str:
    return FATES[outcome.fate] if outcome else "Waiting"


def _tally(deliveries: Sequence[Delivery]) -> str:
    counts = Counter[str]()
    for one in deliveries:
        counts.update(_tell_fate(outcome).lower() for outcome in one.outcomes)
        counts["waiting"] += len(one.events) - len(one.outcomes)
    return ", ".join(f"{count:,} {fate}" for fate, count in counts.most_common() if count > 0)


def _shorten(text: str) -> str:
    if len(text) <= MOST_TOLD:
        return text
    cut = text[:MOST_TOLD].rpartition(" ")[0] or text[:MOST_TOLD]
    if cut.count("`") % 2:  # inside a command
        begin = cut.rindex("`")
        end = text.find("`", begin + 1, MOST_TOLD + _MOST_COMMAND) + 1
        cut = text[:end] if end else cut[:begin].rstrip()
    return cut if cut == text else f"{cut} …".lstrip()
