"""Categories are ranked on their positive definitions, one article at a time."""

from collections.abc import Sequence

import numpy as np
import pytest

from app.domain.category import Category, Taxonomy
from app.similarity.embedding import MiniLM
from app.similarity.evidence import FEATURES, LEXICAL_FEATURES, contrast, measure_evidence
from app.similarity.passages import read_vectors
from app.similarity.shortlist import LEXICAL_WEIGHTS, WEIGHTS, rank_categories, shortlist
from app.similarity.taxonomy_index import TaxonomyIndex
from tests.similarity.made_articles import BREAD, make_article, make_taxonomy

CASES = [
    pytest.param("baking", BREAD, id="baking"),
    pytest.param("football", "The home side won the match 3-1. Its striker scored twice for the club.", id="football"),
    pytest.param("law", "The court heard the trial of two men. A verdict is expected on Friday.", id="law"),
    pytest.param("space", "The rocket put a satellite into orbit. It will circle the planet for years.", id="space"),
]


@pytest.mark.parametrize(("category_id", "text"), CASES)
def test_the_right_category_comes_first_and_stands_out(category_id: str, text: str, embedder: MiniLM) -> None:
    index = TaxonomyIndex.build(make_taxonomy(), embedder, None)
    ranked = rank_categories(read_vectors(make_article(text), embedder), index)
    assert ranked[0].category_id == category_id
    assert ranked[0].score > 0.4
    assert ranked[1].score < 0.1
    assert ranked[0].depth > ranked[-1].depth


@pytest.mark.parametrize(("category_id", "text"), CASES)
def test_a_single_category_is_told_from_what_it_is_not(category_id: str, text: str, embedder: MiniLM) -> None:
    vectors = read_vectors(make_article(text), embedder)
    for only in ("baking", "football", "law", "space"):
        (ranked,) = rank_categories(vectors, TaxonomyIndex.build(make_taxonomy(only), embedder, None))
        assert (ranked.score > 0.25) == (only == category_id)


@pytest.mark.parametrize(("category_id", "text"), CASES[:3])
def test_without_vectors_words_decide(category_id: str, text: str) -> None:
    index = TaxonomyIndex.build(make_taxonomy(), None, None)
    assert index.lexical_only
    ranked = rank_categories(read_vectors(make_article(text), None), index)
    assert ranked[0].category_id == category_id


def test_what_a_definition_excludes_does_not_attract_and_does_not_repel(embedder: MiniLM) -> None:
    def rank(scope: str) -> float:
        other = Category(id="zoo", title="Animals", scope=f"Animals in zoos. {scope}")
        taxonomy = Taxonomy(categories=(*make_taxonomy().categories, other), version="test")
        index = TaxonomyIndex.build(taxonomy, embedder, None)
        ranked = rank_categories(read_vectors(make_article(BREAD), embedder), index)
        return next(r.score for r in ranked if r.category_id == "zoo")

    assert rank("It does not include bread, dough and baking.") == rank("")


def test_the_ranking_does_not_depend_on_other_articles(embedder: MiniLM) -> None:
    index = TaxonomyIndex.build(make_taxonomy(), embedder, None)
    first = rank_categories(read_vectors(make_article(BREAD), embedder), index)
    rank_categories(read_vectors(make_article("A court heard a trial about a contract."), embedder), index)
    assert rank_categories(read_vectors(make_article(BREAD), embedder), index) == first


def test_a_shortlist_holds_the_best_in_order(embedder: MiniLM) -> None:
    index = TaxonomyIndex.build(make_taxonomy(), embedder, None)
    ranked = rank_categories(read_vectors(make_article(BREAD), embedder), index)
    candidates = shortlist(ranked, index, size=2)
    assert [c.category.id for c in candidates] == [r.category_id for r in ranked[:2]]
    assert len(shortlist(ranked, index, size=99)) == 4


def test_every_feature_has_a_weight() -> None:
    assert set(WEIGHTS) == set(FEATURES)
    assert set(LEXICAL_WEIGHTS) == set(LEXICAL_FEATURES)


def test_evidence_has_a_row_per_category_and_a_column_per_feature(embedder: MiniLM) -> None:
    for model, features in ((embedder, FEATURES), (None, LEXICAL_FEATURES)):
        index = TaxonomyIndex.build(make_taxonomy(), model, None)
        evidence = measure_evidence(read_vectors(make_article(BREAD), model), index)
        assert evidence.shape == (4, len(features))
        assert np.isfinite(evidence).all()


@pytest.mark.parametrize("values", [[0.4], [0.4, 0.1], [0.2] * 50])
def test_contrast_is_finite_and_keeps_the_order(values: Sequence[float]) -> None:
    background = np.linspace(-0.1, 0.2, 100, dtype=np.float32)
    contrasted = contrast(np.array(values, dtype=np.float32), background)
    assert np.isfinite(contrasted).all()
    assert list(np.argsort(-contrasted, kind="stable")) == list(np.argsort(-np.array(values), kind="stable"))
