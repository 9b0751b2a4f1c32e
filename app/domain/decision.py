"""Owns the decision: what Scopenote says about an article, the negatives included."""

from datetime import datetime
from typing import Literal

from pydantic import NonNegativeInt

from app.domain.article import Article
from app.domain.category import Kind
from app.domain.exclusion import ExclusionKind
from app.domain.value import CategoryId, Share, Value
from app.domain.verdict import JudgeName, Usage

Status = Literal["assigned", "review", "excluded", "rejected", "not_considered"]
Finding = Literal["clear", "triggered", "waived", "undecided"]
DecidedBy = Literal["judge", "rule", "person"]
ReviewReason = Literal[
    "near_threshold",
    "judges_disagree",
    "quote_not_found",
    "judgement_needed",
    "injection_suspected",
    "unreadable_reply",
    "sections_disagree",
]


class Evidence(Value):
    """A quote that stands in the article: `text[start:end] == quote`, in code points.

    `topic` is the id of the topic that it carries, None where it carries an exclusion.
    """

    quote: str
    start: NonNegativeInt
    end: NonNegativeInt
    topic: str | None = None


class ExclusionFinding(Value):
    """What became of one exclusion rule.

    clear: no sentence is about its subject. triggered: it stands. waived: its subject comes up,
    but the exclusion does not stand. undecided: neither rule nor judge settles it.
    """

    id: str
    text: str
    kind: ExclusionKind
    finding: Finding
    decided_by: DecidedBy
    reason: str
    evidence: tuple[Evidence, ...] = ()


class Assignment(Value):
    """A category's final state in a decision. `score` is computed in code, 0 to 1."""

    category: CategoryId
    title: str
    kind: Kind
    status: Status
    decided_by: DecidedBy
    score: Share
    calibrated: bool = False
    rationale: str
    review_reasons: tuple[ReviewReason, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    exclusions: tuple[ExclusionFinding, ...] = ()
    unverified_quotes: NonNegativeInt = 0


class Decision(Value):
    """One assignment per category of the taxonomy, best first, and what they rest on."""

    id: str
    created_at: datetime
    article: Article
    assignments: tuple[Assignment, ...]
    judge: JudgeName
    taxonomy_version: str
    prompt_version: str
    rules_version: str
    usage: Usage
    cached: bool
    warnings: tuple[str, ...]
    took_ms: float

    @property
    def tags(self) -> tuple[str, ...]:
        """The ids of the assigned categories of every kind, best first."""
        return tuple(a.category for a in self.assignments if a.status == "assigned")

    @property
    def first(self) -> Assignment | None:
        """The best assignment that stands, or None."""
        return next((a for a in self.assignments if a.status == "assigned"), None)
