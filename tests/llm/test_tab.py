"""The tab: what one classification has run up, and what calls under way may still add."""

from app.domain.verdict import Usage
from app.llm.tab import Tab


def test_what_is_spent_adds_up() -> None:
    tab = Tab()
    tab.add(Usage(calls=1, input_tokens=10, cached_tokens=4, output_tokens=2, cost_usd=0.5, prices_as_of="2026-10-21"))
    tab.add(Usage(calls=2, input_tokens=5, output_tokens=1, cost_usd=0.25))
    assert tab.usage == Usage(
        calls=3, input_tokens=15, cached_tokens=4, output_tokens=3, cost_usd=0.75, prices_as_of="2026-10-21"
    )


def test_a_cost_that_is_not_known_makes_the_sum_unknown() -> None:
    tab = Tab()
    for cost_usd in (0.5, None, 0.5):
        tab.add(Usage(calls=1, cost_usd=cost_usd))
    assert tab.usage.cost_usd is None


def test_what_is_held_counts_until_it_is_settled() -> None:
    tab = Tab()
    tab.hold("a", 100, 0.5)
    tab.hold("b", 10, 0.25)
    assert (tab.tokens, tab.cost_usd, tab.usage.calls) == (110, 0.75, 0)
    tab.settle("a", Usage(calls=1, input_tokens=20, output_tokens=5, cost_usd=0.125))
    assert (tab.tokens, tab.cost_usd) == (35, 0.375)
    tab.settle("b", Usage(calls=1, cost_usd=0.0))
    assert (tab.tokens, tab.cost_usd, tab.usage.calls) == (25, 0.125, 2)
