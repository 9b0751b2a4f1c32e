"""Owns the nearest chunks: of prompts that stay the same, the few that an article is asked about."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from app.domain.category import Category
from app.judges.batching import Room, group
from app.judges.pricing import Estimate
from app.judges.sizing import Sizes

Alike = Callable[[int], Awaitable[Sequence[Sequence[Category]]]]
"""The taxonomy's categories in groups of at most so many that are alike; the same from article to article."""

Chunk = tuple[Category, ...]


class AlikeChunks:
    """Prompts of definitions that are alike; kept for as long as the same objects are asked about."""

    def __init__(self, alike: Alike, sizes: Sizes) -> None:
        self._alike = alike
        self._sizes = sizes
        self._kept: tuple[tuple[Room, tuple[int, ...]], tuple[Chunk, ...]] | None = None

    async def list_chunks(self, categories: Sequence[Category], room: Room, most: int) -> tuple[Chunk, ...]:
        """These categories in prompts of at most `most`, with regard to no article.

        What is asked about decides only which definitions of a group are there. A group that is
        too large for the room is several prompts.
        """
        key = room, tuple(map(id, categories))
        if self._kept is None or self._kept[0] != key:
            asked_about = {category.id: category for category in categories}
            groups = [
                tuple(asked_about[category.id] for category in alike if category.id in asked_about)
                for alike in await self._alike(min(most, room.max_together))
            ]
            # The chunks hold the categories, so that their ids cannot come to mean others.
            self._kept = key, tuple(chunk for alike in groups for chunk in group(alike, self._sizes, room))
        return self._kept[1]


def choose_nearest(
    chunks: Sequence[Chunk],
    scores: Mapping[str, float],
    weigh: Callable[[Sequence[Chunk]], Estimate],
    other: Estimate,
) -> tuple[Chunk, ...]:
    """As many of the chunks that are nearest as cost no more than the other way, in their order.

    Near is a chunk with high scores: their squares are summed, so that few high ones count for more than many low ones.
    """

    def measure(chunk: Chunk) -> float:
        return sum(scores.get(category.id, 0.0) ** 2 for category in chunk)

    ranked = sorted(range(len(chunks)), key=lambda number: -measure(chunks[number]))
    taken: list[int] = []
    for number in ranked:
        if weigh([chunks[n] for n in (*taken, number)]).weight > other.weight:
            break
        taken.append(number)
    return tuple(chunks[number] for number in sorted(taken))


def hold_as_much(chunks: Sequence[Chunk], listed: Sequence[Category], scores: Mapping[str, float]) -> bool:
    """Whether the chunks hold as much of the article's scores as a shortlist does: scores say how likely each applies.

    In many chunks of few definitions, or where an article is about many things, they may hold less.
    """
    held = sum(scores.get(category.id, 0.0) for chunk in chunks for category in chunk)
    return held >= sum(scores.get(category.id, 0.0) for category in listed)
