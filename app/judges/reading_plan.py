"""Owns how much of an article is read: all at once, in parts, or its most telling sentences."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from app.domain.article import Article, Sentence
from app.domain.plan import Part
from app.domain.value import Value
from app.judges.sizing import Sizes
from app.judges.splitting import split

T = TypeVar("T")

Choose = Callable[[Article, int], Awaitable[Sequence[int]]]
"""The numbers of so many sentences of an article, the most telling first."""

OPENING = 5
"""Sentences at the start that are always read: they say what the article is about."""
SHRINK = 0.9
"""By how much fewer sentences are taken where those chosen do not fit."""
TOLD = 5
SHORT = 20_000
"""Characters up to which an article is counted at once, in a millisecond or two."""


class Reading(Value):
    """The parts of an article that are read, and what a reader of the result should know about that."""

    parts: tuple[Part, ...]
    notes: tuple[str, ...] = ()


async def plan_reading(article: Article, sizes: Sizes, choose: Choose, *, limit: int, max_parts: int) -> Reading:
    """The article in parts whose message takes at most `limit` tokens, `max_parts` of them at most.

    Nothing is left out silently: where the article is longer than that, `notes` say what is read.
    """
    if await _run(article, lambda: sizes.count_article(article)) <= limit:
        return Reading(parts=(Part(sentences=tuple(s.number for s in article.sentences)),))
    counted = await _run(article, lambda: sizes.count_sentences(article))
    envelope = sizes.count_article(article, (1,)) - counted[0]
    # A title without end must not crowd the text out.
    net = max(1, limit // 4, limit - envelope)
    parts = await _run(article, lambda: split(article, counted, net))
    if len(parts) <= max_parts:
        huge = [sentence for sentence, size in zip(article.sentences, counted, strict=True) if size > net]
        return Reading(parts=parts, notes=_tell_huge(huge, limit))
    ranked = await _rank(article, counted, choose, net * max_parts, net)
    parts = await _run(article, lambda: _fit(article, counted, ranked, net, max_parts))
    read = sum(len(part.sentences) for part in parts)
    note = (
        f"{read:,} of {len(article.sentences):,} sentences are read, the opening and the most telling ones: "
        f"the article takes more than {max_parts} parts of {limit:,} tokens"
    )
    return Reading(parts=parts, notes=(note,))


async def _rank(article: Article, counted: Sequence[int], choose: Choose, most: int, net: int) -> list[int]:
    """The numbers of sentences to read, the opening first, then the most telling, as many as `most` tokens hold.

    A sentence of more than `net` tokens would take a part of its own and is not among them.
    """
    wanted = min(len(counted), max(OPENING, most * len(counted) // max(1, sum(counted))))
    told = [number for number in await choose(article, wanted) if 1 <= number <= len(counted)]
    ranked, load = [], 0
    for number in dict.fromkeys((*range(1, min(OPENING, len(counted)) + 1), *told)):
        size = counted[number - 1]
        if size <= net and load + size <= most:
            ranked.append(number)
            load += size
    # Where all of these are too large, one has to do: the model is asked, and says whether it can read it.
    return ranked or [1]


def _fit(article: Article, counted: Sequence[int], ranked: Sequence[int], net: int, max_parts: int) -> tuple[Part, ...]:
    """The parts of as many of the ranked sentences as fit in so many parts; the least telling go first."""
    parts = split(article, counted, net, sorted(ranked))
    while len(parts) > max_parts:
        ranked = ranked[: max(1, int(len(ranked) * SHRINK))]
        parts = split(article, counted, net, sorted(ranked))
    return parts


def _tell_huge(huge: Sequence[Sentence], limit: int) -> tuple[str, ...]:
    if not huge:
        return ()
    names = ", ".join(str(sentence.number) for sentence in huge[:TOLD])
    return (f"longer than {limit:,} tokens without a sentence's end, and read by themselves: sentences {names}",)


async def _run(article: Article, work: Callable[[], T]) -> T:
    """The work done at once for a short article, in a thread for one that would hold up the event loop."""
    return work() if len(article.text) <= SHORT else await asyncio.to_thread(work)
