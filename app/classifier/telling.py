"""Owns what a decision tells about the way it was made: who was left out and why, and its warnings."""

from collections.abc import Mapping, Sequence

from app.domain.article import Article
from app.domain.plan import Plan
from app.domain.sighting import Sighting
from app.domain.telling import tell_removed
from app.domain.verdict import Judgement
from app.rules.suspicion.finding import Suspicion, tell_suspicious

NOT_ASKED_FOR = "Not among the categories that were asked for."
NOT_SHORTLISTED = "The shortlist left it out: other categories are closer to this article."
NOT_NEAREST = "Left out with its group of similar categories: other groups are closer to this article."


def say_left_out(plan: Plan, only: Sequence[str]) -> str:
    """Why a category without a verdict was not considered."""
    if only:
        return NOT_ASKED_FOR
    return NOT_NEAREST if plan.strategy == "nearest_chunks" else NOT_SHORTLISTED


def say_who(judgement: Judgement) -> str:
    """Who answered."""
    judge = judgement.judge
    if judge.degraded and judge.kind == "llm":
        return f"{judge.model} answered before, and the local judge stands in for what is new"
    return f"{judge.model} answered" + (", standing in" if judge.degraded else "")


def collect_warnings(
    article: Article,
    plan: Plan,
    judgement: Judgement,
    suspicions: Sequence[Suspicion],
    sightings: Mapping[str, Sighting],
) -> tuple[str, ...]:
    """All that a reader of the decision should be warned of, in the order of the way."""
    return (
        *article.warnings,
        *_tell_removed(article),
        *plan.notes,
        *judgement.warnings,
        *(tell_suspicious(suspicions) if judgement.judge.kind == "llm" else ()),
        *_find_limits(article, sightings),
    )


def _tell_removed(article: Article) -> tuple[str, ...]:
    removed = tell_removed(article.removed)
    return (f"left out, because a reader would not see it: {removed}",) if removed else ()


def _find_limits(article: Article, sightings: Mapping[str, Sighting]) -> tuple[str, ...]:
    """A warning where exclusions were looked for in a part of the sentences only."""
    looked_at = next((sighting.total for sighting in sightings.values() if sighting.sampled), None)
    if looked_at is None:
        return ()
    return (f"exclusions were looked for in {looked_at} of {len(article.sentences)} sentences, evenly spread",)
