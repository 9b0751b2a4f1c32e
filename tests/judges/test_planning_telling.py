"""A plan told to people: calls, tokens and money before anything is spent."""

from app.domain.plan import Part, Plan
from app.domain.verdict import Candidate
from app.judges.plan_telling import tell_plan
from tests.judges.planned import build_definitions

CANDIDATES = tuple(Candidate(category=category, score=0.0) for category in build_definitions(4))
ONE = Part(sentences=(1, 2))


def test_a_plan_is_told_with_its_figures() -> None:
    plan = Plan(
        strategy="together",
        reason="All 4 definitions fit in one prompt.",
        batches=(CANDIDATES,),
        parts=(ONE,),
        calls=1,
        input_tokens=6432,
        cached_tokens=5400,
        output_tokens=700,
        cost_usd=0.000507,
        most_usd=0.0041,
        prices_as_of="2026-10-21",
    )
    assert tell_plan(plan) == (
        "All 4 definitions fit in one prompt.",
        "1 call: 1 prompt for the article as a whole.",
        "Input: 6,432 tokens (counted); of them 5,400 from a warm cache; output: about 700.",
        "Cost: about USD 0.00051, USD 0.00410 at most (nothing cached, long replies, repairs). Prices as of 2026-10-21.",
    )


def test_a_plan_without_a_price_says_how_to_give_one_and_tells_its_notes() -> None:
    plan = Plan(
        strategy="chunks",
        reason="Because.",
        batches=(CANDIDATES[:2], CANDIDATES[2:]),
        parts=(ONE, Part(sentences=(3,))),
        calls=4,
        input_tokens=900,
        output_tokens=80,
        exact=False,
        cost_usd=None,
        most_usd=None,
        notes=("3 of 90 sentences are read",),
    )
    assert tell_plan(plan) == (
        "Because.",
        "4 calls: 2 prompts for each of the 2 parts that the article is read in.",
        "Input: 900 tokens (estimated); output: about 80.",
        "Cost: not known, because the price list lacks this model. SCOPENOTE_PRICES adds it.",
        "Note: 3 of 90 sentences are read.",
    )


def test_a_local_plan_costs_nothing() -> None:
    plan = Plan(strategy="local", reason="The local judge answers.", batches=(CANDIDATES,), parts=(ONE,))
    assert tell_plan(plan) == ("The local judge answers.", "No calls, no tokens, no cost.")
