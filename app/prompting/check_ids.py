"""Owns the short ids by which a prompt names checks, and the way back from what a model writes."""

import re
from typing import Final

from app.domain.category import Category

_SHORT: Final = re.compile(r"[tx]\d+(?!\w)")


def shorten(check_id: str) -> str:
    """The part of a topic's or exclusion's id that is its own: "t1" of "operating-model#t1"."""
    return check_id.rpartition("#")[2]


def find_topic(category: Category, written: str) -> str | None:
    """The id of the topic that a model means, None where the category has none of that name.

    Where a category lists no topics, its one check "t1" stands for the category itself.
    """
    if category.topics:
        return _find(category, [topic.id for topic in category.topics], written)
    return category.id if _fold(category, written) in {"t1", ""} else None


def find_exclusion(category: Category, written: str) -> str | None:
    """The id of the exclusion that a model means, None where it was not asked about such a one."""
    return _find(category, [rule.id for rule in category.exclusions if not rule.pinned], written)


def _find(category: Category, ids: list[str], written: str) -> str | None:
    wanted = _fold(category, written)
    return next((check_id for check_id in ids if shorten(check_id).casefold() == wanted), None)


def _fold(category: Category, written: str) -> str:
    """The check's own id in what a model wrote: some put the category's before it, or the check's words after it."""
    own = written.strip().casefold().removeprefix(category.id.casefold()).lstrip("#/:. ")
    found = _SHORT.match(own)
    return found[0] if found else own
