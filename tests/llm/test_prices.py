"""Prices: dated data, found by the names that servers give to models, overridden by a file of the user's."""

from pathlib import Path

import pytest

from app.domain.attempt import Tokens
from app.errors import BadFile
from app.llm.spending.prices import Price, load_prices

LUNA = Price(input=0.10, cached=0.01, written=0.125, output=0.50, as_of="2026-10-21")


@pytest.mark.parametrize(
    ("tokens", "cost_usd"),
    [
        pytest.param(Tokens(input=1_000_000), 0.10, id="ordinary input"),
        pytest.param(Tokens(output=1_000_000), 0.50, id="output"),
        pytest.param(Tokens(input=1_000_000, cached=1_000_000), 0.01, id="all from the cache"),
        pytest.param(Tokens(input=1_000_000, written=1_000_000), 0.125, id="all written to the cache, instead of read"),
        pytest.param(Tokens(input=1_000, cached=500, written=200, output=10), 0.000065, id="some of each"),
        pytest.param(Tokens(input=10, cached=20), 0.0000002, id="more cached than sent is not paid back"),
        pytest.param(Tokens(), 0.0, id="nothing"),
    ],
)
def test_a_cost_is_the_sum_of_its_parts(tokens: Tokens, cost_usd: float) -> None:
    assert LUNA.compute_cost(tokens) == pytest.approx(cost_usd)


def test_what_has_no_price_of_its_own_costs_as_much_as_input() -> None:
    price = Price(input=2.0, output=1.0, as_of="2026-10-21")
    assert price.compute_cost(Tokens(input=300, cached=100, written=100)) == pytest.approx(600e-6)


@pytest.mark.parametrize(
    ("input_tokens", "cost_usd"),
    [pytest.param(272_000, 0.0277, id="up to the limit"), pytest.param(272_001, 0.0551502, id="above")],
)
def test_a_long_prompt_costs_more(input_tokens: int, cost_usd: float) -> None:
    price = load_prices().find("gpt-6-luna")
    assert price is not None
    assert price.compute_cost(Tokens(input=input_tokens, output=1_000)) == pytest.approx(cost_usd, rel=1e-6)


def test_the_most_that_a_call_costs_is_with_all_of_it_written_to_the_cache() -> None:
    assert LUNA.compute_most(1_000_000, 0) == pytest.approx(0.125)
    assert Price(input=0.2, output=1.0, as_of="d").compute_most(1_000_000, 0) == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("name", "input_usd"),
    [
        pytest.param("gpt-6-luna", 0.10, id="as it is"),
        pytest.param("GPT-6-Luna", 0.10, id="in capitals"),
        pytest.param("openai/gpt-6-luna", 0.10, id="with a provider"),
        pytest.param("router/openai/gpt-6-luna-2026-07-18", 0.10, id="with two, and a date"),
        pytest.param("gpt-4o-mini-20240718", 0.15, id="with a date in one piece"),
        pytest.param("gpt-6-luna-custom", None, id="another model that begins alike"),
        pytest.param("gpt-6-luna:free", None, id="on other terms"),
        pytest.param("openai/gpt-oss-20b", None, id="bound to a host that is not named"),
        pytest.param("", None, id="empty"),
    ],
)
def test_a_price_is_found_by_name(name: str, input_usd: float | None) -> None:
    price = load_prices().find(name)
    assert (price and price.input) == input_usd


def test_a_price_that_holds_for_a_host_is_found_there_only() -> None:
    prices = load_prices()
    there = prices.find("openai/gpt-oss-20b", "https://api.groq.com/openai/v1")
    assert there is not None
    assert there.output == 0.30
    assert prices.find("openai/gpt-oss-20b", "http://localhost:8000/v1") is None


def test_every_shipped_price_has_a_date() -> None:
    price = load_prices().find("gpt-5.4-nano")
    assert price is not None
    assert price.as_of == "2026-10-21"


def test_a_file_of_the_users_adds_and_replaces(tmp_path: Path) -> None:
    path = tmp_path / "prices.toml"
    path.write_text(
        'as_of = 2026-11-20\n[models."gpt-6-luna"]\ninput = 7\noutput = 8\n[models.mine]\ninput=0\noutput=0\n'
    )
    prices = load_prices(path)
    luna, mine, other = prices.find("gpt-6-luna"), prices.find("mine"), prices.find("gpt-5-mini")
    assert luna == Price(input=7, output=8, as_of="2026-11-20")
    assert mine is not None
    assert mine.compute_cost(Tokens(input=5)) == 0.0
    assert other is not None
    assert other.as_of == "2026-10-21"


@pytest.mark.parametrize(
    ("text", "field", "problem"),
    [
        pytest.param("as_of = ", None, "is not TOML", id="no TOML"),
        pytest.param("[models.m]\ninput=1\noutput=1\n", "as_of", "Field required", id="no date"),
        pytest.param('as_of="d"\n', "models", "Field required", id="no models"),
        pytest.param('as_of="d"\n[models.m]\ninput=1\n', "models.m.output", "Field required", id="no output"),
        pytest.param('as_of="d"\n[models.m]\ninput=-1\noutput=1\n', "models.m.input", "greater", id="below zero"),
        pytest.param('as_of="d"\n[models.m]\ninput=inf\noutput=1\n', "models.m.input", "finite", id="endless"),
        pytest.param('as_of="d"\n[models.m]\ninput=nan\noutput=1\n', "models.m.input", "", id="no number"),
        pytest.param(
            'as_of="d"\n[models.gpt-6.1]\ninput=1\noutput=1\n', "models.gpt-6.1", "not permitted", id="name with a dot"
        ),
        pytest.param('as_of="d"\nmodel="m"\n[models]\n', "model", "not permitted", id="unknown field"),
    ],
)
def test_a_bad_file_names_field_and_remedy(tmp_path: Path, text: str, field: str | None, problem: str) -> None:
    path = tmp_path / "prices.toml"
    path.write_text(text)
    with pytest.raises(BadFile) as caught:
        load_prices(path)
    assert (caught.value.field, caught.value.path) == (field, str(path))
    assert problem in str(caught.value)
    assert "SCOPENOTE_PRICES" in caught.value.remedy


@pytest.mark.parametrize(
    "content", [pytest.param(b"\xff\xfe", id="no text"), pytest.param(b"#" * 1_000_001, id="too long")]
)
def test_a_file_that_is_no_price_list_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "prices.toml"
    path.write_bytes(content)
    with pytest.raises(BadFile):
        load_prices(path)


def test_an_absent_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="cannot be read"):
        load_prices(tmp_path / "none.toml")
