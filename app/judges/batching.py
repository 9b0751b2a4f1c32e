"""Owns the grouping of categories into prompts: which are asked about together, in which order."""

from collections.abc import Sequence
from math import ceil

from pydantic import NonNegativeInt, PositiveInt

from app.domain.category import Category
from app.domain.value import Value
from app.judges.sizing import TURNS, Sizes, bound_output

STEP = 5
"""Prompts grow by so many categories at once, so that most additions leave all but the last as they are."""


class Room(Value):
    """What one prompt may hold: categories, and tokens beside which `part_tokens` of the article must fit."""

    max_together: PositiveInt
    context_tokens: PositiveInt
    part_tokens: NonNegativeInt


def group(categories: Sequence[Category], sizes: Sizes, room: Room) -> tuple[tuple[Category, ...], ...]:
    """The categories in prompts of about the same number, in their order.

    Which prompt a category is in depends on the taxonomy and on limits, never on the article, so
    that prompts stay the same and caches hit. As the size of a prompt grows in steps, a category
    that is added at the end mostly changes the last prompt only. A definition that is too large by
    itself has a prompt of its own.
    """
    size = choose_size(len(categories), room.max_together)
    groups: list[list[Category]] = []
    tokens = 0
    for category in categories:
        added = sizes.count_definition(category)
        if groups and len(groups[-1]) < size and _holds(room, tokens + added, [*groups[-1], category]):
            groups[-1].append(category)
            tokens += added
        else:
            groups.append([category])
            tokens = sizes.header + added
    return tuple(map(tuple, groups))


def choose_size(count: int, most: int) -> int:
    """How many of `count` categories go in one prompt: as few as the fewest prompts allow, rounded up to a step."""
    even = ceil(count / max(1, ceil(count / most)))
    return max(1, min(most, ceil(even / STEP) * STEP))


def _holds(room: Room, tokens: int, categories: Sequence[Category]) -> bool:
    return tokens + room.part_tokens + TURNS + bound_output(categories) <= room.context_tokens
