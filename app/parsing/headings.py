"""Owns which lines of plain text are headings: their form is all there is to tell them by."""

import re
from collections.abc import Sequence

MAX_LENGTH = 100
MAX_WORDS = 14
_MAX_IN_A_ROW = 3
"""More short lines than this in a row are a list, of which at most the last is a heading."""
_BODY_LENGTH = 100

_ENDS_SENTENCE = re.compile(r"[.!?…:;,。！？।؟][\"'”’)\]»]*$")
_ENDS_AS_HEADING = re.compile(r"[^.!…:;,。！।]\??$|[?？؟]$")
_LIST_ITEM = re.compile(r"(?:[-*+•‣▪◦–—]|\(?(?:\d{1,3}|[a-z])[.)])\s")
_LETTER = re.compile(r"[^\W\d_]")


def find_headings(lines: Sequence[str]) -> list[bool]:
    """For each line whether it is a heading: short, no sentence, and followed by text or by such a line."""
    found = [False] * len(lines)
    row = 0
    for at in range(len(lines) - 2, -1, -1):
        line, below = lines[at], lines[at + 1]
        if not _looks_like_heading(line):
            row = 0
        elif found[at + 1]:
            row += 1
            found[at] = row <= _MAX_IN_A_ROW
        elif len(below) > len(line) and _looks_like_body(below):
            row = 1
            found[at] = True
    return found


def looks_like_title(line: str) -> bool:
    """Whether a first line can stand as the title of what follows."""
    return _looks_like_heading(line)


def _looks_like_heading(line: str) -> bool:
    if len(line) > MAX_LENGTH or len(line.split()) > MAX_WORDS or not _LETTER.search(line):
        return False
    return _ENDS_AS_HEADING.search(line) is not None and not _LIST_ITEM.match(line)


def _looks_like_body(line: str) -> bool:
    return len(line) >= _BODY_LENGTH or _ENDS_SENTENCE.search(line) is not None
