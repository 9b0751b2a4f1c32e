"""Two courses for all tests: composing them and embedding the honest articles is what costs time."""

from collections.abc import Iterator

import pytest

from app.bootstrap.embeddings import find_embeddings
from tests.containment.course import Course


@pytest.fixture(scope="session")
def words_only() -> Iterator[Course]:
    """Without an embedding model: what holds here is held by rules alone."""
    with Course(None) as course:
        yield course


@pytest.fixture(scope="session")
def course() -> Iterator[Course]:
    """With the embedding model, and so with a second opinion that is worth the name."""
    found = find_embeddings()
    if found.embedder is None:
        pytest.skip(found.missing)
    with Course(found.embedder) as course:
        yield course
