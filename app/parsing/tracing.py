"""Owns text that knows where in its source each stretch of it stands.

A stretch is (start, source, length) in code points: `text[start:start + length]` stands letter for letter
at `source`. The stretches of a text ascend on both sides and never overlap.
"""

from collections.abc import Iterable
from typing import NamedTuple

Stretch = tuple[int, int, int]
Edit = tuple[int, int, str]
"""Replace text[start:end] by a string."""
Fragment = tuple[str, int]
"""A piece of text, where it may stand in the source; -1 for what does not stand there."""


class Traced(NamedTuple):
    """A text with the stretches that lead back to its source."""

    text: str
    stretches: list[Stretch]


def trace_whole(text: str) -> Traced:
    """A text that is its own source."""
    return Traced(text, [(0, 0, len(text))] if text else [])


def compose(outer: Iterable[Stretch], inner: list[Stretch]) -> list[Stretch]:
    """Stretches into a text, led on through that text's own stretches to its source."""
    led: list[Stretch] = []
    at = 0
    for start, middle, length in outer:
        end = middle + length
        while at < len(inner) and inner[at][0] + inner[at][2] <= middle:
            at += 1
        look = at
        while look < len(inner) and inner[look][0] < end:
            inner_start, source, inner_length = inner[look]
            low, high = max(middle, inner_start), min(end, inner_start + inner_length)
            _extend(led, (start + low - middle, source + low - inner_start, high - low))
            look += 1
    return led


def edit(traced: Traced, edits: Iterable[Edit]) -> Traced:
    """The text with ascending, separate edits made; what they leave alone stays traced."""
    text = traced.text
    parts: list[str] = []
    kept: list[Stretch] = []
    at = length = 0
    for start, end, replacement in edits:
        if start > at:
            parts.append(text[at:start])
            kept.append((length, at, start - at))
            length += start - at
        parts.append(replacement)
        length += len(replacement)
        at = end
    if at == 0:
        return traced if not parts else Traced("".join(parts) + text, _shift(traced.stretches, length))
    parts.append(text[at:])
    if at < len(text):
        kept.append((length, at, len(text) - at))
    return Traced("".join(parts), compose(kept, traced.stretches))


def assemble(fragments: Iterable[Fragment], source: str) -> Traced:
    """Fragments joined; each is traced as far as it really stands where it says, after those before it."""
    parts: list[str] = []
    stretches: list[Stretch] = []
    length = reached = 0
    for text, at in fragments:
        if at >= reached and text:
            same = _count_same(text, source, at)
            if same:
                _extend(stretches, (length, at, same))
                reached = at + same
        parts.append(text)
        length += len(text)
    return Traced("".join(parts), stretches)


def _count_same(text: str, source: str, at: int) -> int:
    if source.startswith(text, at):
        return len(text)
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if source.startswith(text[:middle], at):
            low = middle
        else:
            high = middle - 1
    return low


def _extend(stretches: list[Stretch], more: Stretch) -> None:
    if stretches:
        start, source, length = stretches[-1]
        if start + length == more[0] and source + length == more[1]:
            stretches[-1] = (start, source, length + more[2])
            return
    stretches.append(more)


def _shift(stretches: list[Stretch], by: int) -> list[Stretch]:
    return [(start + by, source, length) for start, source, length in stretches]
