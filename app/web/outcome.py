"""Owns a decision as the page shows it: grouped, worded, every quote numbered."""

from collections.abc import Sequence
from typing import Final

from app.domain.category import Taxonomy
from app.domain.decision import Assignment, Decision, ExclusionFinding
from app.domain.feedback import Word
from app.domain.telling import tell_absence
from app.domain.value import Share, Value
from app.web.highlighting import Block
from app.web.quoting import Quotations, Quote

SHOWN: Final = ("assigned", "review", "excluded")
"""The statuses that get a card; so does what an editor spoke about. The others are rows of a table."""


class FindingView(Value):
    """What became of one exclusion, with its quotes."""

    found: ExclusionFinding
    quotes: tuple[Quote, ...]


class Card(Value):
    """One category that is assigned, waits for a person, is excluded, or was spoken about by an editor.

    `word` is the editor's latest, None where there is none.
    """

    assignment: Assignment
    word: Word | None
    threshold: Share
    quotes: tuple[Quote, ...]
    findings: tuple[FindingView, ...]

    @property
    def blockers(self) -> tuple[FindingView, ...]:
        """The exclusions that stand."""
        return tuple(finding for finding in self.findings if finding.found.finding == "triggered")

    @property
    def doubts(self) -> tuple[FindingView, ...]:
        """The exclusions that only a person can settle."""
        return tuple(finding for finding in self.findings if finding.found.finding == "undecided")

    @property
    def tally(self) -> str:
        """The findings counted, as "4 clear, 1 waived"."""
        names = ("triggered", "undecided", "waived", "clear")
        counts = [(sum(f.found.finding == name for f in self.findings), name) for name in names]
        return ", ".join(f"{count} {name}" for count, name in counts if count)


class Row(Value):
    """One category that does not apply or was not considered."""

    assignment: Assignment
    threshold: Share


class Outcome(Value):
    """A decision, ready to be shown. Groups keep the decision's order, best first."""

    decision: Decision
    assigned: tuple[Card, ...]
    review: tuple[Card, ...]
    excluded: tuple[Card, ...]
    turned_down: tuple[Card, ...]
    others: tuple[Row, ...]
    blocks: tuple[Block, ...]
    notes: int

    @property
    def rationale(self) -> str:
        """Why the first category stands, or why none does."""
        first = self.decision.first
        return first.rationale if first else tell_absence(self.decision.assignments)


def tell(decision: Decision, taxonomy: Taxonomy, threshold: float, words: Sequence[Word] = ()) -> Outcome:
    """The decision as the page shows it; `threshold` is for categories that name no other.

    `words` are the editors' latest about the article, one per category.
    """
    said = _find_said(words, taxonomy)
    shown = [a for a in decision.assignments if a.status in SHOWN or a.category in said]
    quotations = Quotations(decision.article, shown, taxonomy.by_id)
    own = {c.id: c.threshold for c in taxonomy.categories if c.threshold is not None}
    cards = [_to_card(a, said.get(a.category), own.get(a.category, threshold), quotations) for a in shown]
    return Outcome(
        decision=decision,
        assigned=tuple(card for card in cards if card.assignment.status == "assigned"),
        review=tuple(card for card in cards if card.assignment.status == "review"),
        excluded=tuple(card for card in cards if card.assignment.status == "excluded"),
        turned_down=tuple(card for card in cards if card.assignment.status not in SHOWN),
        others=tuple(
            Row(assignment=a, threshold=own.get(a.category, threshold))
            for a in decision.assignments
            if a.status not in SHOWN and a.category not in said
        ),
        blocks=quotations.blocks,
        notes=quotations.count,
    )


def _find_said(words: Sequence[Word], taxonomy: Taxonomy) -> dict[str, Word]:
    """The latest word about each category, one about a former id counting for the category that has it now."""
    said: dict[str, Word] = {}
    for word in sorted(words, key=lambda word: word.at):
        category = taxonomy.by_id.get(word.category) or taxonomy.by_alias.get(word.category)
        said[category.id if category else word.category] = word
    return said


def _to_card(assignment: Assignment, word: Word | None, threshold: float, quotations: Quotations) -> Card:
    return Card(
        assignment=assignment,
        word=word,
        threshold=threshold,
        quotes=quotations.get(assignment.category),
        findings=tuple(
            FindingView(found=found, quotes=quotations.get(assignment.category, found.id))
            for found in assignment.exclusions
        ),
    )
