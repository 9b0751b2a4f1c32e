"""Owns the words in which a plan is told to people before anything is spent."""

from collections.abc import Sequence

from app.domain.plan import Plan
from app.domain.telling import tell_count
from app.judges.plan_reasons import say_usd


def tell_plan(plan: Plan) -> tuple[str, ...]:
    """What asking by this plan would take, and why it is so, one sentence or two per line."""
    if plan.strategy == "local":
        return (plan.reason, "No calls, no tokens, no cost.", *_tell_notes(plan))
    return (plan.reason, _tell_calls(plan), _tell_tokens(plan), _tell_money(plan), *_tell_notes(plan))


def tell_sum(plans: Sequence[Plan]) -> str:
    """What several plans come to together, in one line."""
    calls = tell_count(sum(plan.calls for plan in plans), "call")
    tokens = (
        f"{sum(plan.input_tokens for plan in plans):,} tokens in, {sum(plan.output_tokens for plan in plans):,} out"
    )
    costs = [plan.cost_usd for plan in plans if plan.cost_usd is not None]
    most = [plan.most_usd for plan in plans if plan.most_usd is not None]
    if len(costs) < len(plans) or len(most) < len(plans):
        return f"{calls}, {tokens}, cost not known"
    return f"{calls}, {tokens}, about {say_usd(sum(costs))}, {say_usd(sum(most))} at most"


def _tell_calls(plan: Plan) -> str:
    batches, parts = len(plan.batches), len(plan.parts)
    prompts = tell_count(batches, "prompt")
    if parts == 1:
        return f"{tell_count(plan.calls, 'call')}: {prompts} for the article as a whole."
    return f"{tell_count(plan.calls, 'call')}: {prompts} for each of the {parts} parts that the article is read in."


def _tell_tokens(plan: Plan) -> str:
    how = "counted" if plan.exact else "estimated"
    cached = f"of them {plan.cached_tokens:,} from a warm cache; " if plan.cached_tokens else ""
    return f"Input: {plan.input_tokens:,} tokens ({how}); {cached}output: about {plan.output_tokens:,}."


def _tell_money(plan: Plan) -> str:
    if plan.cost_usd is None:
        return "Cost: not known, because the price list lacks this model. SCOPENOTE_PRICES adds it."
    most = (
        "" if plan.most_usd is None else f", {say_usd(plan.most_usd)} at most (nothing cached, long replies, repairs)"
    )
    dated = f" Prices as of {plan.prices_as_of}." if plan.prices_as_of else ""
    return f"Cost: about {say_usd(plan.cost_usd)}{most}.{dated}"


def _tell_notes(plan: Plan) -> tuple[str, ...]:
    return tuple(f"Note: {note}." for note in plan.notes)
