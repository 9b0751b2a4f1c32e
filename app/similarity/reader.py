"""Owns reading articles for measurement: off the event loop, and once per text."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.domain.article import Article
from app.similarity.lexical import find_content
from app.similarity.passages import MAX_SENTENCES, ArticleVectors, read_vectors
from app.similarity.phrases import find_mentions, measure_phrases
from app.similarity.shortlist import Ranked, rank_categories
from app.similarity.taxonomy_index import TaxonomyIndex

KEPT = 64
"""Articles whose vectors are kept; 117 sentences take 180 kB."""


@dataclass(frozen=True, eq=False)
class PhraseMeasures:
    """Phrases by sentences: `strengths` 0 to 1, `mentioned` where the words stand; `numbers` of the sentences."""

    strengths: NDArray[np.float32]
    mentioned: NDArray[np.bool_]
    numbers: tuple[int, ...]


class Reader:
    """Measures articles against one taxonomy. Methods run in worker threads; results are kept by digest."""

    def __init__(self, index: TaxonomyIndex) -> None:
        self.index = index
        self._kept: OrderedDict[str, ArticleVectors] = OrderedDict()

    async def rank(self, article: Article) -> tuple[Ranked, ...]:
        """Every category of the taxonomy, best first, with its score and depth."""
        vectors = await self._read(article)
        return await asyncio.to_thread(rank_categories, vectors, self.index)

    async def measure(self, article: Article, phrases: Sequence[str]) -> PhraseMeasures:
        """How strongly each sentence is about each phrase, and which sentences name it."""
        vectors = await self._read(article)
        return await asyncio.to_thread(_measure, phrases, vectors, self.index)

    def count_looked_at(self, article: Article) -> int:
        """How many of the article's sentences are measured; all but in very long ones."""
        return min(len(article.sentences), MAX_SENTENCES)

    async def _read(self, article: Article) -> ArticleVectors:
        kept = self._kept.get(article.digest)
        if kept is None:
            kept = await asyncio.to_thread(read_vectors, article, self.index.embedder)
            self._kept[article.digest] = kept
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(article.digest)
        return kept


def _measure(phrases: Sequence[str], vectors: ArticleVectors, index: TaxonomyIndex) -> PhraseMeasures:
    mentioned = find_mentions([find_content(phrase) for phrase in phrases], vectors)
    return PhraseMeasures(measure_phrases(phrases, vectors, index), mentioned, vectors.numbers)
