"""Owns the normal form of characters: NFC, one kind of line end and of space, nothing invisible.

Characters that change what a reader sees are kept although they have no glyph of their own: a joiner inside
an emoji sequence or between letters of Arabic and Indic scripts, and the selector that makes an emoji
colourful. Everywhere else they can only hide something, and are taken out and counted.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from app.parsing.tracing import Edit, Traced, edit

MARKERS = "\ufdd0-\ufdef"
"""Noncharacters: never text, so the readers of this package may use them as marks of their own."""

_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_UNREADABLE = re.compile(f"[\0{MARKERS}\ud800-\udfff]")
_SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_HIDDEN = (
    "\0-\x08\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ue000-\uf8ff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U0010ffff"
)
_PICTURES = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u24c2\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff"
    "\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)
_JOINED_LETTERS = (
    "\u0600-\u061b\u061d-\u08ff\u0900-\u0dff\u1000-\u109f\u1780-\u17b3\u17b6-\u17ff\u1800-\u180a\u1810-\u18af"
)
_KEPT = (
    f"(?<=[{_PICTURES}])\ufe0f"
    "|(?<=[0-9#*])\ufe0f(?=\u20e3)"
    f"|(?:(?<=[{_PICTURES}])|(?<=[{_PICTURES}]\ufe0f))\u200d(?=[{_PICTURES}])"
    f"|(?<=[{_JOINED_LETTERS}])[\u200c\u200d](?=[{_JOINED_LETTERS}])"
)
_TO_CHANGE = re.compile(f"(?P<space>[{_SPACES}])|(?:(?!{_KEPT})[{_HIDDEN}])++")

MAX_MARKS = 30
"""Combining marks on one character: Unicode's Stream-Safe Text Format (UAX #15) allows as many."""
_POSSIBLE_MARKS = re.compile(f"[\u0300-\U000fffff]{{{MAX_MARKS + 1},}}")
_CLUSTERS = re.compile(r"[\x00-\x7f]?[^\x00-\x7f]+")
_JAMO = range(0x1160, 0x1200)


class Normalised(NamedTuple):
    """Text in normal form, and how many characters are not in it."""

    traced: Traced
    invisible: int
    excess_marks: int


def mend(traced: Traced) -> tuple[Traced, int, int]:
    """The text with one kind of line end and without what a parser must not meet.

    Second comes how many characters were taken out, third how many were no characters at all (lone
    surrogates) and now stand as U+FFFD.
    """
    traced = edit(traced, ((match.start(), match.end(), "\n") for match in _LINE_END.finditer(traced.text)))
    edits: list[Edit] = []
    broken = 0
    for match in _UNREADABLE.finditer(traced.text):
        surrogate = "\ud800" <= match[0] <= "\udfff"
        broken += surrogate
        edits.append((match.start(), match.end(), "\ufffd" if surrogate else ""))
    return edit(traced, edits), len(edits) - broken, broken


def normalise(traced: Traced) -> Normalised:
    """The text in normal form; lines stay as they are. `MARKERS` are kept, for the caller to use up."""
    edits: list[Edit] = []
    invisible = 0
    for match in _TO_CHANGE.finditer(traced.text):
        if match["space"]:
            edits.append((match.start(), match.end(), " "))
        else:
            edits.append((match.start(), match.end(), ""))
            invisible += match.end() - match.start()
    traced = edit(traced, edits)
    if traced.text.isascii():
        return Normalised(traced, invisible, 0)
    floods = list(_find_floods(traced.text))
    traced = edit(traced, floods)
    return Normalised(edit(traced, _compose_characters(traced.text)), invisible, sum(e - s for s, e, _ in floods))


def _find_floods(text: str) -> Iterator[Edit]:
    """Marks beyond MAX_MARKS on one character: composing them would take quadratic time."""
    for match in _POSSIBLE_MARKS.finditer(text):
        marks = 0
        start = match.start()
        for at in range(match.start(), match.end()):
            if unicodedata.combining(text[at]):
                marks += 1
                start = at if marks == MAX_MARKS + 1 else start
                continue
            if marks > MAX_MARKS:
                yield start, at, ""
            marks = 0
        if marks > MAX_MARKS:
            yield start, match.end(), ""


def _compose_characters(text: str) -> Iterator[Edit]:
    if unicodedata.is_normalized("NFC", text):
        return
    for match in _CLUSTERS.finditer(text):
        if unicodedata.is_normalized("NFC", match[0]):
            continue
        at = match.start()
        for cluster in _split_clusters(match[0]):
            composed = unicodedata.normalize("NFC", cluster)
            if composed != cluster:
                yield at, at + len(cluster), composed
            at += len(cluster)


def _split_clusters(text: str) -> Iterator[str]:
    """Pieces that compose on their own: each begins with a character that never joins the one before it."""
    start = 0
    for at in range(1, len(text)):
        character = text[at]
        if not unicodedata.category(character).startswith("M") and ord(character) not in _JAMO:
            yield text[start:at]
            start = at
    yield text[start:]
