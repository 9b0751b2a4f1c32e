"""Owns visible text: what a reader of the article sees, in blocks, before it is cut into sentences."""

import re
from typing import NamedTuple

from app.domain.article import Removed
from app.parsing.characters import normalise
from app.parsing.tracing import Edit, Traced, edit

BLOCK, HEADING, LINE = "\ufde1", "\ufde2", "\ufde3"
"""Marks in laid-out text to be: a block begins, a heading begins, a line ends inside a block."""

_BLANK = re.compile(f"[ \t\n{LINE}]+")
_BLOCKS = re.compile(f"([{BLOCK}{HEADING}])([^{BLOCK}{HEADING}]*)")
_EDGES = f" \n{LINE}"


class Block(NamedTuple):
    """Where a block of text lies; `heading` where it is one, None where its form does not tell."""

    start: int
    end: int
    heading: bool | None


class Visible(NamedTuple):
    """Visible text in normal form with what was found and left out on the way.

    `stretches` of `traced` lead to the submitted string; `title` is what the document calls itself, or "".
    """

    traced: Traced
    blocks: tuple[Block, ...]
    title: str
    removed: Removed
    warnings: tuple[str, ...]


def lay_out(traced: Traced) -> tuple[Traced, tuple[Block, ...], Removed, tuple[str, ...]]:
    """Text with marks as normal-form text: one block after a blank line each, white space as a browser shows it."""
    normal = normalise(traced)
    text = normal.traced.text
    traced = edit(normal.traced, (_close_up(match) for match in _BLANK.finditer(text) if match[0] != " "))
    edits: list[Edit] = []
    blocks: list[Block] = []
    length = last = 0
    for match in _BLOCKS.finditer(traced.text):
        content = match[2].strip(_EDGES)
        if not content:
            continue
        start = match.start(2) + match[2].index(content)
        gap = "\n\n" if blocks else ""
        edits.append((last, start, gap))
        blocks.append(Block(length + len(gap), length + len(gap) + len(content), match[1] == HEADING))
        length += len(gap) + len(content)
        last = start + len(content)
    edits.append((last, len(traced.text), ""))
    removed = Removed(invisible_characters=normal.invisible)
    return edit(traced, edits), tuple(blocks), removed, warn_of_marks(normal.excess_marks)


def warn_of_marks(excess: int) -> tuple[str, ...]:
    """A warning where accents beyond reason were left out."""
    if not excess:
        return ()
    return (f"{excess:,} combining marks were left out: more than 30 stood on one character.",)


def _close_up(match: re.Match[str]) -> Edit:
    return match.start(), match.end(), "\n" if LINE in match[0] else " "
