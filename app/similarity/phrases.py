"""Owns how strongly each sentence of an article is about a phrase."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.similarity.embedding import Vectors
from app.similarity.lexical import Rarity, Stems, find_content, is_mentioned
from app.similarity.passages import ArticleVectors
from app.similarity.taxonomy_index import TaxonomyIndex

# Strength = logistic(steepness * (deviations above the background - middle) + overlap's share).
MIDDLE = 3.2
STEEPNESS = 1.4
OVERLAP = 2.5
MENTIONED = 0.9


def measure_phrases(phrases: Sequence[str], vectors: ArticleVectors, index: TaxonomyIndex) -> NDArray[np.float32]:
    """How strongly each sentence that was looked at is about each phrase, 0 to 1: (phrases, sentences).

    Above 0.5 a reader would usually say that the sentence is about it; a literal mention gives at least 0.9.
    """
    stems = [find_content(phrase) for phrase in phrases]
    overlap = np.array([[_share(p, s, index.vocabulary.rarity) for s in vectors.stems] for p in stems], dtype=np.float32)
    overlap = overlap.reshape(len(phrases), len(vectors.stems))
    mentioned = np.array([[is_mentioned(p, s) for s in vectors.stems] for p in stems]).reshape(overlap.shape)
    if index.embedder is None or vectors.lexical_only:
        return np.asarray(np.where(mentioned, MENTIONED, overlap**2 * 0.8), dtype=np.float32)
    above = standardise(index.embedder.embed(phrases), vectors.sentences, index.background)
    strength = 1 / (1 + np.exp(-(STEEPNESS * (above - MIDDLE) + OVERLAP * (overlap - 0.3))))
    return np.asarray(np.where(mentioned, np.maximum(strength, MENTIONED), strength), dtype=np.float32)


def standardise(phrases: Vectors, sentences: Vectors, background: Vectors) -> Vectors:
    """Cosines in standard deviations above what sentences about anything reach: (phrases, sentences).

    A phrase of common words is near to everything; its own background takes that away.
    """
    usual = phrases @ background.T
    middle, spread = usual.mean(axis=1, keepdims=True), usual.std(axis=1, keepdims=True)
    return np.asarray((phrases @ sentences.T - middle) / np.maximum(spread, 0.03), dtype=np.float32)


def _share(phrase: Stems, stems: Stems, rarity: Rarity) -> float:
    weights = rarity.weigh_all(phrase)
    total = sum(weights.values())
    return sum(weights[stem] for stem in set(stems) & weights.keys()) / total if total else 0.0
