"""Owns how strongly each sentence of an article is about a phrase."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.similarity.embedding import Vectors
from app.similarity.lexical import Rarity, Stems, find_content, is_mentioned
from app.similarity.passages import ArticleVectors
from app.similarity.taxonomy_index import TaxonomyIndex

# Strength = logistic(steepness * (deviations above the background - middle) + weight * (shared stems - expected)).
# Set by reading what the strengths say of the sentences of a few articles; nothing was fitted.
MIDDLE = 4.0
STEEPNESS = 1.2
OVERLAP_WEIGHT = 2.5
EXPECTED_OVERLAP = 0.35
# A literal mention; how far one is trusted where the phrase is a single common word is for the caller to say.
MENTIONED = 0.9
# Without vectors, shared words alone never reach what a mention gives.
LEXICAL_MOST = 0.8
SMALLEST_SPREAD = 0.03


def measure_phrases(phrases: Sequence[str], vectors: ArticleVectors, index: TaxonomyIndex) -> Vectors:
    """How strongly each sentence that was looked at is about each phrase, 0 to 1: (phrases, sentences).

    Above 0.5 a reader would usually say that the sentence is about it; a literal mention gives at least 0.9.
    """
    if not phrases:
        return np.empty((0, len(vectors.stems)), dtype=np.float32)
    stems = [find_content(phrase) for phrase in phrases]
    overlap = measure_overlap(stems, vectors, index.vocabulary.rarity)
    if index.embedder is None or vectors.lexical_only:
        strength = LEXICAL_MOST * overlap**2
    else:
        above = standardise(index.embedder.embed(phrases), vectors.sentences, index.background)
        logit = STEEPNESS * (above - MIDDLE) + OVERLAP_WEIGHT * (overlap - EXPECTED_OVERLAP)
        strength = 1 / (1 + np.exp(-logit))
    mentioned = find_mentions(stems, vectors)
    return np.asarray(np.where(mentioned, np.maximum(strength, MENTIONED), strength), dtype=np.float32)


def find_mentions(phrases: Sequence[Stems], vectors: ArticleVectors) -> NDArray[np.bool_]:
    """Which sentences name which phrases: (phrases, sentences)."""
    mentioned = np.zeros((len(phrases), len(vectors.stems)), dtype=np.bool_)
    for row, phrase in enumerate(phrases):
        wanted = frozenset(phrase)
        for column, held in enumerate(vectors.vocabularies):
            if wanted <= held:
                mentioned[row, column] = is_mentioned(phrase, vectors.stems[column])
    return mentioned


def standardise(phrases: Vectors, sentences: Vectors, background: Vectors) -> Vectors:
    """Cosines in standard deviations above what sentences about anything reach: (phrases, sentences).

    A phrase of common words is near to everything; its own background takes that away.
    """
    usual = phrases @ background.T
    middle, spread = usual.mean(axis=1, keepdims=True), usual.std(axis=1, keepdims=True)
    return np.asarray((phrases @ sentences.T - middle) / np.maximum(spread, SMALLEST_SPREAD), dtype=np.float32)


def measure_overlap(phrases: Sequence[Stems], vectors: ArticleVectors, rarity: Rarity) -> Vectors:
    """The share of each phrase's stems, weighed by how much they tell, that each sentence holds."""
    overlap = np.zeros((len(phrases), len(vectors.stems)), dtype=np.float32)
    for row, phrase in enumerate(phrases):
        weights = rarity.weigh_all(phrase)
        total = sum(weights.values())
        for column, sentence in enumerate(vectors.vocabularies):
            shared = weights.keys() & sentence
            if shared:
                overlap[row, column] = sum(weights[stem] for stem in shared) / total
    return overlap
