"""Owns composing a classifier: its judges, its lookout, its rules, its keeper, as the settings ask."""

import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from app.bootstrap.asking import ModelInUse
from app.bootstrap.embeddings import find_cache
from app.classifier.hearing import Hearing
from app.classifier.keeping import Keeper
from app.classifier.way import Classifier
from app.domain.article import Article
from app.domain.category import Taxonomy
from app.domain.fingerprint import compute_basis
from app.judges.fallback import FallbackJudge, Recall
from app.judges.judge import Judge
from app.judges.local_judge import LocalJudge
from app.judges.remembering import Identity, RememberingJudge
from app.judges.second_opinion import is_sampled
from app.llm.model import ChatModel
from app.rules.thresholds import Thresholds
from app.settings import Settings
from app.similarity.embedding import Embedder
from app.similarity.lookout import SimilarityLookout
from app.similarity.reader import Reader
from app.similarity.taxonomy_index import TaxonomyIndex
from app.store.database import Database

if TYPE_CHECKING:
    from app.watching.witness import Witness

LOCAL = 1
"""Raised by hand whenever the local judge or the lookout measures otherwise than before."""


def compose_classifier(
    taxonomy: Taxonomy,
    settings: Settings,
    embedder: Embedder | None,
    model: ModelInUse | None = None,
    database: Database | None = None,
    *,
    asked: ChatModel | None = None,
    witness: "Witness | None" = None,
) -> Classifier:
    """A classifier by this taxonomy.

    `model` is the LLM to ask, None where the local judge decides alone; `asked` is what takes its
    questions where that is not the model's own queue. Without a database nothing is kept. A
    `witness` sees every decision.
    """
    reader = Reader(TaxonomyIndex.build(taxonomy, embedder, find_cache()))
    local = LocalJudge(reader, threshold=settings.threshold)
    thresholds = Thresholds(
        assign=settings.threshold,
        max_tags=settings.max_tags,
        max_categories=settings.max_categories,
        max_concepts=settings.max_concepts,
    )
    classifier = Classifier(
        taxonomy=taxonomy,
        hearing=Hearing(
            judge=_choose_judge(settings, reader, local, model, database=database, asked=asked) if model else local,
            second=local if model and settings.second_opinion != "off" else None,
            wants_second=_choose_articles(settings),
        ),
        lookout=SimilarityLookout(reader),
        thresholds=thresholds,
        now=_now,
        timer_s=time.perf_counter,
        new_id=lambda: uuid.uuid4().hex,
        keeper=Keeper(database, taxonomy, _name_basis(taxonomy, thresholds, settings, local, model))
        if database
        else None,
    )
    return witness.watch_classifier(classifier) if witness else classifier


def insist(classifier: Classifier) -> Classifier:
    """The same classifier without anybody who stands in for its judge."""
    judge = classifier.hearing.judge
    if not isinstance(judge, FallbackJudge):
        return classifier
    return replace(classifier, hearing=replace(classifier.hearing, judge=judge.first))


def _now() -> datetime:
    return datetime.now(UTC)


def _choose_judge(
    settings: Settings,
    reader: Reader,
    local: LocalJudge,
    model: ModelInUse,
    *,
    database: Database | None,
    asked: ChatModel | None,
) -> Judge:
    """The LLM judge; with the local one to stand in for it, unless the LLM was asked for by name."""
    first = model.build_judge(settings, reader, asked)
    judge: Judge = first
    recall: Recall | None = None
    if database:
        identity = Identity(
            judge="llm",
            model=f"{model.wire.name} at {model.wire.server}",
            prompt_version=model.composer.version,
            define=model.composer.definition_text,
        )
        judge = remembering = RememberingJudge(first, database, identity, turns=model.turns, now=_now)
        recall = remembering.recall
    return judge if settings.judge == "llm" else FallbackJudge(judge, local, recall)


def _name_basis(
    taxonomy: Taxonomy, thresholds: Thresholds, settings: Settings, local: LocalJudge, model: ModelInUse | None
) -> str:
    """What all decisions of this classifier have in common."""
    parts = [taxonomy.version, thresholds.version, f"local {LOCAL} {local.model}"]
    if model:
        parts += [f"{model.wire.name} at {model.wire.server}", model.composer.version, settings.second_opinion]
        parts += [str(settings.max_together), str(settings.shortlist), str(settings.context_tokens)]
    return compute_basis(*parts)


def _choose_articles(settings: Settings) -> Callable[[Article], bool]:
    return is_sampled if settings.second_opinion == "sample" else lambda _: True
