"""Owns a decision as the page shows it: grouped, worded, every quote numbered."""

from collections.abc import Iterable, Mapping
from typing import Final

from app.domain.category import Category, Taxonomy
from app.domain.decision import Assignment, Decision, Evidence, ExclusionFinding
from app.domain.value import Share, Value
from app.web.highlighting import Block, Note, cut
from app.web.wording import tell_absence, tell_count

SHOWN: Final = ("assigned", "review", "excluded")
"""The statuses that get a card; the others are rows of a table."""


class Quote(Value):
    """One quote of a card. `note` is None where the page's text does not hold it."""

    text: str
    about: str
    note: Note | None


class FindingView(Value):
    """What became of one exclusion, with its quotes."""

    found: ExclusionFinding
    quotes: tuple[Quote, ...]


class Card(Value):
    """One category that is assigned, waits for a person, or is excluded."""

    assignment: Assignment
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
    others: tuple[Row, ...]
    blocks: tuple[Block, ...]
    notes: int
    removed: tuple[str, ...]

    @property
    def rationale(self) -> str:
        """Why the first category stands, or why none does."""
        first = self.decision.first
        return first.rationale if first else tell_absence(self.decision.assignments)


def tell(decision: Decision, taxonomy: Taxonomy, threshold: float) -> Outcome:
    """The decision as the page shows it; `threshold` is for categories that name no other."""
    shown = [a for a in decision.assignments if a.status in SHOWN]
    numbered = _number(shown, taxonomy.by_id)
    blocks = cut(decision.article, list(numbered.values()))
    placed = {note.number for block in blocks for piece in block.pieces for note in piece.begins}
    notes = {key: note for key, note in numbered.items() if note.number in placed}
    thresholds = {c.id: threshold if c.threshold is None else c.threshold for c in taxonomy.categories}

    def collect(status: str) -> tuple[Card, ...]:
        return tuple(
            _to_card(a, thresholds.get(a.category, threshold), notes, taxonomy.by_id.get(a.category))
            for a in shown
            if a.status == status
        )

    return Outcome(
        decision=decision,
        assigned=collect("assigned"),
        review=collect("review"),
        excluded=collect("excluded"),
        others=tuple(
            Row(assignment=a, threshold=thresholds.get(a.category, threshold))
            for a in decision.assignments
            if a.status not in SHOWN
        ),
        blocks=blocks,
        notes=len(notes),
        removed=_tell_removed(decision),
    )


_Key = tuple[str, str, int, int]
"""Category, exclusion ("" for its topics), start and end: a quote is numbered once per card and purpose."""


def _number(assignments: Iterable[Assignment], categories: Mapping[str, Category]) -> dict[_Key, Note]:
    """Every quote that is shown, numbered from 1 in the order in which the text is read."""
    drafts: dict[_Key, Note] = {}
    for assignment in assignments:
        topics = _find_topics(categories.get(assignment.category))
        for evidence in assignment.evidence:
            key = (assignment.category, "", evidence.start, evidence.end)
            drafts.setdefault(key, _draft(evidence, assignment.title, topics.get(evidence.topic or "", "")))
        for found in assignment.exclusions:
            for evidence in found.evidence:
                key = (assignment.category, found.id, evidence.start, evidence.end)
                drafts.setdefault(key, _draft(evidence, assignment.title, found.text, excludes=True))
    ordered = sorted(drafts, key=lambda key: (key[2], key[3]))
    return {key: drafts[key].model_copy(update={"number": number}) for number, key in enumerate(ordered, start=1)}


def _draft(evidence: Evidence, category: str, about: str, *, excludes: bool = False) -> Note:
    role = "exclusion" if excludes else "topic"
    return Note(number=1, start=evidence.start, end=evidence.end, role=role, category=category, about=about)


def _find_topics(category: Category | None) -> dict[str, str]:
    return {topic.id: topic.text for topic in category.topics} if category else {}


def _to_card(assignment: Assignment, threshold: float, notes: Mapping[_Key, Note], category: Category | None) -> Card:
    topics = _find_topics(category)
    own = assignment.category
    return Card(
        assignment=assignment,
        threshold=threshold,
        quotes=_to_quotes((own, ""), assignment.evidence, notes, topics),
        findings=tuple(
            FindingView(found=found, quotes=_to_quotes((own, found.id), found.evidence, notes, {}))
            for found in assignment.exclusions
        ),
    )


def _to_quotes(
    owner: tuple[str, str], evidence: Iterable[Evidence], notes: Mapping[_Key, Note], topics: Mapping[str, str]
) -> tuple[Quote, ...]:
    """The quotes in reading order, each place once."""
    places = {(e.start, e.end): e for e in reversed(tuple(evidence))}
    return tuple(
        Quote(text=e.quote, about=topics.get(e.topic or "", ""), note=notes.get((*owner, e.start, e.end)))
        for _, e in sorted(places.items())
    )


def _tell_removed(decision: Decision) -> tuple[str, ...]:
    removed = decision.article.removed
    counted = (
        (removed.invisible_characters, "invisible character", "invisible characters"),
        (removed.hidden_elements, "hidden element", "hidden elements"),
        (removed.comments, "comment", "comments"),
        (removed.shortcodes, "shortcode", "shortcodes"),
    )
    return tuple(tell_count(number, one, many) for number, one, many in counted if number)
