"""Which parts of an article are looked at."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.similarity.embedding import MiniLM
from app.similarity.passages import (
    MAX_PASSAGES,
    MAX_SENTENCES,
    PASSAGE_CHARACTERS,
    pick_evenly,
    pick_passages,
    pool_windows,
    read_vectors,
)
from tests.similarity.made_articles import BREAD, make_article


@given(st.integers(min_value=0, max_value=3000), st.integers(min_value=2, max_value=500))
def test_places_are_picked_evenly_with_first_and_last(total: int, most: int) -> None:
    places = pick_evenly(total, most)
    assert len(set(places)) == len(places) == min(total, most)
    assert not places or (places[0], places[-1]) == (0, total - 1)


@given(st.lists(st.text(min_size=1, max_size=300), min_size=1, max_size=60), st.text(max_size=80))
def test_passages_are_few_and_the_title_opens_the_first(sentences: list[str], title: str) -> None:
    passages = pick_passages(title, sentences)
    assert 1 <= len(passages) <= MAX_PASSAGES
    assert passages[0].startswith(title)
    assert all(len(passage) <= 2 * PASSAGE_CHARACTERS for passage in passages)


@pytest.mark.parametrize(("count", "windows"), [(1, 1), (3, 1), (4, 2), (10, 8)])
def test_windows_slide_over_neighbours(count: int, windows: int) -> None:
    vectors = np.eye(10, dtype=np.float32)[:count]
    pooled = pool_windows(vectors, 3)
    assert pooled.shape == (windows, 10)
    assert np.allclose(np.linalg.norm(pooled, axis=1), 1)


def test_a_very_long_article_is_looked_at_evenly() -> None:
    vectors = read_vectors(make_article(" ".join(f"This is sentence {n} of it." for n in range(1000))), None)
    assert len(vectors.numbers) == len(vectors.stems) == MAX_SENTENCES
    assert (vectors.numbers[0], vectors.numbers[-1]) == (1, 1000)


def test_without_an_embedder_there_are_words_only() -> None:
    vectors = read_vectors(make_article(BREAD), None)
    assert vectors.lexical_only
    assert "dough" in {stem for stems in vectors.stems for stem in stems}


def test_an_article_without_a_title_is_judged_by_its_first_passage(embedder: MiniLM) -> None:
    vectors = read_vectors(make_article("Bread rises in the warmth of a kitchen overnight."), embedder)
    assert vectors.title.shape == (384,)
    assert not vectors.lexical_only
