"""Owns reading articles for measurement: off the event loop, and once per text."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from app.domain.article import Article
from app.domain.category import Category
from app.domain.verdict import Candidate
from app.similarity.grouping import group_alike
from app.similarity.lexical import find_content
from app.similarity.passages import MAX_SENTENCES, ArticleVectors, read_vectors
from app.similarity.phrases import find_mentions, measure_phrases
from app.similarity.shortlist import Ranked, rank_categories, shortlist
from app.similarity.taxonomy_index import TaxonomyIndex

T = TypeVar("T")

KEPT = 64
"""Articles whose vectors are kept: at most 400 sentences each, under a megabyte."""
MOST_PHRASES = 400
"""Titles, then topics, by which sentences of a very long article are chosen: about a second's work."""
WORKERS = 2
"""Articles measured at the same time; more would only share the same cores."""


@dataclass(frozen=True, eq=False)
class PhraseMeasures:
    """Phrases by sentences: `strengths` 0 to 1, `mentioned` where the words stand; `numbers` of the sentences."""

    strengths: NDArray[np.float32]
    mentioned: NDArray[np.bool_]
    numbers: tuple[int, ...]


class Reader:
    """Measures articles against one taxonomy, in threads of its own; vectors are kept by digest.

    Whoever asks for an article that is being read waits for that reading.
    """

    def __init__(self, index: TaxonomyIndex) -> None:
        self.index = index
        self._kept: OrderedDict[str, ArticleVectors] = OrderedDict()
        self._reading: dict[str, asyncio.Future[ArticleVectors]] = {}
        self._alike: dict[int, tuple[tuple[Category, ...], ...]] = {}
        self._workers = ThreadPoolExecutor(max_workers=WORKERS, thread_name_prefix="measure")

    async def rank(self, article: Article) -> tuple[Ranked, ...]:
        """Every category of the taxonomy, best first, with its score and depth."""
        vectors = await self._read(article)
        return await self._work(lambda: rank_categories(vectors, self.index))

    async def shortlist(self, article: Article, *, size: int) -> tuple[Candidate, ...]:
        """The `size` categories that the article is most likely about, best first."""
        return shortlist(await self.rank(article), self.index, size=size)

    async def group_alike(self, most: int) -> tuple[tuple[Category, ...], ...]:
        """The taxonomy's categories in groups of at most `most` that are alike, worked out once.

        Which category is in which group depends on no article. Without vectors, neighbours are together.
        """
        if most not in self._alike:
            self._alike[most] = await self._work(lambda: _group(self.index, most))
        return self._alike[most]

    async def measure(self, article: Article, phrases: Sequence[str]) -> PhraseMeasures:
        """How strongly each sentence is about each phrase, and which sentences name it."""
        vectors = await self._read(article)
        return await self._work(lambda: _measure(phrases, vectors, self.index))

    async def choose(self, article: Article, count: int) -> tuple[int, ...]:
        """The numbers of the `count` sentences that are most strongly about any category, the strongest first.

        Where not every sentence is measured, one counts as much as those around it that are.
        """
        categories = self.index.taxonomy.categories
        phrases = [category.title for category in categories]
        phrases += [topic.text for category in categories for topic in category.topics]
        measured = await self.measure(article, tuple(dict.fromkeys(phrases))[:MOST_PHRASES])
        numbers = np.arange(1, len(article.sentences) + 1)
        strengths = np.interp(numbers, measured.numbers, measured.strengths.max(axis=0))
        best = np.argsort(-strengths, kind="stable")[:count]
        return tuple(numbers[best].tolist())

    def count_looked_at(self, article: Article) -> int:
        """How many of the article's sentences are measured; all but in very long ones."""
        return min(len(article.sentences), MAX_SENTENCES)

    async def _read(self, article: Article) -> ArticleVectors:
        kept = self._kept.get(article.digest)
        if kept is not None:
            self._kept.move_to_end(article.digest)
            return kept
        reading = self._reading.get(article.digest)
        if reading is None:
            reading = asyncio.ensure_future(self._work(lambda: read_vectors(article, self.index.embedder)))
            self._reading[article.digest] = reading
            reading.add_done_callback(lambda _: self._reading.pop(article.digest, None))
        # Shielded: one who gives up must not take the reading from the others who wait for it.
        vectors = await asyncio.shield(reading)
        self._kept[article.digest] = vectors
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return vectors

    async def _work(self, job: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._workers, job)


def _group(index: TaxonomyIndex, most: int) -> tuple[tuple[Category, ...], ...]:
    categories = index.taxonomy.categories
    vectors = index.vectors[: len(categories)] if index.lexical_only else index.centroids
    return tuple(tuple(categories[row] for row in group) for group in group_alike(vectors, most))


def _measure(phrases: Sequence[str], vectors: ArticleVectors, index: TaxonomyIndex) -> PhraseMeasures:
    mentioned = find_mentions([find_content(phrase) for phrase in phrases], vectors)
    return PhraseMeasures(measure_phrases(phrases, vectors, index), mentioned, vectors.numbers)
