"""Owns finding the embedding model, and the folders that belong to the user."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import platformdirs

from app.errors import EmbeddingsUnavailable
from app.similarity.embedding import Embedder, Vectors, load_embedder
from app.similarity.vector_cache import embed_cached


@dataclass(frozen=True)
class Embeddings:
    """The embedding model, or why there is none."""

    embedder: Embedder | None
    missing: str = ""

    @property
    def embed(self) -> Callable[[Sequence[str]], Vectors] | None:
        """One vector per text, kept on disk between starts; None without a model."""
        if self.embedder is None:
            return None
        return partial(embed_cached, embedder=self.embedder, cache_dir=find_cache())


def find_embeddings() -> Embeddings:
    """The embedding model where it is installed; its absence is a fact to tell, not an error."""
    try:
        return Embeddings(load_embedder())
    except EmbeddingsUnavailable as error:
        return Embeddings(None, str(error))


def find_cache() -> Path:
    """The user's folder for what can be computed again."""
    return Path(platformdirs.user_cache_dir("scopenote"))


def find_data() -> Path:
    """The user's folder for what must not be lost."""
    return Path(platformdirs.user_data_dir("scopenote"))
