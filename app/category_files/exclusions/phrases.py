"""Owns phrases: splitting a coordination into its members, expanding its ellipsis, trimming the edges."""

import re

from app.category_files.exclusions.wording import find_depths
from app.category_files.exclusions.words import (
    ADJECTIVE_ENDINGS,
    BINOMIALS,
    CLASS_WORDS,
    DETERMINERS,
    NARROWERS,
    match_words,
)

_CONJUNCTION = re.compile(
    r"\s*,\s*(?:and/or|as well as|or|and|nor)\s+|\s+(?:and/or|or|nor|as well as)\s+|\s*,\s+", re.IGNORECASE
)
_AND = re.compile(r"\s*,?\s+(?:and|&)\s+", re.IGNORECASE)
_OR = re.compile(r"\b(?:or|nor|and/or)\b", re.IGNORECASE)
_FIRST_WORDS = match_words(rf"(?:{DETERMINERS})\s+")
_NARROWERS = match_words(rf"(?:(?:{NARROWERS})\s+)+$")
_GERUND = re.compile(r"(?:^|^[\w'-]+ of )[\w-]{2,}ing$", re.IGNORECASE)
_COMPLEMENT = re.compile(r"^[\w'-]+ (?:of|to|for|between|in|with) ", re.IGNORECASE)
_ADJECTIVE = re.compile(rf"(?:{ADJECTIVE_ENDINGS})$", re.IGNORECASE)
_BOUND = re.compile(r"\b(?:of|between|both|with)\b", re.IGNORECASE)
_OF = re.compile(r"\bof\b", re.IGNORECASE)
_BETWEEN = re.compile(r"\bbetween\b", re.IGNORECASE)
_PLURAL = re.compile(r"[^s]s$", re.IGNORECASE)
_LINKING = frozenset("of to in and for on with".split())
_EMPTY = frozenset(("", "or", "and", "nor", "etc", "that", "which"))
_QUOTES = "\"'"
_EDGES = " \t,;:.-()[]"


def trim(phrase: str) -> str:
    """The phrase without articles, possessives, quotes or stray punctuation at its edges."""
    previous = None
    while phrase != previous:
        previous = phrase
        phrase = phrase.strip(_EDGES)
        if phrase[:1] in _QUOTES and phrase[-1:] == phrase[:1]:
            phrase = phrase[1:-1]
        if first := _FIRST_WORDS.match(phrase):
            phrase = phrase[first.end() :]
    return phrase.replace('"', "").strip(_EDGES)


def split_members(text: str, *, keep_binomials: bool) -> list[str]:
    """The members of a coordination as they are written, not trimmed.

    "A, B, or C" has three members. "Design or operation of X" is one, because both share "of X".
    With `keep_binomials`, "theories and practices" is one, as two heads of one thing.
    """
    members = _split_outside(_CONJUNCTION, text)
    if len(members) == 2:
        members = _rejoin_pair(members, text)
    if not _OR.search(text):
        ends_list = len(members) > 1
        *rest, last = members
        parts = _split_outside(_AND, last) if ends_list else _split_and(last, keep_binomials=keep_binomials)
        members = [*rest, *parts]
    return [member for member in members if trim(member).lower() not in _EMPTY]


def _split_outside(pattern: re.Pattern[str], text: str) -> list[str]:
    depths = find_depths(text)
    members, start = [], 0
    for separator in pattern.finditer(text):
        if depths[separator.start()]:
            continue
        members.append(text[start : separator.start()])
        start = separator.end()
    return [*members, text[start:]]


def _rejoin_pair(members: list[str], text: str) -> list[str]:
    """Two members that are one thing: a shared complement, or two adjectives before one noun."""
    left, right = trim(members[0]), trim(members[1])
    shares_complement = " " not in left and bool(_COMPLEMENT.match(right)) and bool(_OR.search(text))
    joined = _OR.search(text) or _AND.search(text)
    adjectives = " " not in left and not joined and " " in right and bool(_ADJECTIVE.search(left))
    return [text] if left and (shares_complement or adjectives) else members


def _split_and(text: str, *, keep_binomials: bool) -> list[str]:
    """The sides of "and" where each is a phrase of its own, else the whole."""
    halves = _split_outside(_AND, text)
    left, right = trim(halves[0]), trim(halves[-1])
    if len(halves) != 2:
        return _rejoin_between(halves, text)
    if left and right and f"{left.split()[-1]} and {right.split()[0]}".lower() in BINOMIALS:
        return [text]
    if _BOUND.search(left) or _OF.search(right):
        return [text]
    if " " in left and " " in right:
        return halves
    if keep_binomials or " " in left:
        return [text]
    names = left[:1].isupper() and right[:1].isupper() and not text.isupper()
    return halves if names or " " not in right or _PLURAL.search(left) else [text]


def _rejoin_between(halves: list[str], text: str) -> list[str]:
    """The sides of several "and" with that of "between A and B" undone."""
    open_at = next((at for at, half in enumerate(halves[:-1]) if _BETWEEN.search(half)), None)
    if open_at is None:
        return halves
    start = text.index(halves[open_at])
    joined = text[start : text.index(halves[open_at + 1], start + len(halves[open_at])) + len(halves[open_at + 1])]
    return [*halves[:open_at], joined, *halves[open_at + 2 :]]


def expand_ellipsis(members: list[str], *, is_led_by_title: bool) -> list[str]:
    """The members with what the last one leaves out: "model design or evaluation" gives "model evaluation".

    Only a last member of one lower-case word leaves anything out, and only in a pair or after a
    member that goes on from the category's name (`is_led_by_title`).
    """
    if len(members) < 2:
        return members
    before, last = members[-2].split(), members[-1]
    if " " in last or last[:1].isupper() or len(before) < 2 or (len(members) > 2 and not is_led_by_title):
        return members
    shared = " ".join(before[:-1])
    if _NARROWERS.match(f"{shared} ") or any(word in _LINKING for word in before):
        return members
    return [*members[:-1], f"{shared} {last}"]


def is_class_word(phrase: str) -> bool:
    """Whether a trimmed phrase is a bare class word, too wide to look for."""
    return phrase.lower() in CLASS_WORDS


def unique(phrases: list[str]) -> tuple[str, ...]:
    """The phrases without repetitions, in order; case does not tell two apart."""
    return tuple({phrase.casefold(): phrase for phrase in reversed(phrases) if phrase}.values())[::-1]


def share_noun(phrases: list[str]) -> list[str]:
    """Phrases that lack the noun of the last: "verbal or written warnings" gives "verbal warnings".

    They lack it where all are adjectives, or gerunds before another: "planning or ticketing software".
    """
    *before, last = phrases or [""]
    first, _, noun = last.partition(" ")
    if not before or not noun:
        return phrases
    plain = not any(" " in phrase for phrase in before)
    adjectives = plain and all(map(_ADJECTIVE.search, before)) and (len(before) == 1 or bool(_ADJECTIVE.search(first)))
    gerunds = bool(_GERUND.search(first)) and all(map(_GERUND.search, before))
    return [*(f"{phrase} {noun}" for phrase in before), last] if adjectives or gerunds else phrases
