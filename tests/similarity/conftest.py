"""The embedding model, loaded once, and skipped where it is not installed."""

import pytest

from app.errors import EmbeddingsUnavailable
from app.similarity.embedding import MiniLM, load_embedder


@pytest.fixture(scope="session")
def embedder() -> MiniLM:
    try:
        return load_embedder()
    except EmbeddingsUnavailable as problem:
        pytest.skip(str(problem))
