"""Owns the words in which a plan says why it is as it is."""

from collections.abc import Sequence

from app.domain.telling import tell_count
from app.judges.pricing import Estimate


def explain_together(definitions: int, tokens: int, expected: Estimate) -> str:
    """Why all definitions are asked about at once."""
    said = "The definition fits" if definitions == 1 else f"All {definitions} definitions fit"
    cached = ", and a provider's cache holds it" if expected.cached else ""
    return f"{said} in one prompt of {tokens:,} tokens, which stays the same from article to article{cached}."


def explain_named(definitions: int, expected: Estimate) -> str:
    """Why nothing is left out, though it is too much for one prompt."""
    return f"All {definitions} categories were asked for, so none is left out: {_say_figures(expected)}."


def explain_chunks(definitions: int, chunks: Estimate, shortlist: Estimate) -> str:
    """Why all definitions are asked about in several prompts, by its figures and those of the other way."""
    return (
        f"All {definitions} definitions, in prompts that stay the same, come to {_say_figures(chunks)}; "
        f"a shortlist comes to about {_say_figures(shortlist)}."
    )


def explain_shortlist(listed: int, definitions: int, shortlist: Estimate, chunks: Estimate) -> str:
    """Why only the closest definitions are asked about, by its figures and those of the other way."""
    return (
        f"The {listed} of {definitions} definitions that words and vectors put closest come to "
        f"{_say_figures(shortlist)}; all of them, in prompts that stay the same, come to {_say_figures(chunks)}."
    )


def explain_nearest(
    asked: Sequence[Sequence[object]], chunks: int, definitions: int, nearest: Estimate, shortlist: Estimate
) -> str:
    """Why only the prompts that are nearest are sent, by their figures and those of a shortlist."""
    return (
        f"The {len(asked)} nearest to this article of {chunks} prompts that stay the same, each about definitions that "
        f"are alike, hold {sum(map(len, asked))} of {definitions} definitions and come to {_say_figures(nearest)}; "
        f"a shortlist costs no less, {_say_figures(shortlist)}, and holds no more of what words and vectors point to."
    )


def _say_figures(expected: Estimate) -> str:
    money = "" if expected.cost_usd is None else f", about {say_usd(expected.cost_usd)}"
    cached = " (cached ones at their share of the price)" if expected.equivalent < expected.input else ""
    return f"{tell_count(expected.calls, 'call')} and {expected.equivalent:,} input tokens{cached}{money}"


def say_usd(amount: float) -> str:
    """An amount in dollars that may be a small part of a cent."""
    return f"USD {amount:.2f}" if amount >= 1 else f"USD {amount:.5f}"
