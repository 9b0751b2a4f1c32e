"""Owns the article's side: which sentences are looked at, and their vectors and stems."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.domain.article import Article
from app.similarity.embedding import Embedder, Vectors
from app.similarity.lexical import Stems, find_stems

# Work per article is bounded; a longer one is looked at evenly.
MAX_SENTENCES = 400
WINDOW = 4


@dataclass(frozen=True, eq=False)
class ArticleVectors:
    """An article as it is measured: one row per sentence that was looked at, in reading order.

    `numbers` are the sentences' numbers in the article, `total` how many it has. `windows` are vectors of
    WINDOW neighbouring sentences, `whole` one of all, `title` of the title or None. Without an embedder the
    vectors have no columns; stems are always there.
    """

    article: Article
    numbers: tuple[int, ...]
    total: int
    stems: tuple[Stems, ...]
    title_stems: Stems
    sentences: Vectors
    windows: Vectors
    title: Vectors | None

    @property
    def lexical_only(self) -> bool:
        """Whether there are no vectors to compare."""
        return self.sentences.shape[1] == 0

    @property
    def whole(self) -> Vectors:
        """One unit vector for all sentences."""
        return unit(self.sentences.mean(axis=0, keepdims=True))[0]


def read_vectors(article: Article, embedder: Embedder | None) -> ArticleVectors:
    """What is measured of an article; the one expensive step per article."""
    places = pick_evenly(len(article.sentences), MAX_SENTENCES)
    texts = [article.quote(article.sentences[place]) for place in places]
    if embedder is None:
        vectors: Vectors = np.empty((len(texts), 0), dtype=np.float32)
        title = None
    else:
        embedded = embedder.embed([*texts, *([article.title] if article.title else [])])
        vectors, title = embedded[: len(texts)], (embedded[len(texts)] if article.title else None)
    return ArticleVectors(
        article=article,
        numbers=tuple(article.sentences[place].number for place in places),
        total=len(article.sentences),
        stems=tuple(find_stems(text) for text in texts),
        title_stems=find_stems(article.title),
        sentences=vectors,
        windows=pool_windows(vectors, WINDOW),
        title=title,
    )


def pick_evenly(total: int, most: int) -> list[int]:
    """At most `most` places out of `total`, evenly spread, first and last among them."""
    if total <= most:
        return list(range(total))
    return [int(place) for place in np.linspace(0, total - 1, most).round()]


def pool_windows(vectors: Vectors, size: int) -> Vectors:
    """Unit vectors of the means of `size` neighbours; of all where there are fewer."""
    if len(vectors) <= size:
        return unit(vectors.mean(axis=0, keepdims=True))
    summed = np.cumsum(np.vstack([np.zeros((1, vectors.shape[1])), vectors]), axis=0)
    return unit(((summed[size:] - summed[:-size]) / size).astype(np.float32))


def unit(vectors: NDArray[np.float32]) -> Vectors:
    """The rows scaled to length 1; rows of nothing stay nothing."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9), dtype=np.float32)


