"""Owns where sentences end inside a block of text.

Written for edited prose in Latin scripts, with the full stops of Chinese, Japanese, Arabic, Indic and other
scripts. In doubt a sentence goes on: a quote cut short is worse evidence than one too long. No sentence is
longer than MAX_LENGTH, whatever was submitted.
"""

import re
from collections.abc import Iterator

from app.parsing.abbreviations import (
    BEFORE_NAMES,
    BEFORE_NUMBERS,
    MAY_BE_LAST,
    MONTHS,
    NEVER_LAST,
    SENTENCE_STARTERS,
)

MAX_LENGTH = 600
"""Characters; a longer one is cut at a clause, else at a space, else hard."""
_MIN_CUT = 200

Span = tuple[int, int]

_CLOSERS = "\"'”’»›)\\]}】」』）〉》*_"
_END = re.compile(
    rf"(?P<wide>[。｡！？।॥؟۔։።፧።។၊။]++[{_CLOSERS}!?]*+)"
    rf"|(?P<stop>[.!?…]++[{_CLOSERS}]*+)(?=[ \t\n]|$)(?P<space>[ \t\n]*+)",
)
_OPENERS = "\"'“”‘’„‚«‹([{【「『（*_¿¡—–-"
_NEXT_WORD = re.compile(rf"[{re.escape(_OPENERS)}]*+(?P<word>[^\s.,;:!?()\[\]]*+)")
_LAST_WORD = re.compile(r"[^\s(\[{\"'“”‘’„«/—–]*$")
_LOOK_BACK = 24
_ORDINAL = re.compile(r"(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,4})$")
_CLAUSES = (re.compile(r"[;:—–…](?=\s)|[；：]"), re.compile(r",(?=\s)|[，、،]"), re.compile(r"\s"))
_HAS_WORD = re.compile(r"\w")


def split_sentences(text: str) -> list[Span]:
    """The sentences of one block, in order, without the space between them. Linear time."""
    if len(text) <= MAX_LENGTH and "\n" not in text and _is_single(text):
        return list(_trim(text, 0, len(text)))
    return [
        span
        for start, end in _split_lines(text)
        for whole in _join_wordless(text, _split_line(text, start, end))
        for span in _cut(text, *whole)
    ]


def _is_single(text: str) -> bool:
    first = _END.search(text)
    return first is None or first.end() == len(text)


def _split_lines(text: str) -> Iterator[Span]:
    for match in re.finditer(r"[^\n]+", text):
        yield match.span()


def _split_line(text: str, start: int, end: int) -> Iterator[Span]:
    """Sentences of text[start:end], which is one line."""
    begin = start
    for match in _END.finditer(text, start, end):
        if match["wide"] or _ends_sentence(text, begin, match, end):
            yield from _trim(text, begin, match.end("wide") if match["wide"] else match.end("stop"))
            begin = match.end()
    yield from _trim(text, begin, end)


def _ends_sentence(text: str, begin: int, match: re.Match[str], end: int) -> bool:
    if match.end() >= end:
        return True
    following = _NEXT_WORD.match(text, match.end(), end)
    word = following["word"] if following else ""
    stop = match["stop"]
    if "!" in stop or "?" in stop:
        return not _is_lower(word)
    before = _LAST_WORD.search(text[max(begin, match.start() - _LOOK_BACK) : match.start()])
    last = before[0] if before else ""
    if stop.startswith(("..", "…")):
        return not _is_lower(word)
    if match.start() - len(last) == begin and _ORDINAL.match(last):
        return False
    if _is_lower(word):
        # After a quotation, words such as "she said" go on with the sentence around it.
        return (
            not stop.endswith(("”", "’", '"', "'"))
            and len(last) >= 5
            and last.isalpha()
            and last.islower()
            and not _is_abbreviation(last)
        )
    return _may_end(last, word)


def _may_end(last: str, word: str) -> bool:
    """Whether a full stop after `last` ends a sentence where `word`, not in lower case, follows."""
    low = last.lower()
    numbered = word[:1].isdigit() or word[:1] in {"#", "§"}
    if (low in BEFORE_NAMES and last[:1].isupper()) or low in NEVER_LAST or (low in BEFORE_NUMBERS and numbered):
        return False
    if low == "etc":
        return not numbered
    if low in MAY_BE_LAST or _is_acronym(last):
        return word in SENTENCE_STARTERS
    if len(last) == 1 and last.isalpha():
        return _may_end_after_letter(last, word)
    return not (last.isdigit() and len(last) <= 2 and word.lower() in MONTHS)


def _may_end_after_letter(letter: str, word: str) -> bool:
    """A letter with a full stop is an initial, or one of several ("z. B."), unless it is the pronoun I."""
    if letter == "I" or letter.islower():
        return not _is_initial(word)
    return word in SENTENCE_STARTERS and not _is_initial(word)


def _is_acronym(word: str) -> bool:
    return "." in word and all(len(part) <= 2 for part in word.split(".")) and not word.replace(".", "").isdigit()


def _is_initial(word: str) -> bool:
    return len(word) == 1 and word.isupper()


def _is_abbreviation(word: str) -> bool:
    return any(word in table for table in (BEFORE_NAMES, NEVER_LAST, BEFORE_NUMBERS, MAY_BE_LAST))


def _is_lower(word: str) -> bool:
    """Whether a word goes on with a sentence; names such as iPhone may begin one."""
    return word[:1].islower() and not word[1:2].isupper()


def _join_wordless(text: str, spans: Iterator[Span]) -> Iterator[Span]:
    """Spans without a letter or digit join the one before them: "... !" is no sentence."""
    held: Span | None = None
    for start, end in spans:
        if held is None or _HAS_WORD.search(text, start, end):
            if held is not None:
                yield held
            held = start, end
        else:
            held = held[0], end
    if held is not None:
        yield held


def _cut(text: str, start: int, end: int) -> Iterator[Span]:
    while end - start > MAX_LENGTH:
        at = _find_cut(text, start)
        yield from _trim(text, start, at)
        start = at
    yield from _trim(text, start, end)


def _find_cut(text: str, start: int) -> int:
    window = text[start + _MIN_CUT : start + MAX_LENGTH]
    for pattern in _CLAUSES:
        places = [match.end() for match in pattern.finditer(window)]
        if places:
            return start + _MIN_CUT + places[-1]
    return start + MAX_LENGTH


def _trim(text: str, start: int, end: int) -> Iterator[Span]:
    inner = text[start:end]
    stripped = inner.strip()
    if stripped:
        start += len(inner) - len(inner.lstrip())
        yield start, start + len(stripped)
