"""Owns the splitting of an article into parts that are read one by one."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from app.domain.article import Article, Sentence
from app.domain.plan import Part

Block = tuple[Sentence, ...]
"""Sentences that stay together."""
Boundary = Callable[[Sentence, Sentence], bool]
"""Whether a new block begins between two neighbours."""


def split(article: Article, sizes: Sequence[int], limit: int, among: Sequence[int] | None = None) -> tuple[Part, ...]:
    """The article in as few parts of at most `limit` tokens as its sections allow, of about the same size.

    `sizes` holds the tokens of every sentence of the article. A section that is too large by itself
    is divided between paragraphs, a paragraph between sentences; a sentence that is too large is a
    part of its own. `among` limits it to the sentences of these numbers, in reading order.
    """
    chosen = article.sentences if among is None else tuple(article.sentences[number - 1] for number in among)
    blocks = list(_cut(chosen, sizes, limit, _BOUNDARIES))
    weights = [_weigh(block, sizes) for block in blocks]
    groups = _balance(weights, limit)
    return tuple(
        Part(sentences=tuple(sentence.number for place in group for sentence in blocks[place])) for group in groups
    )


def halve(article: Article, part: Part) -> tuple[Part, Part] | None:
    """The part in two of about the same length; None where it is one sentence."""
    if len(part.sentences) < 2:
        return None
    lengths = [len(article.quote(article.sentences[number - 1])) for number in part.sentences]
    total, so_far = sum(lengths), 0
    for place, length in enumerate(lengths[:-1], start=1):
        so_far += length
        if 2 * so_far >= total or place == len(lengths) - 1:
            break
    return Part(sentences=part.sentences[:place]), Part(sentences=part.sentences[place:])


def _opens_section(before: Sentence, after: Sentence) -> bool:
    """Headings that follow each other open one section."""
    return after.heading and not before.heading


def _opens_paragraph(before: Sentence, after: Sentence) -> bool:
    """A heading stays with what it announces."""
    return after.paragraph != before.paragraph and not before.heading


def _opens_sentence(_before: Sentence, _after: Sentence) -> bool:
    return True


_BOUNDARIES: tuple[Boundary, ...] = (_opens_section, _opens_paragraph, _opens_sentence)


def _cut(block: Block, sizes: Sequence[int], limit: int, boundaries: Sequence[Boundary]) -> Iterator[Block]:
    """The block as it is where it fits, else cut at the first kind of boundary, and on where a piece is too large."""
    if not boundaries or _weigh(block, sizes) <= limit:
        yield block
        return
    start = 0
    for place, (before, after) in enumerate(pairwise(block), start=1):
        if boundaries[0](before, after):
            yield from _cut(block[start:place], sizes, limit, boundaries[1:])
            start = place
    yield from _cut(block[start:], sizes, limit, boundaries[1:])


def _weigh(block: Block, sizes: Sequence[int]) -> int:
    return sum(sizes[sentence.number - 1] for sentence in block)


def _balance(weights: Sequence[int], limit: int) -> list[list[int]]:
    """The places of the weights in the fewest groups of neighbours under the limit, the heaviest as light as can be."""
    fewest = len(_fill(weights, limit))
    low, high = max((weight for weight in weights if weight <= limit), default=limit), limit
    while low < high:
        middle = (low + high) // 2
        if len(_fill(weights, middle)) <= fewest:
            high = middle
        else:
            low = middle + 1
    return _fill(weights, high)


def _fill(weights: Sequence[int], capacity: int) -> list[list[int]]:
    """Neighbours gathered for as long as they fit; what alone exceeds the capacity stays alone."""
    groups: list[list[int]] = []
    load = capacity
    for place, weight in enumerate(weights):
        if not groups or load + weight > capacity:
            groups.append([])
            load = 0
        groups[-1].append(place)
        load += weight
    return groups
