"""Owns plain data that remembers the lines it was written on."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

from pydantic import JsonValue

from app.domain.value import Value
from app.errors import BadFile

MAX_DEPTH: Final = 32
"""How deep lists and mappings may nest in anything that a person wrote by hand."""

_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_NOT_TEXT: Final = re.compile(r"[\x00\ud800-\udfff]")


class Located(Value):
    """Data as JSON knows it, and where its parts stand.

    `lines` gives the 1-based line of every key and list item by its pointer: "/a/0/b" is the `b`
    of the first item of `a` (RFC 6901, so "~1" stands for a "/" in a key).
    """

    value: JsonValue
    lines: dict[str, int]
    warnings: tuple[str, ...] = ()


class LineTable:
    """Line numbers for offsets into one text; lines end as editors count them."""

    def __init__(self, text: str, first_line: int = 1) -> None:
        self._starts = [0, *(match.end() for match in _LINE_END.finditer(text))]
        self._first_line = first_line

    def find_line(self, offset: int) -> int:
        """The number of the line that the character at `offset` stands on."""
        return bisect_right(self._starts, offset) - 1 + self._first_line


def point(pointer: str, step: str | int) -> str:
    """The pointer to one part of what `pointer` leads to."""
    return f"{pointer}/{str(step).replace('~', '~0').replace('/', '~1')}"


def name_field(pointer: str) -> str | None:
    """A pointer as people write it in messages, items counted from 1: `scopenote.exclusions[1].when`."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    named = "".join(f"[{int(step) + 1}]" if step.isdecimal() else f".{step}" for step in steps)
    return named.removeprefix(".")[:200] or None


def unescape(text: str, name: str, line: int) -> str:
    """The text with the two halves of escaped characters joined.

    Escapes can also smuggle in what no text file can hold, and no database or reply can keep.

    Raises:
        BadFile: there is a NUL or half of a character in `text`.
    """
    if not _NOT_TEXT.search(text):
        return text
    joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if found := _NOT_TEXT.search(joined):
        raise BadFile(name, f"the escaped character U+{ord(found[0]):04X} is not text", "Remove it.", line=line)
    if joined.count("�") > text.count("�"):
        raise BadFile(name, "holds the escape of half a character (U+D800 to U+DFFF)", "Remove it.", line=line)
    return joined


def warn_of_case_twins(keys: Sequence[str], lines: dict[str, int]) -> tuple[str, ...]:
    """A warning for each pair of top-level keys that differ in case alone: they are two keys."""
    seen: dict[str, str] = {}
    warnings = []
    for key in keys:
        if (twin := seen.setdefault(key.casefold(), key)) != key:
            line = lines.get(point("", key))
            place = f"line {line}: " if line else ""
            warnings.append(f"{place}{key!r} and {twin!r} differ in case alone and are read as two keys")
    return tuple(warnings)
