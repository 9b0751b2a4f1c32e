"""Owns the merging of what was said about the parts of an article into one verdict per category."""

import textwrap
from collections.abc import Sequence

from app.domain.category import Category
from app.domain.value import Value
from app.domain.verdict import Verdict
from app.judges.claims import MAX_RATIONALE, Claims, join_claims
from app.prompting.echoes import find_echo

MAX_WARNINGS = 10
NAMED = 3


class Answer(Value):
    """What came of asking about some categories and one part: claims by category id, none where no answer came."""

    asked: frozenset[str]
    claims: dict[str, Claims]
    warnings: tuple[str, ...] = ()


class Shown(Value):
    """What the model was shown: instructions, categories with boundary examples, and the article's text."""

    instructions: str
    categories: tuple[Category, ...]
    article_text: str


def merge(category: Category, answers: Sequence[Answer], shown: Shown) -> Verdict:
    """One verdict about a category from all that was said of the article's parts.

    A topic holds where any part shows it, and so does an exclusion. Where no part that was asked
    about gives an answer, or only some do, the verdict is unreadable: what the others say is kept,
    and a person has to look. Parts disagree where one says that an exclusion holds and another
    carries topics without it.
    """
    said = [answer.claims.get(category.id) for answer in answers if category.id in answer.asked]
    heard = [claims for claims in said if claims is not None]
    if not heard:
        return Verdict(category_id=category.id, unreadable=True)
    joined = join_claims(heard)
    return Verdict(
        category_id=category.id,
        topics=joined.topics,
        exclusions=joined.exclusions,
        rationale=_clean(joined, category, shown),
        unreadable=len(heard) < len(said),
        sections_disagree=_disagree(heard),
    )


def collect_warnings(answers: Sequence[Answer]) -> tuple[str, ...]:
    """The warnings of all answers, each once, the first ones where there are many."""
    told = list(dict.fromkeys(warning for answer in answers for warning in answer.warnings))
    if len(told) <= MAX_WARNINGS:
        return tuple(told)
    return (*told[:MAX_WARNINGS], f"and {len(told) - MAX_WARNINGS} more warnings about the model's replies")


def _disagree(heard: Sequence[Claims]) -> bool:
    excluded = {check.about for claims in heard for check in claims.exclusions}
    return any(claims.topics and not excluded <= {check.about for check in claims.exclusions} for claims in heard)


def _clean(claims: Claims, category: Category, shown: Shown) -> str:
    """The rationale, unless it repeats the instructions or an example instead of the article: then one made here."""
    echo = find_echo(claims.rationale, shown.categories, shown.article_text, instructions=shown.instructions)
    if echo is None:
        return claims.rationale
    texts = {topic.id: topic.text for topic in category.topics}
    named = [texts.get(check.about, category.title) for check in claims.topics[:NAMED]]
    plain = f"It treats: {'; '.join(named)}." if named else "No topic of it is treated."
    return textwrap.shorten(plain, MAX_RATIONALE, placeholder=" …")
