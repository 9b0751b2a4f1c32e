"""Owns the finding of exclusions that stand in running text instead of under a heading."""

import re
from typing import Final

from app.domain.value import Value

_MARKS: Final = r"[*_\"“]{0,4}"
_ADVERB: Final = r"(?:please |always |also |strictly |explicitly |specifically |firmly )"
_EXCLUDE: Final = re.compile(rf"{_MARKS}{_ADVERB}{{0,3}}exclude{_MARKS}[:,]?{_MARKS}[ \t]+(?=\S)", re.IGNORECASE)
_OBJECT: Final = r"(?:use|include|classify|tag|apply|assign|categori[sz]e|add|label|consider|place)"
_IMPERATIVE: Final = re.compile(
    rf"{_MARKS}{_ADVERB}{{0,2}}(?:(?:do not|don['’]t|never){_MARKS} {_OBJECT}\b|omit\b|leave out\b"
    r"|avoid (?:any |all |using |general |generic |superficial )?(?:content|discussion|article|post|material|mention"
    r"|topic|text|piece|reference|tagging|this)\w*)",
    re.IGNORECASE,
)
_FOLLOW_UP: Final = re.compile(
    rf"{_MARKS}(?:{_ADVERB}|likewise |similarly )?(?:avoid|omit|ignore|reject|skip|do not|don['’]t|never)\b",
    re.IGNORECASE,
)
_PASSIVE: Final = re.compile(
    r"\b(?:should|must|is|are|will) (?:also |always |strictly |explicitly )?(?:be )?(?:also |strictly |explicitly )?"
    r"(?:excluded|avoided|omitted|left out)\W*$",
    re.IGNORECASE,
)
_NOT_PASSIVE: Final = re.compile(
    r"\b(?:should|must) (?:also )?not be (?:included|tagged|classified|used|considered)\b", re.IGNORECASE
)
_CONTINUES: Final = re.compile(r"(?:this|these|it|they|such|for (?:example|instance)|e\.g|i\.e|that)\b", re.IGNORECASE)
_SENTENCE_END: Final = re.compile(r"[.!?][\"”’)\]*_]{0,4}[ \t\n]+(?=[\"“‘(\[*_]{0,4}[A-ZÀ-Þ0-9])")
_ABBREVIATION: Final = re.compile(
    r"(?:\b(?i:e\.g|i\.e|etc|vs|cf|al|dr|mr|mrs|ms|prof|inc|ltd|co|no|st|u\.s|fig)|\b[A-Z])\.$"
)
_LEAD_IN_REACH: Final = 12


class Passage(Value):
    """A stretch of running text, and whether it is an exclusion."""

    text: str
    is_exclusion: bool


def begins_exclusion(words: str) -> bool:
    """Whether a line begins with a sentence that says what to exclude."""
    return _EXCLUDE.match(words) is not None


def is_prohibition(words: str) -> bool:
    """Whether a sentence or bullet tells the reader by itself to keep something out."""
    return begins_exclusion(words) or _IMPERATIVE.match(words) is not None or _is_passive(words)


def separate(text: str) -> list[Passage]:
    """Running text cut into exclusions and what lies between them.

    "Strictly exclude X" becomes X; any other prohibition, and a further one that follows in the
    same paragraph ("Avoid ..."), is kept as it is worded.
    """
    passages: list[Passage] = []
    plain: list[str] = []
    excluding = False
    for sentence in split_sentences(text):
        found = _read_exclusion(sentence, follows=excluding)
        if found is None:
            plain.append(sentence)
            continue
        if plain:
            passages.append(Passage(text=" ".join(plain), is_exclusion=False))
            plain = []
        passages.append(Passage(text=found, is_exclusion=True))
        excluding = True
    if plain:
        passages.append(Passage(text=" ".join(plain), is_exclusion=False))
    return passages


def separate_under_heading(text: str) -> list[str]:
    """The exclusions in a paragraph that stands under a heading for them: one per sentence.

    A sentence that leans on the one before it ("This includes ...") stays with it; a line of its
    own is an item of its own.
    """
    items: list[str] = []
    for sentence in (sentence for line in text.split("\n") for sentence in split_sentences(line)):
        if items and _CONTINUES.match(sentence):
            items[-1] = f"{items[-1]} {sentence}"
        else:
            items.append(_strip_verb(sentence))
    return items


def split_sentences(text: str) -> list[str]:
    """The sentences of a paragraph; joined by spaces they give all of its words."""
    sentences = []
    start = 0
    for end in _SENTENCE_END.finditer(text):
        head = text[max(start, end.start() - _LEAD_IN_REACH) : end.start() + 1]
        if end[0][0] != "." or not _ABBREVIATION.search(head):
            sentences.append(text[start : end.end()].strip())
            start = end.end()
    sentences.append(text[start:].strip())
    return [sentence for sentence in sentences if sentence]


def _read_exclusion(sentence: str, *, follows: bool) -> str | None:
    if begins_exclusion(sentence):
        return _strip_verb(sentence)
    if _IMPERATIVE.match(sentence) or _is_passive(sentence):
        return sentence
    return sentence if follows and _FOLLOW_UP.match(sentence) else None


def _strip_verb(sentence: str) -> str:
    verb = _EXCLUDE.match(sentence)
    return sentence[verb.end() :] if verb else sentence


def _is_passive(sentence: str) -> bool:
    return _PASSIVE.search(sentence) is not None or _NOT_PASSIVE.search(sentence) is not None
