"""Owns composing a classifier: its judge, its lookout, its rules, as the settings ask."""

import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime

from app.bootstrap.asking import ModelInUse
from app.bootstrap.embeddings import find_cache
from app.classifier import Classifier
from app.domain.article import Article
from app.domain.category import Taxonomy
from app.judges.asking_again import AskingAgain
from app.judges.fallback import FallbackJudge
from app.judges.judge import Judge
from app.judges.local_judge import LocalJudge
from app.judges.second_opinion import is_sampled
from app.rules.thresholds import Thresholds
from app.settings import Settings
from app.similarity.embedding import Embedder
from app.similarity.lookout import SimilarityLookout
from app.similarity.reader import Reader
from app.similarity.taxonomy_index import TaxonomyIndex


def compose_classifier(
    taxonomy: Taxonomy,
    settings: Settings,
    embedder: Embedder | None,
    model: ModelInUse | None = None,
    again: AskingAgain | None = None,
) -> Classifier:
    """A classifier by this taxonomy; `model` is the LLM to ask, None where the local judge decides alone."""
    again = AskingAgain() if again is None else again  # `or` would drop an empty one
    reader = Reader(TaxonomyIndex.build(taxonomy, embedder, find_cache()))
    local = LocalJudge(reader, threshold=settings.threshold)
    return Classifier(
        taxonomy=taxonomy,
        judge=_choose_judge(settings, reader, local, model, again) if model else local,
        lookout=SimilarityLookout(reader),
        thresholds=Thresholds(
            assign=settings.threshold,
            max_tags=settings.max_tags,
            max_categories=settings.max_categories,
            max_concepts=settings.max_concepts,
        ),
        now=lambda: datetime.now(UTC),
        timer_s=time.perf_counter,
        new_id=lambda: uuid.uuid4().hex,
        second=local if model and settings.second_opinion != "off" else None,
        wants_second=_choose_articles(settings),
    )


def _choose_judge(
    settings: Settings, reader: Reader, local: LocalJudge, model: ModelInUse, again: AskingAgain
) -> Judge:
    """The LLM judge; with the local one to stand in for it, unless the LLM was asked for by name."""
    judge = model.build_judge(settings, reader)
    return judge if settings.judge == "llm" else FallbackJudge(judge, local, again)


def _choose_articles(settings: Settings) -> Callable[[Article], bool]:
    return is_sampled if settings.second_opinion == "sample" else lambda _: True
