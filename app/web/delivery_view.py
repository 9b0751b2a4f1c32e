"""Owns a delivery as the pages show it: how it came, its state in words, and what became of each article."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from app.domain.article_event import ArticleEvent, What
from app.domain.delivery import Delivery, DeliveryState, Fate, Outcome, find_part
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
    "reconcile": "found missing when the CMS’s list was looked through",
    "word": "an editor’s word that the CMS is told of",
}
"""How it came, by how its key begins, where it did not come by a webhook."""


class ArticleRow(Value):
    """One article of a delivery; `outcome` is None as long as it waits."""

    event: ArticleEvent
    outcome: Outcome | None

    @property
    def name(self) -> str:
        """What people know it by."""
        return self.event.title or self.event.id

    @property
    def fate(self) -> str:
        """What became of it, in words."""
        return FATES[self.outcome.fate] if self.outcome else "Waiting"

    @property
    def reason(self) -> str:
        """Why, in a sentence."""
        return (self.outcome.reason or MEANINGS[self.outcome.fate]) if self.outcome else ""


class DeliveryView(Value):
    """A delivery with its siblings: `parts` are all that its call is kept as, by id, itself among them."""

    delivery: Delivery
    parts: tuple[tuple[str, DeliveryState], ...] = ()

    @property
    def state(self) -> str:
        """The state in words."""
        return STATES[self.delivery.state]

    @property
    def origin(self) -> str:
        """How it came."""
        return ORIGINS.get(self.delivery.key.partition(":")[0], "a webhook call")

    @property
    def is_unread(self) -> bool:
        """Whether it could not be mapped."""
        return self.delivery.state == "parked" and not self.delivery.events

    @property
    def rows(self) -> Sequence[ArticleRow]:
        """Its articles in the order in which they are worked on."""
        outcomes = self.delivery.outcomes
        return [
            ArticleRow(event=event, outcome=outcomes[number] if number < len(outcomes) else None)
            for number, event in enumerate(self.delivery.events)
        ]

    @property
    def name(self) -> str:
        """What it is about: its article, or how many there are."""
        if len(self.delivery.events) == 1:
            return self.rows[0].name
        if not self.delivery.events:
            return "A call that could not be read" if self.is_unread else "Nothing about an article"
        part = find_part(self.delivery.id)
        return tell_count(len(self.delivery.events), "article") + (f", part {part} of a call" if part > 1 else "")

    @property
    def summary(self) -> str:
        """What became of its articles, in a few words; "" where its state says it all."""
        counts = Counter(row.fate.lower() for row in self.rows)
        if len(self.delivery.events) == 1:
            fate = next(iter(counts))
            return fate if self.delivery.outcomes and fate != self.state.lower() else ""
        return ", ".join(f"{count:,} {fate}" for fate, count in counts.most_common())
