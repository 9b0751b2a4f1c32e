"""Owns the way back from a line of a text field to the line of the file that it was written on."""

import re
from collections.abc import Iterable
from typing import Final

_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_SNIPPET: Final = 24
_REACH: Final = 20_000


def find_source_lines(value: str, wanted: Iterable[int], source: str, first_line: int) -> dict[int, int]:
    """The file's line for each of the `wanted` lines (from 0) of a field's value.

    The field is given on `first_line` of `source`, in whichever notation: lines are found again by
    how they begin, in order. One that an escape hides gets the line found for the one before it.
    """
    rows = list(_LINE_END.finditer(source))
    position = rows[first_line - 2].end() if first_line >= 2 else 0
    line = first_line
    found: dict[int, int] = {}
    last = max(wanted, default=-1)
    for number, words in enumerate(value.splitlines()[: last + 1]):
        snippet = words.strip()[:_SNIPPET]
        at = source.find(snippet, position, position + _REACH) if snippet else -1
        if at >= 0:
            line += len(_LINE_END.findall(source, position, at))
            position = at
            end = at + len(snippet)
            line += len(_LINE_END.findall(source, position, end))
            position = end
        found[number] = line
    return {number: found[number] for number in wanted if number in found}
