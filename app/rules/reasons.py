"""Owns the words in which a finding gives its reason to an editor."""

from collections.abc import Sequence

from app.domain.exclusion import ExclusionRule


def say_share(share: float) -> str:
    """A share as an editor reads it: "18 %", "under 1 %", "no"."""
    if share == 0:
        return "no"
    return "under 1 %" if share < 0.01 else f"{share:.0%}".replace("%", " %")


def say_sentences(share: float) -> str:
    """The same with its noun: "18 % of sentences", "no sentence"."""
    return "no sentence" if share == 0 else f"{say_share(share)} of sentences"


def name_subject(rule: ExclusionRule) -> str:
    """What the rule is about, in its definition's words."""
    return _join(rule.subjects) if rule.subjects else "anything else"


def name_condition(rule: ExclusionRule) -> str:
    """What rescues from the rule, in its definition's words."""
    return _join(rule.condition.phrases) if rule.condition else "nothing"


def _join(phrases: Sequence[str]) -> str:
    shown = list(dict.fromkeys(phrase.strip() for phrase in phrases))
    if len(shown) > 3:
        shown = [*shown[:3], "the like"]
    return " or ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else shown[0]
