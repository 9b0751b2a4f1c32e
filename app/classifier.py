"""Owns the way of an article: from candidates to a decision, every step in reading order."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.article import Article
from app.domain.category import Category, Taxonomy
from app.domain.decision import Decision
from app.domain.grounded import CheckedVerdict, ScoredVerdict
from app.domain.sighting import Sighting
from app.domain.telling import tell_removed
from app.domain.verdict import Candidate, Verdict
from app.judges.judge import Judge
from app.rules.exclusion_check import check_all
from app.rules.folding import FoldedText
from app.rules.grounding import ground
from app.rules.ranking import rank
from app.rules.scoring import may_stand, score
from app.rules.thresholds import Thresholds

NOT_ASKED_FOR = "Not among the categories that were asked for."
NOT_SHORTLISTED = "The shortlist left it out: other categories are closer to this article."


class Lookout(Protocol):
    """Whoever can say in which sentences an exclusion's subject and condition are seen."""

    async def look(self, article: Article, categories: Sequence[Category]) -> Mapping[str, Sighting]:
        """One sighting per derived exclusion (or part of one) of these categories, by its id."""
        ...


@dataclass(frozen=True)
class Classifier:
    """Decides about articles by one taxonomy. Keeps nothing between two articles.

    `shortlist` picks the candidates where putting all categories forward would cost too much.
    """

    taxonomy: Taxonomy
    judge: Judge
    lookout: Lookout
    thresholds: Thresholds
    now: Callable[[], datetime]
    timer_s: Callable[[], float]
    new_id: Callable[[], str]
    shortlist: Callable[[Article], Awaitable[tuple[Candidate, ...]]] | None = None

    async def classify(self, article: Article, only: Sequence[str] = ()) -> Decision:
        """What Scopenote says about the article; `only` limits it to categories with these ids.

        Raises:
            UnknownCategory: `only` names an id that the taxonomy lacks.
            Unavailable: the judge cannot be asked.
        """
        started_s = self.timer_s()
        candidates = await self._put_forward(article, only)
        judgement = await self.judge.judge(article, candidates)
        scored = await asyncio.to_thread(self._ground_and_score, judgement.verdicts, candidates, article)
        open_ = [verdict for verdict in scored if may_stand(verdict, self.thresholds)]
        sightings = await self.lookout.look(article, [verdict.category for verdict in open_])
        checked = await asyncio.to_thread(check_all, open_, article, sightings, self.thresholds)
        closed = [CheckedVerdict(scored=verdict, findings=()) for verdict in scored if verdict not in open_]
        left_out = NOT_ASKED_FOR if only else NOT_SHORTLISTED
        assignments = rank((*checked, *closed), self.taxonomy, self.thresholds, left_out=left_out)
        return Decision(
            id=self.new_id(),
            created_at=self.now(),
            article=article,
            assignments=assignments,
            judge=judgement.judge,
            taxonomy_version=self.taxonomy.version,
            prompt_version=judgement.prompt_version,
            rules_version=self.thresholds.version,
            usage=judgement.usage,
            cached=False,
            warnings=(
                *article.warnings,
                *_tell_removed(article),
                *judgement.warnings,
                *_find_limits(article, sightings),
            ),
            took_ms=round((self.timer_s() - started_s) * 1000, 1),
        )

    async def _put_forward(self, article: Article, only: Sequence[str]) -> tuple[Candidate, ...]:
        named = {self.taxonomy.get_category(id_).id for id_ in only}
        if self.shortlist and not named:
            return await self.shortlist(article)
        chosen = [category for category in self.taxonomy.categories if not named or category.id in named]
        return tuple(Candidate(category=category, score=0.0) for category in chosen)

    def _ground_and_score(
        self, verdicts: Sequence[Verdict], candidates: Sequence[Candidate], article: Article
    ) -> list[ScoredVerdict]:
        text = FoldedText(article.text)
        return [
            score(ground(verdict, article, text), candidate.category, self.thresholds)
            for verdict, candidate in zip(verdicts, candidates, strict=True)
        ]


def _tell_removed(article: Article) -> tuple[str, ...]:
    removed = tell_removed(article.removed)
    return (f"left out, because a reader would not see it: {removed}",) if removed else ()


def _find_limits(article: Article, sightings: Mapping[str, Sighting]) -> tuple[str, ...]:
    """A warning where exclusions were looked for in a part of the sentences only."""
    looked_at = next((sighting.total for sighting in sightings.values() if sighting.sampled), None)
    if looked_at is None:
        return ()
    return (f"exclusions were looked for in {looked_at} of {len(article.sentences)} sentences, evenly spread",)
