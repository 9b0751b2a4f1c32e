"""Owns the question whether a definition says enough, and not too much."""

from collections.abc import Iterator
from typing import Final

from app.domain.category import Category
from app.linting.findings import LintFinding, find_about

_CHARACTERS_PER_TOKEN: Final = 5.2
"""Of definitions in English prose under the o200k encoding, rounded so as to rather over-count."""

_MIN_TOKENS: Final = 80
_GOOD_TOKENS: Final = 600
_MAX_TOKENS: Final = 1200
_WORDS_OF_A_REMARK: Final = 4


def find_gaps(category: Category) -> Iterator[LintFinding]:
    """What a definition lacks: scope, topics, exclusions, or all but its title."""
    if not (category.scope or category.description or category.topics):
        message = "has nothing but its title. Write what belongs to it and what does not."
        yield find_about(category, "title_only", "warning", message)
        return
    if not (category.topics or category.exclusions):
        message = "is only described. Key topics and exclusions would make its decisions checkable."
        yield find_about(category, "description_only", "info", message)
        return
    if not category.scope:
        yield find_about(category, "no_scope", "warning", "has no scope. Say in a sentence or two what it is for.")
    if not category.topics:
        yield find_about(
            category, "no_topics", "warning", "has no key topics. List what an article about it discusses."
        )
    if not category.exclusions:
        message = "has no exclusions. List what is near it and yet does not belong to it."
        yield find_about(category, "no_exclusions", "warning", message)


def find_odd_lengths(category: Category) -> Iterator[LintFinding]:
    """Definitions of 400 to 600 tokens guide a model best; far beyond, each rule weighs less."""
    tokens = estimate_tokens(category)
    if tokens > _MAX_TOKENS:
        message = f"has about {tokens} tokens; beyond {_MAX_TOKENS}, models overlook rules. Aim at 400 to 600."
        yield find_about(category, "too_long", "warning", message)
    elif tokens > _GOOD_TOKENS * 1.25:
        message = f"has about {tokens} tokens; 400 to 600 guide a model best. Can something go?"
        yield find_about(category, "long", "info", message)
    elif tokens < _MIN_TOKENS and (category.topics or category.exclusions):
        message = f"has about {tokens} tokens, which leaves much to guess. Aim at 400 to 600."
        yield find_about(category, "too_short", "info", message)
    for exclusion in category.exclusions:
        if (
            exclusion.origin == "derived"
            and len(exclusion.text.split()) < _WORDS_OF_A_REMARK
            and not exclusion.subjects
        ):
            message = (
                f"exclusion {exclusion.id} ({exclusion.text!r}) is too short to be checked. Say what it keeps out."
            )
            yield find_about(category, "thin_exclusion", "info", message)


def estimate_tokens(category: Category) -> int:
    """About how many tokens a definition costs in a prompt."""
    topics = [topic.text for topic in category.topics]
    exclusions = [rule.text for rule in category.exclusions]
    characters = sum(map(len, (category.title, category.scope, category.summary, *topics, *exclusions)))
    return round(characters / _CHARACTERS_PER_TOKEN)
