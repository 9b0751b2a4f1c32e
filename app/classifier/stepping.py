"""Owns where a step of computing is done: on the event loop where it is short, else in a thread."""

import asyncio
from collections.abc import Callable, Sequence
from typing import ParamSpec, TypeVar

from app.domain.article import Article
from app.domain.category import Category
from app.domain.verdict import Judgement

P = ParamSpec("P")
T = TypeVar("T")

SHORT = 20_000
"""Characters to look through in a few milliseconds. Most steps take less than one, and to hand a step
to a thread and wait for it takes a third of one by itself."""


async def step(length: int, work: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
    """What the work gives back; `length` is how many characters it has to look through."""
    return work(*args, **named) if length <= SHORT else await asyncio.to_thread(work, *args, **named)


def count_for_quotes(article: Article, *judgements: Judgement | None) -> int:
    """Characters to look through for all that is quoted: the article's, once more for every quote."""
    verdicts = [verdict for judgement in judgements if judgement for verdict in judgement.verdicts]
    checks = [check for verdict in verdicts for check in (*verdict.topics, *verdict.exclusions)]
    return len(article.text) * (1 + sum(bool(check.quote) + len(check.further) for check in checks))


def count_for_rules(article: Article, categories: Sequence[Category]) -> int:
    """Characters to look through for all exclusions: the article's, once more for every term of a pinned rule."""
    pinned = [rule.pinned for category in categories for rule in category.exclusions if rule.pinned]
    terms = sum(len(rule.when.any) + (len(rule.unless.any) if rule.unless else 0) for rule in pinned)
    return len(article.text) * (1 + terms)
