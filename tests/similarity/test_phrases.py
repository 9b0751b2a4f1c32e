"""How strongly sentences are about phrases."""

import numpy as np
import pytest

from app.similarity.embedding import MiniLM
from app.similarity.passages import read_vectors
from app.similarity.phrases import MENTIONED, measure_phrases
from app.similarity.taxonomy_index import TaxonomyIndex
from tests.similarity.made_articles import make_article, make_taxonomy

TEXT = (
    "The striker scored twice before half time. The judge adjourned the trial until Monday. "
    "The bakery sells rye bread. Nobody knew what to expect."
)


@pytest.mark.parametrize(
    ("phrase", "place"),
    [
        pytest.param("football matches", 0, id="other words for it"),
        pytest.param("courts of law", 1, id="the field it belongs to"),
        pytest.param("baked goods", 2, id="a wider term"),
    ],
)
def test_the_sentence_about_a_phrase_stands_out(phrase: str, place: int, embedder: MiniLM) -> None:
    index = TaxonomyIndex.build(make_taxonomy(), embedder, None)
    strengths = measure_phrases([phrase], read_vectors(make_article(TEXT), embedder), index)[0]
    assert strengths.argmax() == place
    assert all(strength < strengths[place] / 10 for other, strength in enumerate(strengths) if other != place)


@pytest.mark.parametrize("with_vectors", [True, False])
def test_a_literal_mention_is_strong_with_and_without_vectors(*, with_vectors: bool, embedder: MiniLM) -> None:
    model = embedder if with_vectors else None
    index = TaxonomyIndex.build(make_taxonomy(), model, None)
    strengths = measure_phrases(["rye breads", "quantum gravity"], read_vectors(make_article(TEXT), model), index)
    assert strengths[0, 2] >= np.float32(MENTIONED)
    assert strengths[1].max() < 0.3
    assert strengths.min() >= 0
    assert strengths.max() <= 1


def test_no_phrases_give_no_rows(embedder: MiniLM) -> None:
    index = TaxonomyIndex.build(make_taxonomy(), embedder, None)
    assert measure_phrases([], read_vectors(make_article(TEXT), embedder), index).shape == (0, 4)


def test_a_phrase_without_words_is_nowhere_mentioned(embedder: MiniLM) -> None:
    index = TaxonomyIndex.build(make_taxonomy(), embedder, None)
    assert measure_phrases(["…"], read_vectors(make_article(TEXT), embedder), index).max() < MENTIONED
