"""Owns where in a Markdown source the parser's tokens stand; the parser itself tells only their lines.

Positions are found by reading on from one token to the next. Whoever uses them compares the text, so that a
position that cannot be told costs coverage and never correctness.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator

from markdown_it.helpers import parseLinkDestination, parseLinkTitle
from markdown_it.token import Token

_LABEL = re.compile(r"\[(?:[^\[\]\\]|\\.)*+\]", re.DOTALL)
_BLANKS = re.compile(r"[ \t\n]*+")
_REACH = 10_000
"""How far ahead of the last token the next one is looked for; keeps the whole linear."""


class Places:
    """The lines of a source, and how far reading has come."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = [0, *(match.end() for match in re.finditer("\n", text)), len(text) + 1]
        self.reached = 0

    def find_lines(self, token: Token) -> list[tuple[str, int]]:
        """The lines of a block token's content with their offsets in the source, -1 where unknown.

        Each is found in its source line behind the marks of the blocks around it. To be called in order.
        """
        content = token.content if token.type == "inline" else token.content.removesuffix("\n")
        first = (token.map[0] if token.map else len(self.lines)) + (token.type == "fence")
        return [(line, self._find_line(line, first + number)) for number, line in enumerate(content.split("\n"))]

    def _find_line(self, line: str, number: int) -> int:
        if not line or number + 1 >= len(self.lines):
            return -1
        at = self.text.find(line, max(self.lines[number], self.reached), self.lines[number + 1])
        if at >= 0:
            self.reached = at + len(line)
        return at


class _Cursor:
    """How far the children of one inline token have been followed through its content."""

    def __init__(self, content: str, lines: list[tuple[str, int]]) -> None:
        self.content = content
        self.at = 0
        self.offsets = [offset for _, offset in lines]
        self.starts = [0]
        for line, _ in lines[:-1]:
            self.starts.append(self.starts[-1] + len(line) + 1)

    def get_offset(self, at: int) -> int:
        """Where a position of the content stands in the source."""
        line = bisect_right(self.starts, at) - 1
        return -1 if self.offsets[line] < 0 else self.offsets[line] + at - self.starts[line]

    def take(self, raw: str) -> int:
        """Where the next piece, written like this, begins in the content; reading goes on behind it."""
        found = self.content.find(raw, self.at, self.at + len(raw) + _REACH)
        if found >= 0:
            self.at = found + len(raw)
        return found


def find_pieces(token: Token, lines: list[tuple[str, int]]) -> Iterator[tuple[Token, int]]:
    """The children of an inline token, each with the offset of its text in the source, or -1."""
    cursor = _Cursor(token.content, lines)
    for child in token.children or ():
        found = _follow(child, cursor)
        yield child, cursor.get_offset(found) if found >= 0 else -1


def _follow(child: Token, cursor: _Cursor) -> int:
    match child.type:
        case "text" | "html_inline":
            return cursor.take(child.content)
        case "softbreak" | "hardbreak":
            return cursor.take("\n")
        case "text_special":
            found = cursor.take(child.markup)
            return found + (child.info == "escape") if found >= 0 else -1
        case "code_inline":
            cursor.take(child.markup)
            found = _find_code(child.content, cursor)
            cursor.take(child.markup)
            return found
        case "image":
            if cursor.take(f"![{child.content}") >= 0:
                _skip_destination(cursor)
        case "link_close":
            if child.info == "auto":
                cursor.take(">")
            else:
                _skip_destination(cursor)
        case _:
            if child.markup and cursor.content.startswith(child.markup, cursor.at):
                cursor.at += len(child.markup)
    return -1


def _find_code(code: str, cursor: _Cursor) -> int:
    """Code stands as it is, but for line ends read as spaces and one space taken off on both sides."""
    start = cursor.at
    for begin in (start, start + 1):
        if cursor.content[begin : begin + len(code)].replace("\n", " ") == code:
            cursor.at = begin + len(code)
            return begin
    return cursor.take(code)


def _skip_destination(cursor: _Cursor) -> None:
    """Step from the end of a link's text over its address, which may repeat the words that follow."""
    content = cursor.content
    if not content.startswith("]", cursor.at):
        return
    cursor.at += 1
    if content.startswith("[", cursor.at):
        label = _LABEL.match(content, cursor.at)
        cursor.at = label.end() if label else cursor.at
    elif content.startswith("(", cursor.at):
        at = _skip_blanks(content, cursor.at + 1)
        destination = parseLinkDestination(content, at, len(content))
        at = _skip_blanks(content, destination.pos if destination.ok else at)
        title = parseLinkTitle(content, at, len(content))
        at = _skip_blanks(content, title.pos if title.ok else at)
        if content.startswith(")", at):
            cursor.at = at + 1


def _skip_blanks(content: str, at: int) -> int:
    match = _BLANKS.match(content, at)
    return match.end() if match else at
