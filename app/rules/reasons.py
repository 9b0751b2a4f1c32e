"""Owns the words in which a finding gives its reason to an editor."""

from collections.abc import Sequence

from app.domain.exclusion import ExclusionRule

_SINGULAR = {"are": "is", "treat": "treats", "tie": "ties", "hold": "holds", "look": "looks"}


def say_share(share: float) -> str:
    """A share as an editor reads it: "18 %", "under 1 %"."""
    return "under 1 %" if share < 0.01 else f"{share:.0%}".replace("%", " %")


def say_sentences(share: float, verb: str, rest: str) -> str:
    """How many sentences do what the verb says: "18 % of sentences are about X", "no sentence is about X"."""
    if share == 0:
        return f"no sentence {_SINGULAR[verb]} {rest}"
    return f"{say_share(share)} of sentences {verb} {rest}"


def begin(words: str) -> str:
    """The words as the beginning of a sentence."""
    return words[:1].upper() + words[1:]


def admit_sample(reason: str) -> str:
    """The same reason where only some of the article's sentences were looked at."""
    looked_at = reason.replace(" of sentences", " of the sentences looked at")
    return looked_at.replace("No sentence ", "No sentence looked at ").replace("no sentence ", "no sentence looked at ")


def name_subject(rule: ExclusionRule) -> str:
    """What the rule is about, in its definition's words."""
    return _join(rule.subjects) if rule.subjects else "what this excludes"


def name_condition(rule: ExclusionRule) -> str:
    """What rescues from the rule, in its definition's words; "what would keep it here" where it names nothing."""
    phrases = rule.condition.phrases if rule.condition else ()
    return _join(phrases) if phrases else "what would keep it here"


def _continue(phrase: str) -> str:
    """The phrase inside a sentence: a capital that only began its bullet is none there; names and acronyms stay."""
    first, *rest = phrase.split(" ")
    begins_bullet = first[:1].isupper() and first[1:].islower() and rest and rest[0][:1].islower()
    return phrase[:1].lower() + phrase[1:] if begins_bullet else phrase


def _join(phrases: Sequence[str]) -> str:
    shown = list(dict.fromkeys(_continue(phrase.strip()) for phrase in phrases))
    if len(shown) > 3:
        shown = [*shown[:3], "the like"]
    return " or ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else shown[0]
