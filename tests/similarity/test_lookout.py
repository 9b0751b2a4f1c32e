"""Sightings: in which sentences exclusions are seen, and what is not counted as seen."""

import pytest

from app.domain.category import Category, Taxonomy, Topic
from app.domain.exclusion import Condition, ExclusionKind, ExclusionRule, PinnedRule, Terms
from app.domain.sighting import Sighting
from app.similarity.lookout import SimilarityLookout
from app.similarity.reader import Reader
from app.similarity.taxonomy_index import TaxonomyIndex
from tests.articles import build_article

pytestmark = pytest.mark.anyio

ARTICLE = build_article(
    "Scrum teams plan every two weeks.",
    "Budgets decide what the organisation can do.",
    "Decision rights lie with the board.",
    "Bread is baked in the morning.",
)


def _category(rule: ExclusionRule) -> Category:
    topics = (Topic(id="c#t1", text="Decision rights"),)
    return Category(id="c", title="Governance", topics=topics, exclusions=(rule,))


async def _look(rule: ExclusionRule) -> dict[str, Sighting]:
    category = _category(rule)
    index = TaxonomyIndex.build(Taxonomy(categories=(category,), version="sha256:test"), None, None)
    return dict(await SimilarityLookout(Reader(index)).look(ARTICLE, [category]))


async def test_subject_condition_and_category_are_seen_where_they_stand() -> None:
    condition = Condition(type="without", phrases=("budgets",))
    rule = ExclusionRule(id="c#x1", text="...", kind="absence", subjects=("Scrum",), condition=condition)
    sighting = (await _look(rule))["c#x1"]
    assert (sighting.subject, sighting.condition, sighting.category) == ((1,), (2,), (3,))
    assert (sighting.total, sighting.sampled) == (4, False)


async def test_a_negation_before_the_subject_is_not_looked_for() -> None:
    rule = ExclusionRule(id="c#x1", text="...", kind="redirect", subjects=("non-Scrum",))
    assert (await _look(rule))["c#x1"].subject == (1,)


@pytest.mark.parametrize("kind", ["absence", "topic"])
async def test_what_does_not_occur_is_not_seen(kind: ExclusionKind) -> None:
    rule = ExclusionRule(id="c#x1", text="...", kind=kind, subjects=("Waterfall",))
    assert (await _look(rule))["c#x1"].subject == ()


async def test_each_part_of_a_compound_rule_has_its_own_sighting() -> None:
    parts = tuple(
        ExclusionRule(id=f"c#x1{letter}", text="...", kind="topic", subjects=(subject,))
        for letter, subject in (("a", "Scrum"), ("b", "bread"))
    )
    rule = ExclusionRule(id="c#x1", text="...", kind="topic", subjects=("Scrum", "bread"), parts=parts)
    seen = await _look(rule)
    assert {id_: sighting.subject for id_, sighting in seen.items()} == {"c#x1a": (1,), "c#x1b": (4,)}


async def test_a_pinned_rule_is_left_to_its_own_words() -> None:
    pinned = PinnedRule(when=Terms(any=("scrum",)))
    rule = ExclusionRule(id="c#x1", text="...", kind="topic", origin="explicit", pinned=pinned)
    assert await _look(rule) == {}
