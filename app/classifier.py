"""Owns the way of an article: from candidates to a decision, every step in reading order."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.article import Article
from app.domain.category import Category, Taxonomy
from app.domain.decision import Decision
from app.domain.grounded import CheckedVerdict
from app.domain.sighting import Sighting
from app.domain.verdict import Candidate
from app.judges.judge import Judge
from app.rules.exclusion_check import check_exclusions
from app.rules.folding import FoldedText
from app.rules.grounding import ground
from app.rules.ranking import rank
from app.rules.scoring import may_stand, score
from app.rules.thresholds import Thresholds


class Lookout(Protocol):
    """Whoever can say in which sentences an exclusion's subject and condition are seen."""

    async def look(self, article: Article, categories: Sequence[Category]) -> Mapping[str, Sighting]:
        """One sighting per derived exclusion (or part of one) of these categories, by its id."""
        ...


@dataclass(frozen=True)
class Classifier:
    """Decides about articles by one taxonomy. Keeps nothing between two articles."""

    taxonomy: Taxonomy
    judge: Judge
    lookout: Lookout
    thresholds: Thresholds
    now: Callable[[], datetime]
    timer_s: Callable[[], float]
    new_id: Callable[[], str]

    async def classify(self, article: Article, only: Sequence[str] = ()) -> Decision:
        """What Scopenote says about the article; `only` limits it to categories with these ids.

        Raises:
            UnknownCategory: `only` names an id that the taxonomy lacks.
            Unavailable: the judge cannot be asked.
        """
        started_s = self.timer_s()
        candidates = self._put_forward(only)
        judgement = await self.judge.judge(article, candidates)
        text = FoldedText(article.text)
        grounded = [ground(verdict, article, text) for verdict in judgement.verdicts]
        scored = [
            score(verdict, candidate.category, self.thresholds)
            for verdict, candidate in zip(grounded, candidates, strict=True)
        ]
        open_ = [verdict for verdict in scored if may_stand(verdict, self.thresholds)]
        standing = {verdict.category.id: verdict.score for verdict in scored if verdict.applies}
        sightings = await self.lookout.look(article, [verdict.category for verdict in open_])
        checked = [check_exclusions(verdict, article, sightings, standing, self.thresholds) for verdict in open_]
        settled = [CheckedVerdict(scored=verdict, findings=()) for verdict in scored if verdict not in open_]
        return Decision(
            id=self.new_id(),
            created_at=self.now(),
            article=article,
            assignments=rank([*checked, *settled], self.taxonomy, self.thresholds),
            judge=judgement.judge,
            taxonomy_version=self.taxonomy.version,
            prompt_version=judgement.prompt_version,
            rules_version=self.thresholds.version,
            usage=judgement.usage,
            cached=False,
            warnings=(*article.warnings, *judgement.warnings),
            took_ms=round((self.timer_s() - started_s) * 1000, 1),
        )

    def _put_forward(self, only: Sequence[str]) -> tuple[Candidate, ...]:
        chosen = [self.taxonomy.get_category(id_) for id_ in dict.fromkeys(only)] or self.taxonomy.categories
        return tuple(Candidate(category=category, score=0.0) for category in chosen)
