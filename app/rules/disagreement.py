"""Owns the second opinion: when two judges differ so far that a person has to look."""

from collections.abc import Mapping, Sequence

from app.domain.grounded import ScoredVerdict, SecondLook
from app.domain.value import CategoryId

HALF = 0.5
"""The part of a category's threshold under which a score contradicts an assignment, and not just falls short."""


def confront(first: Sequence[ScoredVerdict], second: Sequence[ScoredVerdict]) -> list[ScoredVerdict]:
    """The first judge's verdicts, each with what the second one made of the same category, where it looked."""
    looks: Mapping[CategoryId, ScoredVerdict] = {verdict.category.id: verdict for verdict in second}
    return [
        verdict.model_copy(update={"second": _to_look(looks[verdict.category.id])})
        if verdict.category.id in looks
        else verdict
        for verdict in first
    ]


def differ_strongly(scored: ScoredVerdict) -> bool:
    """Whether one judge assigns what the other scores under half the threshold.

    A reply that could not be read is no opinion, so nothing differs from it.
    """
    second, bar = scored.second, scored.threshold * HALF
    if second is None or scored.verdict.unreadable:
        return False
    return (scored.applies and second.score < bar) or (second.applies and scored.score < bar)


def _to_look(scored: ScoredVerdict) -> SecondLook:
    return SecondLook(score=scored.score, applies=scored.applies, rationale=scored.verdict.rationale)
