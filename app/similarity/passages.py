"""Owns the article's side: which sentences are looked at, with their vectors and stems."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from app.domain.article import Article
from app.similarity.embedding import Embedder, Vectors, unit
from app.similarity.lexical import Stems, find_stems
from app.similarity.negation import sets_apart

# Work per article is bounded; a longer one is looked at evenly.
MAX_SENTENCES = 400
# A passage is read as one text: sentences in context say more than alone. More than six add cost, not recall.
MAX_PASSAGES = 6
PASSAGE_CHARACTERS = 900
WINDOW = 3


@dataclass(frozen=True, eq=False)
class ArticleVectors:
    """An article as it is measured: one row per sentence that was looked at, in reading order.

    `numbers` are the sentences' numbers in the article, which may have more; `apart` marks those that may name
    something only to set the article apart from it. `passages` holds vectors of up
    to six longer stretches, the first of which begins with the title. Without an embedder the vectors have no
    columns; stems are always there.
    """

    numbers: tuple[int, ...]
    stems: tuple[Stems, ...]
    apart: tuple[bool, ...]
    title_stems: Stems
    sentences: Vectors
    passages: Vectors
    title: Vectors

    @property
    def lexical_only(self) -> bool:
        """Whether there are no vectors to compare."""
        return self.sentences.size == 0

    @cached_property
    def vocabularies(self) -> tuple[frozenset[str], ...]:
        """The distinct stems of each sentence."""
        return tuple(frozenset(stems) for stems in self.stems)

    @cached_property
    def windows(self) -> Vectors:
        """One vector per three neighbouring sentences: what is being talked about around there."""
        return pool_windows(self.sentences, WINDOW)


def read_vectors(article: Article, embedder: Embedder | None) -> ArticleVectors:
    """What is measured of an article; the one expensive step per article.

    Of more than 400 sentences, 400 are looked at, evenly spread.
    """
    places = pick_evenly(len(article.sentences), MAX_SENTENCES)
    texts = [article.quote(article.sentences[place]) for place in places]
    passages = pick_passages(article.title, texts)
    vectors: Vectors = np.empty((len(texts) + len(passages) + 1, 0), dtype=np.float32)
    if embedder is not None:
        # An article without a title is judged by its first passage instead.
        vectors = embedder.embed([*texts, *passages, article.title or passages[0]])
    return ArticleVectors(
        numbers=tuple(article.sentences[place].number for place in places),
        stems=tuple(find_stems(text) for text in texts),
        apart=tuple(sets_apart(text) for text in texts),
        title_stems=find_stems(article.title),
        sentences=vectors[: len(texts)],
        passages=vectors[len(texts) : -1],
        title=vectors[-1],
    )


def pick_evenly(total: int, most: int) -> list[int]:
    """At most `most` places out of `total`, evenly spread, first and last among them."""
    if total <= most:
        return list(range(total))
    return [int(place) for place in np.linspace(0, total - 1, most).round()]


def pick_passages(title: str, sentences: list[str]) -> list[str]:
    """At most six stretches of neighbouring sentences, evenly spread; the title opens the first."""
    stretches: list[list[str]] = []
    length = PASSAGE_CHARACTERS
    for sentence in [f"{title}.", *sentences] if title else sentences:
        if length + len(sentence) > PASSAGE_CHARACTERS:
            stretches.append([])
            length = 0
        stretches[-1].append(sentence)
        length += len(sentence) + 1
    return [" ".join(stretches[place]) for place in pick_evenly(len(stretches), MAX_PASSAGES)]


def pool_windows(vectors: Vectors, size: int) -> Vectors:
    """Unit vectors of the means of `size` neighbours; of all where there are fewer."""
    if len(vectors) <= size:
        return unit(vectors.mean(axis=0, keepdims=True))
    summed = np.cumsum(np.vstack([np.zeros((1, vectors.shape[1])), vectors]), axis=0)
    return unit(((summed[size:] - summed[:-size]) / size).astype(np.float32))
