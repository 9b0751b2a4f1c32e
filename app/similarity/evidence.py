"""Owns what is measured of an article and every category: a few numbers each, none of them a verdict."""

from itertools import pairwise

import numpy as np

from app.similarity.embedding import Vectors
from app.similarity.passages import ArticleVectors
from app.similarity.taxonomy_index import TaxonomyIndex

FEATURES = ("passages", "sentences", "title", "statements", "name_in_text", "name_in_title", "words", "hubness")
"""The columns of `measure_evidence`.

passages, sentences, title, statements: standard deviations above what just any category reaches in this article.
name_in_text, name_in_title: how much the category's names are used, 0 to 1. words: the cosine of weighed stems.
hubness: how near the category lies to what is not its own.
"""
LEXICAL_FEATURES = FEATURES[4:7]

# The background stands in for categories that the taxonomy may lack: in the mean its lines nearest to the article
# count as five more categories, in the spread all of it as twenty. Tried on taxonomies of 1 to 51 categories: what a
# score is worth then depends least on their number, and what few categories share with the article tells for none.
NEAREST_LINES = 8
LINES_IN_MEAN = 5
LINES_IN_SPREAD = 20
BEST_SHARE = 0.25
BEST_STATEMENTS = 4


def measure_evidence(vectors: ArticleVectors, index: TaxonomyIndex) -> Vectors:
    """One row per category in the taxonomy's order, one column per feature; only LEXICAL_FEATURES without vectors."""
    in_text, in_title = index.vocabulary.find_names(vectors)
    lexical = [in_text, in_title, index.vocabulary.compare_words(vectors)]
    if index.lexical_only or vectors.lexical_only:
        return np.stack(lexical, axis=1)
    targets = np.vstack([index.centroids, index.anchors])
    passages = vectors.passages @ targets.T
    sentences = vectors.sentences @ targets.T
    semantic = [
        (passages.max(axis=0) + passages.mean(axis=0)) / 2,
        mean_best(sentences, BEST_SHARE),
        vectors.title @ targets.T,
        match_statements(vectors, index),
    ]
    count = len(index.profiles)
    return np.stack([*(contrast(v[:count], v[count:]) for v in semantic), *lexical, index.hubness], axis=1)


def match_statements(vectors: ArticleVectors, index: TaxonomyIndex) -> Vectors:
    """For each category how well its four best-met names and statements are met; then for each anchor."""
    met = vectors.sentences @ np.vstack([index.phrases, index.anchors]).T
    strength = (mean_best(met, 0.1) + met.mean(axis=0)) / 2
    own = [np.sort(strength[start : end - 1])[-BEST_STATEMENTS:].mean() for start, end in pairwise(index.starts)]
    return np.concatenate([np.array(own, dtype=np.float32), strength[len(index.texts) :]])


def mean_best(values: Vectors, share: float) -> Vectors:
    """The mean of each column's largest values, at least of the largest one."""
    count = max(1, int(np.ceil(share * len(values))))
    return np.asarray(np.partition(values, -count, axis=0)[-count:].mean(axis=0), dtype=np.float32)


def contrast(values: Vectors, background: Vectors) -> Vectors:
    """Standard deviations above the mean of categories and nearest background.

    The background keeps this meaningful where there are few categories, or one.
    """
    count = len(values)
    nearest = np.sort(background)[-NEAREST_LINES:]
    middle = (count * values.mean() + LINES_IN_MEAN * nearest.mean()) / (count + LINES_IN_MEAN)
    categories, lines = np.mean((values - middle) ** 2), np.var(background)
    spread = (count * categories + LINES_IN_SPREAD * lines) / (count + LINES_IN_SPREAD)
    return np.asarray((values - middle) / np.sqrt(spread + 1e-6), dtype=np.float32)
