"""Owns the numbers of quotes: one per place in the text, whoever uses it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from app.domain.article import Article
from app.domain.category import Category
from app.domain.decision import Assignment, Evidence, ExclusionFinding
from app.domain.value import Value
from app.web.highlighting import Block, Note, Role, Use, cut


class Quote(Value):
    """One quote of a card. `note` is None where the text that is shown does not hold it."""

    text: str
    use: Use
    note: Note | None

    @property
    def others(self) -> tuple[Use, ...]:
        """The first use of the same place by each other category."""
        if self.note is None:
            return ()
        firsts = {use.category: use for use in reversed(self.note.uses) if use.category != self.use.category}
        return tuple(use for use in self.note.uses if firsts.get(use.category) == use)


class _Purpose(NamedTuple):
    """What a quote is used for: a category's topics, or (where it is not "") one of its exclusions."""

    category: str
    exclusion: str


class _Place(NamedTuple):
    start: int
    end: int


class Quotations:
    """The quotes of the categories that are shown, found again by category and exclusion."""

    def __init__(self, article: Article, assignments: Iterable[Assignment], categories: Mapping[str, Category]) -> None:
        uses: dict[_Place, dict[_Purpose, Use]] = {}
        self._texts: dict[_Purpose, dict[_Place, str]] = {}
        for purpose, place, text, use in _find_uses(assignments, categories):
            self._texts.setdefault(purpose, {}).setdefault(place, text)
            earlier = uses.setdefault(place, {}).setdefault(purpose, use)
            uses[place][purpose] = _join(earlier, use)
        self._notes = {place: _number(number, place, uses[place]) for number, place in enumerate(sorted(uses), start=1)}
        self._order = {place: list(found) for place, found in uses.items()}
        self.blocks: tuple[Block, ...] = cut(article, list(self._notes.values()))
        self._placed = {note.number for block in self.blocks for piece in block.pieces for note in piece.begins}

    @property
    def count(self) -> int:
        """How many places of the text are quoted."""
        return len(self._placed)

    def get(self, category: str, exclusion: str = "") -> tuple[Quote, ...]:
        """The quotes for a category's topics, or for one of its exclusions, in reading order."""
        purpose = _Purpose(category, exclusion)
        quotes = []
        for place, text in sorted(self._texts.get(purpose, {}).items()):
            note = self._notes[place]
            use = note.uses[self._order[place].index(purpose)]
            quotes.append(Quote(text=text, use=use, note=note if note.number in self._placed else None))
        return tuple(quotes)


def _number(number: int, place: _Place, uses: Mapping[_Purpose, Use]) -> Note:
    """The note of a place; the first use has the plain anchor, which the number in the text leads to."""
    anchors = [f"quote-{number}"] + [f"quote-{number}-{more}" for more in range(2, len(uses) + 1)]
    anchored = [use.model_copy(update={"anchor": anchor}) for use, anchor in zip(uses.values(), anchors, strict=True)]
    return Note(number=number, start=place.start, end=place.end, uses=tuple(anchored))


def _join(earlier: Use, later: Use) -> Use:
    """One use for two topics of a category that rest on the same words."""
    if later.about in earlier.about:
        return earlier
    return earlier.model_copy(update={"about": f"{earlier.about}; {later.about}" if earlier.about else later.about})


def _find_uses(
    assignments: Iterable[Assignment], categories: Mapping[str, Category]
) -> Iterator[tuple[_Purpose, _Place, str, Use]]:
    for assignment in assignments:
        category = categories.get(assignment.category)
        topics = {topic.id: topic.text for topic in category.topics} if category else {}
        for evidence in assignment.evidence:
            about = topics.get(evidence.topic or "", "")
            yield _use(assignment, "", evidence, "topic", about)
        for found in assignment.exclusions:
            for evidence in found.evidence:
                yield _use(assignment, found.id, evidence, _find_role(found), found.text)


def _use(
    assignment: Assignment, exclusion: str, evidence: Evidence, role: Role, about: str
) -> tuple[_Purpose, _Place, str, Use]:
    use = Use(anchor="", role=role, category=assignment.title, about=about)
    return _Purpose(assignment.category, exclusion), _Place(evidence.start, evidence.end), evidence.quote, use


def _find_role(found: ExclusionFinding) -> Role:
    return "exclusion" if found.finding in {"triggered", "undecided"} else "waived"
