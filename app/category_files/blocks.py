"""Owns the step from the lines of an Instructions text to headings, bullets and paragraphs."""

import re
from collections.abc import Sequence
from typing import Final, Literal

from app.category_files.headings import find_section, opens_run_in, tidy_label
from app.category_files.prohibitions import begins_exclusion
from app.domain.value import Value

_BULLET: Final = re.compile(r"(?:[-*+•‣◦▪·–—]|\d{1,3}[.)]|\(?[a-z]\))[ \t\xa0]+(?=\S)")
_MARKDOWN_HEADING: Final = re.compile(r"#{1,6}[ \t]+(?=\S)")
_STRONG: Final = re.compile(r"(\*\*|__)(?=\S)((?:(?!\1).){1,200})\1")
_SLANTED: Final = re.compile(r"([*_])(?![*_\s])([^*_]{1,200})\1[ \t]*:?")
_PLAIN_LABEL: Final = re.compile(r"([^\s:][^:]{0,150}):")
_EMPHASIS: Final = re.compile(r"\*\*|__")
_RULE: Final = re.compile(r"(?:[-*_][ \t]*){3,}")
_OPENER: Final = re.compile(r"use (?:this|the)\b.{0,60}\bonly\b", re.IGNORECASE)
_SHORT_LABEL_WORDS: Final = 8


class Block(Value):
    """One heading, bullet or paragraph.

    `line` counts from 0 in the Instructions text. `text` is a paragraph's or bullet's words on
    one line, or a heading's label; `marked` says that Markdown or emphasis makes it a heading
    rather than a mere colon. `rest` is what follows a heading on its own line. `indent` is a
    bullet's, in columns. A paragraph keeps the line breaks that two spaces at the end of a line
    make deliberate.
    """

    kind: Literal["heading", "bullet", "paragraph"]
    line: int
    text: str
    rest: str = ""
    indent: int = 0
    marked: bool = False


def read_blocks(text: str) -> list[Block]:
    """The blocks of a text in order; every word is in one of them."""
    reader = _Reader()
    for number, raw in enumerate(text.splitlines()):
        reader.take(number, raw.expandtabs(4))
    reader.close()
    return reader.blocks


class _Reader:
    """Collects lines into the block that is open."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._kind: Literal["bullet", "paragraph"] | None = None
        self._line = 0
        self._indent = 0
        self._words: list[str] = []
        self._joint = " "
        self._after_blank = False

    def take(self, number: int, raw: str) -> None:
        words = raw.strip()
        if not words or _RULE.fullmatch(words):
            self._after_blank = True
            return
        indent = len(raw) - len(raw.lstrip())
        if mark := _BULLET.match(words):
            self._take_bullet(number, indent, words[mark.end() :])
        elif heading := read_heading(words, number):
            self.close()
            self.blocks.append(heading)
        elif self._continues(words, indent):
            self._words += (self._joint, words)
        else:
            self._open("paragraph", number, indent, words)
        self._joint = "\n" if raw.endswith("  ") and self._kind == "paragraph" else " "
        self._after_blank = False

    def close(self) -> None:
        """End the open block, if any."""
        if self._kind is not None:
            block = Block(kind=self._kind, line=self._line, text="".join(self._words), indent=self._indent)
            self.blocks.append(block)
        self._kind = None

    def _open(self, kind: Literal["bullet", "paragraph"], number: int, indent: int, words: str) -> None:
        self.close()
        self._kind, self._line, self._indent, self._words = kind, number, indent, [words]

    def _take_bullet(self, number: int, indent: int, words: str) -> None:
        heading = read_heading(words, number)
        if heading and _is_heading_as_bullet(heading):
            self.close()
            self.blocks.append(heading)
        else:
            self._open("bullet", number, indent, words)

    def _continues(self, words: str, indent: int) -> bool:
        if self._kind is None or begins_exclusion(words):
            return False
        return not self._after_blank or (self._kind == "bullet" and indent > self._indent)


def read_heading(words: str, line: int) -> Block | None:
    """The heading that a line is, with the text that follows it on the line; None where it is none."""
    if mark := _MARKDOWN_HEADING.match(words):
        return _heading(words[mark.end() :].rstrip("# "), line, marked=True)
    if (strong := _STRONG.match(words)) and (heading := _read_strong_heading(strong, words, line)):
        return heading
    if (slanted := _SLANTED.fullmatch(words)) and words.rstrip("*_").endswith(":") and find_section(slanted[2]):
        return _heading(slanted[2], line, marked=True)
    if (plain := _PLAIN_LABEL.fullmatch(_EMPHASIS.sub("", words))) and find_section(plain[1]):
        return _heading(plain[1], line, marked=False)
    if (plain := _PLAIN_LABEL.match(words)) and opens_run_in(plain[1]):
        return _heading(plain[1], line, marked=False, rest=words[plain.end() :].strip())
    return None


def _read_strong_heading(strong: re.Match[str], words: str, line: int) -> Block | None:
    label, rest = strong[2].strip(), words[strong.end() :].strip()
    has_colon = label.endswith(":") or rest.startswith(":")
    rest = rest.removeprefix(":").strip()
    if rest:
        opens = has_colon and find_section(label) is not None
        return _heading(label, line, marked=True, rest=rest) if opens else None
    if label.endswith((".", "!", "?")):
        return None
    is_short = len(label.split()) <= _SHORT_LABEL_WORDS and not _OPENER.match(label)
    return _heading(label, line, marked=True) if has_colon or is_short else None


def _heading(label: str, line: int, *, marked: bool, rest: str = "") -> Block | None:
    words = tidy_label(label)
    return Block(kind="heading", line=line, text=words, rest=rest, marked=marked) if words else None


def _is_heading_as_bullet(heading: Block) -> bool:
    """Whole definitions come as numbered lists whose items are the headings."""
    section = find_section(heading.text)
    if section is None or section == "scope":
        return False
    return opens_run_in(heading.text) or (heading.marked and not heading.rest)


def is_followed_by_bullet(blocks: Sequence[Block], at: int) -> bool:
    """Whether the block behind `at` is a bullet."""
    return at + 1 < len(blocks) and blocks[at + 1].kind == "bullet"
