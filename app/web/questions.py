"""Owns what waits for a person, as the page puts it: the question, and what speaks for and against it."""

from collections.abc import Iterable
from datetime import datetime

from app.domain.category import Taxonomy
from app.domain.decision import Assignment, Decision, Evidence
from app.domain.value import Share, Value
from app.store.reviews import Waiting
from app.web.highlighting import Role, Use
from app.web.outcome import FindingView
from app.web.quoting import Quote


class Question(Value):
    """Whether a category applies to an article. `doubts` are the exclusions that only a person can settle."""

    decision: str
    article: str
    article_title: str
    since: datetime
    assignment: Assignment
    threshold: Share
    quotes: tuple[Quote, ...]
    doubts: tuple[FindingView, ...]


def put_question(waiting: Waiting, decision: Decision, taxonomy: Taxonomy, threshold: float) -> Question | None:
    """The question as its decision puts it; None where the decision leaves nothing open about the category.

    `threshold` is for categories that name no other.
    """
    assignment = next((a for a in decision.assignments if a.category == waiting.category), None)
    if assignment is None:
        return None
    category = taxonomy.by_id.get(assignment.category)
    topics = {topic.id: topic.text for topic in category.topics} if category else {}
    own = category.threshold if category else None
    return Question(
        decision=decision.id,
        article=decision.article.key,
        article_title=decision.article.title,
        since=waiting.since,
        assignment=assignment,
        threshold=threshold if own is None else own,
        quotes=tuple(_quote(e, "topic", assignment.title, topics.get(e.topic or "", "")) for e in assignment.evidence),
        doubts=tuple(
            FindingView(found=found, quotes=_quote_all(found.evidence, assignment.title, found.text))
            for found in assignment.exclusions
            if found.finding == "undecided"
        ),
    )


def _quote_all(evidence: Iterable[Evidence], category: str, about: str) -> tuple[Quote, ...]:
    return tuple(_quote(each, "exclusion", category, about) for each in evidence)


def _quote(evidence: Evidence, role: Role, category: str, about: str) -> Quote:
    """A quote without a place: the text that it stands in is on another page."""
    return Quote(text=evidence.quote, use=Use(anchor="", role=role, category=category, about=about), note=None)
