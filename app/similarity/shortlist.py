"""Owns the ranking of categories for an article, and the shortlist put before a judge."""

from collections.abc import Sequence

import numpy as np

from app.domain.value import Share, Value
from app.domain.verdict import Candidate
from app.similarity.passages import ArticleVectors
from app.similarity.phrases import measure_phrases
from app.similarity.taxonomy_index import TaxonomyIndex

BEST_SENTENCES = 3


class TopicEvidence(Value):
    """The sentences most strongly about one topic, best first, with their strengths."""

    topic: str
    sentences: tuple[int, ...]
    strengths: tuple[Share, ...]


class Ranked(Value):
    """A category with the evidence that the article is about it.

    `score` is comparable across articles and taxonomies; `depth` is the share of sentences about it.
    """

    category_id: str
    score: Share
    depth: Share
    topics: tuple[TopicEvidence, ...] = ()


def rank_categories(vectors: ArticleVectors, index: TaxonomyIndex) -> tuple[Ranked, ...]:
    """Every category of the taxonomy, best first."""
    strengths = measure_phrases(index.texts, vectors, index)
    owners = np.array(index.owners)
    ranked = []
    for place, profile in enumerate(index.profiles):
        own = strengths[owners == place].max(axis=0)
        best = np.sort(own)[::-1][: max(3, len(own) // 4)]
        score = float(best.mean())
        ranked.append(Ranked(category_id=profile.category_id, score=min(score, 1), depth=float((own > 0.5).mean())))
    return tuple(sorted(ranked, key=lambda r: (-r.score, r.category_id)))


def find_topic_evidence(category_id: str, vectors: ArticleVectors, index: TaxonomyIndex) -> tuple[TopicEvidence, ...]:
    """The best sentences per key topic of a category."""
    topics = index.taxonomy.get_category(category_id).topics
    strengths = measure_phrases([topic.text for topic in topics], vectors, index)
    found = []
    for topic, row in zip(topics, strengths, strict=True):
        best = np.argsort(-row, kind="stable")[:BEST_SENTENCES]
        found.append(
            TopicEvidence(
                topic=topic.id,
                sentences=tuple(vectors.numbers[place] for place in best),
                strengths=tuple(float(row[place]) for place in best),
            )
        )
    return tuple(found)


def shortlist(ranked: Sequence[Ranked], index: TaxonomyIndex, *, size: int) -> tuple[Candidate, ...]:
    """The best `size` categories as candidates, best first."""
    return tuple(Candidate(category=index.taxonomy.get_category(r.category_id), score=r.score) for r in ranked[:size])
