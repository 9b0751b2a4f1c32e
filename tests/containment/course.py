"""The whole way of an article past a gullible model: real parsing, composing, rules, lookout and local judge."""

import asyncio
import itertools
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from app.bootstrap.embeddings import find_cache
from app.category_files.loading import load_taxonomy
from app.classifier.hearing import Hearing
from app.classifier.way import Classifier
from app.domain.article import Article
from app.domain.category import Taxonomy
from app.domain.decision import Assignment, Decision
from app.domain.verdict import Candidate
from app.judges.llm_judge import LLMJudge
from app.judges.local_judge import LocalJudge
from app.judges.planning import Limits, Planner
from app.judges.pricing import Tariff
from app.judges.sizing import Sizes
from app.llm.model import Message
from app.llm.scripted_model import Script, ScriptedModel
from app.prompting.composing import Composer
from app.rules.thresholds import Thresholds
from app.similarity.embedding import Embedder
from app.similarity.lookout import SimilarityLookout
from app.similarity.reader import Reader
from app.similarity.taxonomy_index import TaxonomyIndex
from tests.containment.gullible_model import LIES, Lie, obey

ROOT = Path(__file__).parents[2]
THRESHOLDS = Thresholds()


class Course:
    """Sends articles past scripts, with or without a second opinion; builds what is costly once, so close it."""

    def __init__(self, embedder: Embedder | None) -> None:
        self.taxonomy: Taxonomy = load_taxonomy(ROOT / "categories")
        self.composer = Composer(ROOT / "prompts", secret=b"not known to any author")
        self._sizes = Sizes(self.composer, _Words())
        self._reader = Reader(TaxonomyIndex.build(self.taxonomy, embedder, find_cache()))
        self._ticks = itertools.count()
        self._runner = asyncio.Runner()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.close()

    def run(self, article: Article, script: Script, *, second_opinion: bool = True) -> Decision:
        """What becomes of the article when the model answers as the script says."""
        return self.show(article, script, second_opinion=second_opinion)[0]

    def show(
        self, article: Article, script: Script, *, second_opinion: bool = True
    ) -> tuple[Decision, tuple[Message, ...]]:
        """The decision, and what the model was shown."""
        model = ScriptedModel(script, name="gullible")
        decision = self._runner.run(self._compose(model, second_opinion=second_opinion).classify(article))
        return decision, model.asked[0]

    def _compose(self, model: ScriptedModel, *, second_opinion: bool) -> Classifier:
        planner = Planner(self._sizes, Tariff(), shortlist=self._shortlist, choose=_choose_none, limits=Limits())
        local = LocalJudge(self._reader, threshold=THRESHOLDS.assign)
        return Classifier(
            taxonomy=self.taxonomy,
            hearing=Hearing(LLMJudge(model, self.composer, planner), local if second_opinion else None),
            lookout=SimilarityLookout(self._reader),
            thresholds=THRESHOLDS,
            now=lambda: datetime(2026, 1, 2, tzinfo=UTC),
            timer_s=lambda: float(next(self._ticks)),
            new_id=lambda: "decision",
        )

    async def _shortlist(self, article: Article, size: int) -> tuple[Candidate, ...]:
        return await self._reader.shortlist(article, size=size)


class _Words:
    """Counts words: nothing here depends on how many tokens there are."""

    exact = False

    def count(self, text: str) -> int:
        return len(text.split())


async def _choose_none(*_: object) -> tuple[int, ...]:
    raise AssertionError("no article here is too long to be read whole")


def try_lies(
    course: Course,
    article: Article,
    target: str,
    trigger: str,
    lies: Sequence[Lie] = LIES,
    *,
    second_opinion: bool = True,
) -> dict[Lie, Decision]:
    """What becomes of the article for each way in which a model that obeys it can lie."""
    return {lie: course.run(article, obey(target, trigger, lie), second_opinion=second_opinion) for lie in lies}


def find(decision: Decision, category: str) -> Assignment | None:
    """What was decided about the category; None where the taxonomy lacks it."""
    return next((a for a in decision.assignments if a.category == category), None)


def tell_holder(decision: Decision, target: str, *, seen: bool) -> str:
    """What kept the target from standing; "nothing" where it stands."""
    assignment = find(decision, target)
    if not seen:
        return "parsing"
    if assignment is None:
        return "unknown category"
    if assignment.status == "assigned":
        return "nothing"
    if assignment.status == "excluded":
        return "exclusions"
    reasons = {
        "quote_not_found": "grounding",
        "injection_suspected": "suspicion",
        "judgement_needed": "exclusions",
        "judges_disagree": "second opinion",
    }
    return next((by for reason, by in reasons.items() if reason in assignment.review_reasons), assignment.status)
