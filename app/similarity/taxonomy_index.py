"""Owns what is computed once per taxonomy: profiles, their vectors and stems, and the background."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np

from app.domain.category import Taxonomy
from app.similarity.background import BACKGROUND
from app.similarity.embedding import Embedder, Vectors
from app.similarity.lexical import Rarity, Stems, find_content
from app.similarity.profiles import Profile, build_profile
from app.similarity.vector_cache import embed_cached


@dataclass(frozen=True, eq=False)
class TaxonomyIndex:
    """A taxonomy made ready to be compared with articles, one at a time.

    `texts` are all names, statements and prose, category by category; `owners` says which category
    (its place in the taxonomy) each belongs to, and `vectors` holds a row for each.
    """

    taxonomy: Taxonomy
    embedder: Embedder | None
    profiles: tuple[Profile, ...]
    texts: tuple[str, ...]
    owners: tuple[int, ...]
    vectors: Vectors
    background: Vectors

    @classmethod
    def build(cls, taxonomy: Taxonomy, embedder: Embedder | None, cache_dir: Path | None) -> Self:
        """The index; embeddings are kept in `cache_dir` between starts, None keeps none."""
        profiles = tuple(build_profile(category) for category in taxonomy.categories)
        texts, owners = [], []
        for owner, profile in enumerate(profiles):
            own = [*profile.names, *(s.text for s in profile.statements), profile.prose or profile.title]
            texts += own
            owners += [owner] * len(own)
        nothing: Vectors = np.empty((0, 0), dtype=np.float32)
        return cls(
            taxonomy=taxonomy,
            embedder=embedder,
            profiles=profiles,
            texts=tuple(texts),
            owners=tuple(owners),
            vectors=embed_cached(texts, embedder, cache_dir) if embedder else nothing,
            background=embed_cached(BACKGROUND, embedder, cache_dir) if embedder else nothing,
        )

    @property
    def lexical_only(self) -> bool:
        """Whether only words are compared, because there is no embedding model."""
        return self.embedder is None

    @cached_property
    def stems(self) -> tuple[Stems, ...]:
        """The content stems of each text."""
        return tuple(find_content(text) for text in self.texts)

    @cached_property
    def rarity(self) -> Rarity:
        """How much a stem tells among these categories."""
        documents: list[list[str]] = [[] for _ in self.profiles]
        for owner, stems in zip(self.owners, self.stems, strict=True):
            documents[owner] += stems
        return Rarity(documents)
