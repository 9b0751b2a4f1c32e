"""Owns what is computed once per taxonomy and compared with every article."""

from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Self

import numpy as np

from app.domain.category import Taxonomy
from app.similarity.background import BACKGROUND
from app.similarity.embedding import Embedder, Vectors, unit
from app.similarity.profiles import Profile, build_profile
from app.similarity.vector_cache import embed_cached, embed_groups
from app.similarity.vocabulary import Vocabulary

# The centre counts the background as this many categories, so that even a single category has something to differ
# from. With 38 to 149 categories the ranking does not depend on it (10 to 100 tried).
BACKGROUND_WEIGHT = 30
NEIGHBOURS = 10
# A background line this near to a category is about it; the rest, at least so many, are about something else.
COVERED = 0.2
FEWEST_ANCHORS = 50


@dataclass(frozen=True, eq=False)
class TaxonomyIndex:
    """A taxonomy made ready to be compared with articles, one at a time; shared between threads.

    Category `i` (its place in the taxonomy) owns rows `starts[i]` to `starts[i + 1]` of `texts` and `vectors`: its
    names, then its statements, then its prose. Without an embedder the vectors have no columns.
    """

    taxonomy: Taxonomy
    embedder: Embedder | None
    profiles: tuple[Profile, ...]
    texts: tuple[str, ...]
    starts: tuple[int, ...]
    vectors: Vectors
    background: Vectors

    @classmethod
    def build(cls, taxonomy: Taxonomy, embedder: Embedder | None, cache_dir: Path | None) -> Self:
        """The index; embeddings are kept in `cache_dir` between starts, None keeps none."""
        profiles = tuple(build_profile(category) for category in taxonomy.categories)
        groups = [(*p.names, *(statement.text for statement in p.statements), p.prose) for p in profiles]
        texts = tuple(text for group in groups for text in group)
        starts = (0, *accumulate(len(group) for group in groups))
        nothing: Vectors = np.empty((len(texts), 0), dtype=np.float32)
        return cls(
            taxonomy=taxonomy,
            embedder=embedder,
            profiles=profiles,
            texts=texts,
            starts=starts,
            vectors=embed_groups(groups, embedder, cache_dir) if embedder else nothing,
            background=embed_cached(BACKGROUND, embedder, cache_dir) if embedder else nothing[:0],
        )

    @property
    def lexical_only(self) -> bool:
        """Whether only words are compared, because there is no embedding model."""
        return self.embedder is None

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The categories' words."""
        return Vocabulary(self.profiles)

    @cached_property
    def phrases(self) -> Vectors:
        """The vectors of names and statements, less what all of them share, row by row as in `texts`."""
        is_prose = np.zeros(len(self.texts), dtype=bool)
        is_prose[[end - 1 for end in self.starts[1:]]] = True
        centred = np.empty_like(self.vectors)
        for rows in (is_prose, ~is_prose):
            centred[rows] = unit(self.vectors[rows] - self._centre(self.vectors[rows]))
        return centred

    @cached_property
    def centroids(self) -> Vectors:
        """One vector per category: title, all names, statements and prose in equal parts.

        Less the centre, so that what all of the taxonomy is about does not tell for any of it.
        """
        rows = []
        for profile, (start, end) in zip(self.profiles, pairwise(self.starts), strict=True):
            names, statements = np.split(self.phrases[start : end - 1], [len(profile.names)])
            parts = [self.phrases[start], unit(names.mean(axis=0)), self.phrases[end - 1]]
            rows.append(sum([*parts, unit(statements.mean(axis=0))] if len(statements) else parts))
        return unit(np.stack(rows))

    @cached_property
    def anchors(self) -> Vectors:
        """The background lines that no category covers, in the centroids' terms: what else an article may be about."""
        lines = unit(self.background - self._centre(self.vectors))
        nearest = (lines @ self.centroids.T).max(axis=1)
        order = np.argsort(nearest, kind="stable")
        uncovered = max(FEWEST_ANCHORS, int((nearest < COVERED).sum()))
        return np.asarray(lines[order[:uncovered]], dtype=np.float32)

    @cached_property
    def hubness(self) -> Vectors:
        """How near each category lies to what is not its own: other definitions, and the background."""
        prose = self.vectors[[end - 1 for end in self.starts[1:]]]
        near = self.centroids @ np.vstack([prose, self.anchors]).T
        near[np.diag_indices(len(prose))] = -1
        return np.asarray(np.sort(near, axis=1)[:, -NEIGHBOURS:].mean(axis=1), dtype=np.float32)

    def _centre(self, vectors: Vectors) -> Vectors:
        total = vectors.sum(axis=0) + BACKGROUND_WEIGHT * self.background.mean(axis=0)
        return np.asarray(total / (len(vectors) + BACKGROUND_WEIGHT), dtype=np.float32)
