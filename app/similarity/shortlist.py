"""Owns the ranking of categories for an article, and the shortlist put before a judge."""

from collections.abc import Sequence

import numpy as np

from app.domain.value import Share, Value
from app.domain.verdict import Candidate
from app.similarity.embedding import Vectors
from app.similarity.evidence import FEATURES, LEXICAL_FEATURES, contrast, measure_evidence
from app.similarity.passages import ArticleVectors
from app.similarity.taxonomy_index import TaxonomyIndex

# Fitted by `python -m bench.retrieval --fit` on half of the articles of three labelled sets at once, rounded. The
# bias is raised by log 3: F1 on those sets is best where an editor's label is 20 to 25 % likely, and that is where
# a category should begin to apply, at a score of 0.5.
BIAS = -2.4
WEIGHTS = {
    "passages": 0.46,
    "sentences": 0.33,
    "title": 0.1,
    "statements": 0.38,
    "name_in_text": 4.7,
    "name_in_title": 0.9,
    "words": 3.1,
    "hubness": -2.6,
}
LEXICAL_BIAS = -2.7
LEXICAL_WEIGHTS = {"name_in_text": 6.0, "name_in_title": 1.7, "words": 8.9}
# Deviations above just any category at which a few sentences count as being about this one.
ABOUT = 1.0


class Ranked(Value):
    """A category with the evidence that the article is about it.

    `score` is meant the same for every article and taxonomy; from 0.5 the category is more worth assigning than not.
    `depth` is the share of passages (three sentences each) in which the category stands out.
    """

    category_id: str
    score: Share
    depth: Share


def rank_categories(vectors: ArticleVectors, index: TaxonomyIndex) -> tuple[Ranked, ...]:
    """Every category of the taxonomy, best first."""
    scores = score_evidence(measure_evidence(vectors, index))
    depths = measure_depth(vectors, index)
    ranked = [
        Ranked(category_id=profile.category_id, score=float(score), depth=float(depth))
        for profile, score, depth in zip(index.profiles, scores, depths, strict=True)
    ]
    return tuple(sorted(ranked, key=lambda r: (-r.score, r.category_id)))


def shortlist(ranked: Sequence[Ranked], index: TaxonomyIndex, *, size: int) -> tuple[Candidate, ...]:
    """The best `size` categories as candidates, best first."""
    return tuple(Candidate(category=index.taxonomy.get_category(r.category_id), score=r.score) for r in ranked[:size])


def score_evidence(evidence: Vectors) -> Vectors:
    """One score per row of `measure_evidence`, 0 to 1."""
    is_lexical = evidence.shape[1] == len(LEXICAL_FEATURES)
    weights = [LEXICAL_WEIGHTS[f] for f in LEXICAL_FEATURES] if is_lexical else [WEIGHTS[f] for f in FEATURES]
    total = evidence @ np.array(weights, dtype=np.float32) + (LEXICAL_BIAS if is_lexical else BIAS)
    return np.asarray(1 / (1 + np.exp(-total)), dtype=np.float32)


def measure_depth(vectors: ArticleVectors, index: TaxonomyIndex) -> Vectors:
    """For each category the share of passages in which it stands out; without vectors, that mention its names."""
    if index.lexical_only or vectors.lexical_only:
        return index.vocabulary.share_naming(vectors)
    met = vectors.windows @ np.vstack([index.centroids, index.anchors]).T
    count = len(index.profiles)
    standing = np.stack([contrast(row[:count], row[count:]) for row in met]) > ABOUT
    return np.asarray(standing.mean(axis=0), dtype=np.float32)
