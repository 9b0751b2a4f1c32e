"""Prices: what calls come to with a warm cache, and at most."""

import pytest

from app.judges.pricing import Call, Tariff, bound_cost, count_cached, estimate
from app.judges.sizing import TURNS, bound_output, expect_output
from app.llm.server.caching import PrefixCache
from app.llm.spending.prices import Price
from tests.judges.planned import CACHED, UNKNOWN, build_definitions

PRICE = Price(input=0.10, cached=0.01, written=0.125, output=0.50, as_of="2026-10-21")
SELF_HOSTED = Tariff(cache=PrefixCache(mode="implicit"))
IN_STEPS = Tariff(price=PRICE, cache=PrefixCache(mode="implicit", min_prefix=1024, step=128, is_cheaper=True))
DEARER = Tariff(price=PRICE, cache=PrefixCache(mode="implicit"))


def _call(shared: int = 2000, *, stays: bool = True) -> Call:
    return Call(shared=shared, article=500, output=100, most_output=400, stays=stays)


@pytest.mark.parametrize(
    ("call", "tariff", "cached"),
    [
        pytest.param(_call(), CACHED, 2000, id="the part that stays"),
        pytest.param(_call(stays=False), CACHED, 0, id="nothing stays"),
        pytest.param(_call(1023), CACHED, 0, id="shorter than what is cached"),
        pytest.param(_call(1024), CACHED, 1024, id="just long enough"),
        pytest.param(_call(), IN_STEPS, 1920, id="in whole steps"),
        pytest.param(_call(), SELF_HOSTED, 2000, id="one's own machine reads it again"),
        pytest.param(_call(), UNKNOWN, 0, id="nothing known"),
    ],
)
def test_count_cached(call: Call, tariff: Tariff, cached: int) -> None:
    assert count_cached(call, tariff) == cached


@pytest.mark.parametrize(
    ("tariff", "equivalent"),
    [
        pytest.param(CACHED, 200 + 500 + TURNS, id="a tenth of the price"),
        pytest.param(SELF_HOSTED, 2500 + TURNS, id="no price, no discount"),
        pytest.param(DEARER, 2500 + TURNS, id="a price, and a server that gives no discount"),
        pytest.param(UNKNOWN, 2500 + TURNS, id="nothing known"),
    ],
)
def test_cached_tokens_count_by_their_share_of_the_price(tariff: Tariff, equivalent: int) -> None:
    assert estimate([_call()], tariff).equivalent == equivalent


def test_the_expected_cost_is_with_a_warm_cache() -> None:
    expected = (2000 * 0.01 + (500 + TURNS) * 0.10 + 100 * 0.50) / 1_000_000
    assert estimate([_call()], CACHED).cost_usd == pytest.approx(expected)


def test_without_a_discount_nothing_is_cheaper() -> None:
    expected = ((2500 + TURNS) * 0.10 + 100 * 0.50) / 1_000_000
    assert estimate([_call()], DEARER).cost_usd == pytest.approx(expected)


def test_the_bound_covers_writing_the_cache_the_longest_reply_and_one_repair() -> None:
    once = ((2500 + TURNS) * 0.125 + 400 * 0.50) / 1_000_000
    again = ((2500 + TURNS + 3400) * 0.125 + 800 * 0.50) / 1_000_000
    assert bound_cost(_call(), PRICE) == pytest.approx(once + again)


def test_an_unknown_price_is_none_and_never_zero() -> None:
    assert (estimate([_call()], UNKNOWN).cost_usd, estimate([_call()], UNKNOWN).most_usd) == (None, None)


def test_calls_add_up() -> None:
    one, three = estimate([_call()], CACHED), estimate([_call()] * 3, CACHED)
    assert (three.calls, three.input, three.cached, three.output) == (3, 3 * one.input, 3 * one.cached, 3 * one.output)


@pytest.mark.parametrize("count", [1, 8, 40, 181])
def test_a_reply_is_expected_to_take_less_than_it_may(count: int) -> None:
    categories = build_definitions(count)
    assert expect_output(categories, min(count, 3)) < bound_output(categories)


def test_a_question_about_one_category_reserves_little() -> None:
    assert bound_output(build_definitions(1)) < 700
