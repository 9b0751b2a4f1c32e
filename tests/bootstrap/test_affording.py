"""Budgets that pay for nothing, and sources without one, are told to whoever sets them up."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.bootstrap.affording import warn_too_little
from app.bootstrap.sourcing import warn_unbounded
from app.domain.source import Source
from app.settings import Settings

PAID = {"judge": "llm", "OPENAI_API_KEY": "sk-none"}
BLOG = Source(name="blog", cms="ghost", created_at=datetime(2026, 1, 1, tzinfo=UTC))


def _set(**settings: object) -> Settings:
    return Settings.model_validate({**PAID, **settings})


@pytest.mark.parametrize(
    ("settings", "budget_usd"),
    [
        pytest.param({}, 1.0, id="the source's own"),
        pytest.param({"budget_day_usd": 1.0}, None, id="money for all"),
        pytest.param({"budget_day_tokens": 9}, None, id="tokens for all"),
        pytest.param({"judge": "local"}, None, id="no LLM"),
        pytest.param({"model": "scripted"}, None, id="a rehearsal"),
    ],
)
def test_where_something_caps_the_day_or_nothing_costs_nobody_is_warned(
    settings: dict[str, object], budget_usd: float | None
) -> None:
    assert warn_unbounded(_set(**settings), BLOG.model_copy(update={"budget_day_usd": budget_usd})) is None


@pytest.mark.parametrize("settings", [{}, {"budget_call_usd": 1.0}, {"budget_job_usd": 1.0}], ids=str)
def test_a_source_that_nothing_caps_is_told_with_both_ways_to_cap_it(settings: dict[str, object]) -> None:
    told = warn_unbounded(_set(**settings), BLOG)
    assert told is not None
    assert "`scopenote sources change blog --budget-day USD`" in told
    assert "SCOPENOTE_BUDGET_DAY_USD" in told
    assert "\n" not in told


def test_a_budget_that_no_request_fits_into_is_told_with_what_is_needed() -> None:
    told = warn_too_little(_set(model="gpt-6-luna"), 0.00001)
    assert told is not None
    assert told.startswith("A budget of 0.00001 USD is less than any one request to gpt-6-luna may cost")


def test_what_a_request_needs_at_least_goes_by_the_price(tmp_path: Path) -> None:
    prices = tmp_path / "prices.toml"
    prices.write_text('as_of = "2026-01-01"\n[models.dear]\ninput = 0.0\noutput = 1000.0\n')
    settings = _set(model="dear", prices=prices)
    # 640 tokens out: the frame of a reply and one verdict.
    assert warn_too_little(settings, 0.639) is not None
    assert warn_too_little(settings, 0.641) is None


def test_a_budget_in_money_without_a_price_is_told_to_pay_for_nothing() -> None:
    assert "SCOPENOTE_PRICES" in str(warn_too_little(_set(model="mystery"), 100.0))


@pytest.mark.parametrize(
    ("settings", "budget_usd"),
    [
        pytest.param({}, None, id="no budget"),
        pytest.param({}, 1.0, id="enough"),
        pytest.param({"judge": "local"}, 0.0, id="no LLM"),
        pytest.param({"model": "scripted"}, 0.0, id="a rehearsal"),
    ],
)
def test_a_budget_that_may_do_is_no_reason_to_warn(settings: dict[str, object], budget_usd: float | None) -> None:
    assert warn_too_little(_set(**settings), budget_usd) is None
