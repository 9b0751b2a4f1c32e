"""Owns what becomes of a verdict on its way: grounded, then scored, then checked for exclusions."""

from pydantic import NonNegativeInt, PositiveInt

from app.domain.category import Category
from app.domain.decision import Evidence, ExclusionFinding
from app.domain.value import CategoryId, Share, Value


class GroundedCheck(Value):
    """A judge's check with the evidence for it that stands in the article, best first.

    `sentences` are the numbers of the sentences in which the evidence lies. Both are empty where
    nothing that the judge cited could be found, or may be trusted: the check is then a claim and no more.
    `distrusted` says that it was found, in a sentence written for a model.
    """

    about: str
    evidence: tuple[Evidence, ...]
    sentences: tuple[PositiveInt, ...]
    distrusted: bool = False


class GroundedVerdict(Value):
    """A verdict whose every quote has been looked up. Fields as in `app.domain.verdict.Verdict`."""

    category_id: CategoryId
    topics: tuple[GroundedCheck, ...]
    exclusions: tuple[GroundedCheck, ...]
    unverified_quotes: NonNegativeInt
    rationale: str
    strength: Share | None
    depth: Share | None
    unreadable: bool
    sections_disagree: bool = False
    injection_suspected: bool

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The evidence for the category: all of its topics', in reading order, each quote once."""
        found = {(e.start, e.end): e for check in reversed(self.topics) for e in check.evidence}
        return tuple(found[place] for place in sorted(found))


class SecondLook(Value):
    """What a second judge made of the same category; `applies` by the same threshold."""

    score: Share
    applies: bool
    rationale: str


class ScoredVerdict(Value):
    """A grounded verdict with the score that code gave it, and the threshold it has to reach.

    `second` is None where nobody else looked.
    """

    category: Category
    verdict: GroundedVerdict
    score: Share
    threshold: Share
    second: SecondLook | None = None

    @property
    def applies(self) -> bool:
        """Whether the score reaches the threshold and evidence carries it: no quote, no tag."""
        return self.score >= self.threshold and bool(self.verdict.evidence)


class CheckedVerdict(Value):
    """A scored verdict with one finding per exclusion of its category."""

    scored: ScoredVerdict
    findings: tuple[ExclusionFinding, ...]
