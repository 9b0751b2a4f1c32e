"""Owns plain text to visible text: the lines stay as they are, each a block of its own."""

import re
from collections.abc import Iterator

from app.domain.article import Removed
from app.parsing.characters import normalise
from app.parsing.tracing import Traced, edit
from app.parsing.visible import Block, Visible, warn_of_marks

_LINE = re.compile(r"[^\n]+")


def read_plain_text(source: Traced) -> Visible:
    """Plain text in normal form. Only empty lines at both ends are taken off."""
    normal = normalise(source)
    text = normal.traced.text
    end = len(text.rstrip())
    start = text.rfind("\n", 0, len(text) - len(text.lstrip())) + 1
    line_end = text.find("\n", end)
    traced = edit(normal.traced, ((0, start, ""), (line_end if line_end >= 0 else len(text), len(text), "")))
    return Visible(
        traced=traced,
        blocks=tuple(_find_lines(traced.text)),
        title="",
        removed=Removed(invisible_characters=normal.invisible),
        warnings=warn_of_marks(normal.excess_marks),
    )


def _find_lines(text: str) -> Iterator[Block]:
    for match in _LINE.finditer(text):
        line = match[0].strip()
        if line:
            start = match.start() + match[0].index(line)
            yield Block(start, start + len(line), None)
