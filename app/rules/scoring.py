"""Owns the score: computed in code from grounded checks, never taken from a model."""

from app.domain.category import Category
from app.domain.grounded import GroundedVerdict, ScoredVerdict
from app.rules.thresholds import Thresholds

FIRST_TOPIC = 0.55
"""What one grounded topic is worth to a judge that only claims: just over the threshold."""
REMAINING = 0.6
"""Each further grounded topic leaves this part of the distance to 1."""
ALL_TOPICS = 0.75
"""What it is worth at least that every topic is grounded: a category may list a single one, or none."""
UNSUPPORTED = 0.4
"""What a measured strength counts for at most where no sentence carries a topic."""


def score(verdict: GroundedVerdict, category: Category, thresholds: Thresholds) -> ScoredVerdict:
    """The verdict with its score, 0 to 1, and its category's threshold."""
    return ScoredVerdict(
        category=category,
        verdict=verdict,
        score=round(_compute_score(verdict, len(category.topics) or 1), 3),
        threshold=category.threshold if category.threshold is not None else thresholds.assign,
    )


def _compute_score(verdict: GroundedVerdict, topics: int) -> float:
    held = sum(bool(check.evidence) for check in verdict.topics)
    if verdict.strength is not None:
        return verdict.strength if held else min(verdict.strength, UNSUPPORTED)
    if held == 0:
        return 0.0
    reached = 1 - (1 - FIRST_TOPIC) * REMAINING ** (held - 1)
    return max(reached, ALL_TOPICS) if held >= topics else reached


def may_stand(scored: ScoredVerdict, thresholds: Thresholds) -> bool:
    """Whether the category can end as anything but rejected, so that its exclusions matter."""
    verdict = scored.verdict
    near = scored.score > scored.threshold - thresholds.near
    seen_by_another = scored.second is not None and scored.second.applies
    return near or seen_by_another or verdict.unreadable or (verdict.strength is None and bool(verdict.topics))
