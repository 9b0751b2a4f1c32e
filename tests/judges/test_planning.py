"""Planning: which definitions are asked about in which calls, and what a plan says about that."""

import pytest

from app.domain.category import Category
from app.domain.plan import Plan
from app.judges.pricing import Tariff
from tests.articles import build_article
from tests.judges.planned import CACHED, UNKNOWN, WordCounter, build_definitions, build_planner

pytestmark = pytest.mark.anyio

ARTICLE = build_article("Governance should support the flow of work.", "Funding follows outcomes.", title="On flow")
LONGER = build_article(*[f"Sentence {number} " + "and so on " * 30 for number in range(15)])


async def _plan(
    categories: tuple[Category, ...], tariff: Tariff = UNKNOWN, *, named: bool = False, **limits: int
) -> Plan:
    return await build_planner(categories, tariff, **limits).plan(LONGER, categories, may_leave_out=not named)


def _list_ids(plan: Plan) -> list[list[str]]:
    return [[candidate.category.id for candidate in batch] for batch in plan.batches]


async def test_definitions_that_fit_in_one_prompt_are_asked_about_together() -> None:
    categories = build_definitions(40)
    plan = await _plan(categories)
    assert (plan.strategy, plan.calls) == ("together", 1)
    assert _list_ids(plan) == [[category.id for category in categories]]


async def test_a_cached_prefix_makes_chunks_cheaper_than_a_shortlist() -> None:
    plan = await _plan(build_definitions(60, words=500), CACHED)
    assert (plan.strategy, plan.calls) == ("chunks", 2)
    assert len(plan.candidates) == 60
    assert "All 60 definitions" in plan.reason
    assert "a shortlist comes to" in plan.reason


async def test_without_known_prices_a_shortlist_is_cheaper_than_chunks() -> None:
    plan = await _plan(build_definitions(60, words=500), UNKNOWN)
    assert plan.strategy == "shortlist"
    assert (plan.cost_usd, plan.most_usd, plan.prices_as_of) == (None, None, None)
    assert "USD" not in plan.reason


async def test_many_definitions_go_to_a_shortlist_even_where_they_are_cached() -> None:
    plan = await _plan(build_definitions(181, words=500), CACHED)
    assert (plan.strategy, plan.calls, plan.cached_tokens) == ("shortlist", 1, 0)
    assert plan.input_tokens <= 12_000


async def test_a_shortlist_stands_in_the_order_of_the_taxonomy() -> None:
    plan = await _plan(build_definitions(100), shortlisted=5, max_together=10)
    assert _list_ids(plan) == [["c095", "c096", "c097", "c098", "c099"]]
    assert {candidate.score for candidate in plan.candidates} == {0.5}


@pytest.mark.parametrize(
    ("words", "listed"),
    [
        pytest.param(100, 20, id="as many as asked for"),
        pytest.param(550, 16, id="as many as there is room for"),
        pytest.param(2000, 12, id="never fewer than twelve"),
    ],
)
async def test_a_shortlist_is_bounded_in_tokens_too(words: int, listed: int) -> None:
    plan = await _plan(build_definitions(181, words=words))
    assert len(plan.candidates) == listed


async def test_a_shortlist_holds_only_what_is_asked_about() -> None:
    taxonomy = build_definitions(200)
    planner = build_planner(taxonomy)
    plan = await planner.plan(ARTICLE, taxonomy[:100], may_leave_out=True)
    assert (plan.strategy, [ids[-1] for ids in _list_ids(plan)]) == ("shortlist", ["c099"])


async def test_categories_that_are_named_are_never_left_out() -> None:
    plan = await _plan(build_definitions(181, words=500), named=True)
    assert plan.strategy == "chunks"
    assert len(plan.candidates) == 181
    assert "none is left out" in plan.reason


async def test_no_prompt_holds_more_definitions_than_allowed() -> None:
    plan = await _plan(build_definitions(100), named=True, max_together=7)
    assert max(map(len, plan.batches)) <= 7
    assert len(plan.candidates) == 100


async def test_no_prompt_is_larger_than_the_context() -> None:
    plan = await _plan(build_definitions(40, words=300), named=True, context_tokens=8000)
    assert plan.calls > 1
    assert plan.input_tokens / plan.calls < 8000


async def test_a_prefix_under_the_providers_minimum_is_not_counted_as_cached() -> None:
    small, large = await _plan(build_definitions(5), CACHED), await _plan(build_definitions(40, words=50), CACHED)
    assert small.cached_tokens == 0
    assert large.cached_tokens >= 1024


async def test_the_expected_cost_is_under_the_bound_and_dated() -> None:
    plan = await _plan(build_definitions(40, words=500), CACHED)
    assert plan.cost_usd is not None
    assert plan.most_usd is not None
    assert 0 < plan.cost_usd < plan.most_usd
    assert plan.prices_as_of == "2026-10-21"


async def test_planning_again_counts_no_definition_again() -> None:
    counter, categories = WordCounter(), build_definitions(181, words=500)
    planner = build_planner(categories, CACHED, counter)
    await planner.plan(ARTICLE, categories, may_leave_out=True)
    counted = counter.counted
    await planner.plan(LONGER, categories, may_leave_out=True)
    assert counter.counted - counted < 2_000


async def test_what_a_server_reads_at_most_is_remembered() -> None:
    categories = build_definitions(40, words=300)
    planner = build_planner(categories)
    before = await planner.plan(ARTICLE, categories, may_leave_out=False)
    planner.learn_limit(20_000, 8_192)
    after = await planner.plan(ARTICLE, categories, may_leave_out=False)
    assert (before.strategy, after.strategy) == ("together", "chunks")


@pytest.mark.parametrize(
    ("refused", "limit", "context"),
    [
        pytest.param(20_000, 8_192, 8_192, id="by the server's word"),
        pytest.param(8_000, 8_192, 7_200, id="by what was refused, where we count differently"),
        pytest.param(20_000, None, 18_000, id="by what was refused, where the server says nothing"),
        pytest.param(200_000, None, 128_000, id="never upwards"),
        pytest.param(10, 1, 1_024, id="never to nothing"),
    ],
)
def test_a_limit_is_learned(refused: int, limit: int | None, context: int) -> None:
    planner = build_planner(build_definitions(1))
    planner.learn_limit(refused, limit)
    assert planner.limits.context_tokens == context


async def test_nothing_to_ask_about_is_no_call() -> None:
    assert (await _plan(())).calls == 0
