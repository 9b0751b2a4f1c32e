"""Owns text as it is compared: case, quotes, dashes and spacing folded, with offsets back."""

import re
from bisect import bisect_right
from collections.abc import Iterator

_SPACES = "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000"
_FOLDS = str.maketrans(
    {
        **dict.fromkeys(_SPACES, " "),
        **dict.fromkeys(map(chr, range(0x2000, 0x200B)), " "),
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4\u0060", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    }
)
_FOLDED = re.compile("[" + "".join(map(chr, _FOLDS)) + "]")
_RUN = re.compile(r" {2,}")
_CHUNK = re.compile(r"\s+|\S+")


def fold(text: str) -> str:
    """The text as it is compared."""
    return FoldedText(text).folded


class FoldedText:
    """A text, its folded form, and the way from the one's offsets to the other's.

    Whitespace runs become one space. Case folding may lengthen a word ("ß" to "ss"): positions
    inside such a word lead to its start.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        flat = _fold(text)
        # Folding makes no character shorter, so that the whole is as long only where every one of them is.
        is_flat = len(flat) == len(text)
        pieces: list[str] = []
        self._folded_starts: list[int] = []
        self._starts: list[int] = []
        self._even: list[bool] = []
        length = 0
        for start, end, piece in _split_flat(flat) if is_flat else _split_words(text):
            pieces.append(piece)
            self._folded_starts.append(length)
            self._starts.append(start)
            self._even.append(len(piece) == end - start)
            length += len(piece)
        self.folded = "".join(pieces)
        self._folded_starts.append(length)
        self._starts.append(len(text))
        self._even.append(True)

    def to_span(self, start: int, end: int) -> tuple[int, int]:
        """The span of the text that a span of the folded form stands for, trimmed of space."""
        first = self._to_offset(start)
        last = self._to_offset(end, is_end=True) if end > start else first
        while first < last and self.text[first].isspace():
            first += 1
        while last > first and self.text[last - 1].isspace():
            last -= 1
        return first, last

    def _to_offset(self, position: int, *, is_end: bool = False) -> int:
        chunk = bisect_right(self._folded_starts, position - 1 if is_end else position) - 1
        if self._even[chunk]:
            return self._starts[chunk] + position - self._folded_starts[chunk]
        return self._starts[chunk + 1] if is_end else self._starts[chunk]


def _split_flat(flat: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and folded form of each run of whitespace, and of all that is between two of them."""
    end = 0
    for match in _RUN.finditer(flat):
        yield end, match.start(), flat[end : match.start()]
        end = match.end()
        yield match.start(), end, " "
    yield end, len(flat), flat[end:]


def _split_words(text: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and folded form of each run of whitespace, and of each word."""
    for match in _CHUNK.finditer(text):
        chunk = match.group()
        yield match.start(), match.end(), " " if chunk.isspace() else _fold(chunk)


def _fold(text: str) -> str:
    return _FOLDED.sub(lambda match: _FOLDS[ord(match.group())], text).casefold()
