"""Owns the subject side of an exclusion: what it is about, once openers and qualifiers are off."""

import re
from typing import NamedTuple

from app.category_files.exclusions import attitudes, words
from app.category_files.exclusions.examples import take_bracketed, take_open
from app.category_files.exclusions.openers import Mark, is_any_content, open_up
from app.category_files.exclusions.operators import split_at_operators
from app.category_files.exclusions.phrases import is_class_word, share_noun, split_members, trim, unique
from app.category_files.exclusions.title import shares_word
from app.category_files.exclusions.words import match_words

_QUALIFIER = match_words(
    rf"(?:(?:{words.QUALIFIERS})(?:\s+(?:or|and)\s+(?:{words.QUALIFIERS}))?|{words.DETERMINERS})\s+(?=\S)"
)
_HINT = match_words(rf"(?:{attitudes.DEPTH_HINTS})\s+(?=[\w-]+\s+[\w-])")
_HINTED = match_words(rf"(?:{attitudes.DEPTH_HINTS})\s")
_UNRELATED = match_words(rf"{words.UNRELATED}\b")
_PURE = match_words(r"(?:pure|only|just|solely|exclusively|strictly|merely|mere)\b")
_ANYTHING = match_words(words.ANYTHING)
_LIGHT = match_words(rf"(?:{words.LIGHT_HEADS}) of\s+(?=\S)")
_SHELL = re.compile(rf"^(.*[\w'\"-])\s+(?:{words.TEXT_SHELLS})$", re.IGNORECASE)
_ADJECTIVE = re.compile(rf"(?:{words.ADJECTIVE_ENDINGS})$", re.IGNORECASE)
_FINAL = re.compile(r"(?:^|[,\s])(?:or|and|nor)\s", re.IGNORECASE)
_ANAPHORA = re.compile(words.ANAPHORA, re.IGNORECASE)
_TAILS: tuple[tuple[re.Pattern[str], frozenset[Mark]], ...] = (
    (re.compile(rf"{attitudes.DEPTH_TAILS}$", re.IGNORECASE), frozenset({"depth", "mention"})),
    (re.compile(rf"{attitudes.ABSTRACT_TAILS}$", re.IGNORECASE), frozenset({"depth_hint"})),
    (re.compile(rf"{words.ALONE_TAILS}$", re.IGNORECASE), frozenset({"solely"})),
    (re.compile(rf"{words.OTHER_PLACES}$", re.IGNORECASE), frozenset()),
    (re.compile(rf"{words.IDLE_TAILS}$", re.IGNORECASE), frozenset()),
    (re.compile(r"\s+(?:is|are|was|were)$", re.IGNORECASE), frozenset()),
)
_CONTEXT_TAIL = re.compile(r"\s+in (?:the )?(?:context|light|terms|field|area|realm) of\b.*$", re.IGNORECASE)
_AS = re.compile(rf"^(.*?),?\s+as\s+(?:being\s+)?((?:{attitudes.MERELY}\s+)?)(.+)$", re.IGNORECASE)
_PAIRED = re.compile(r"^(.*?)\s+(?:with|to|for|like)\s+(?:being\s+)?(.+)$", re.IGNORECASE)
_TAKEN = re.compile(
    r"\s+(?:(?:is|are|being)\s+)?(?:presented|framed|portrayed|described|depicted|marketed|treated|sold|positioned"
    r"|used|seen|viewed)$",
    re.IGNORECASE,
)
_FURTHER_VERB = re.compile(r",?\s+(?:or|and)\s+[\w-]+s\s+(?:it|them|these|this)\b.*$", re.IGNORECASE)
_PRAISE = re.compile(rf"\b(?:{attitudes.PRAISE_STEMS})", re.IGNORECASE)
_PAIRING = re.compile(r"\b(?:equat|conflat|confus|reduc)", re.IGNORECASE)
_POSSESSIVE = match_words(r"(?:its|their|his|her|our|your)\s")
_SHARED_HEAD = re.compile(r"\s+(?:principles|frameworks|values|theories|philosophies)$", re.IGNORECASE)


_INCIDENTAL = re.compile(
    r"^(?:(?P<before>.*?),?\s+)??(?:where|in which)\s+(?P<subject>.+?)\s+"
    rf"(?:(?P<role>{attitudes.INCIDENTAL_ROLES})|(?:is|are|was|were) {attitudes.BARELY}\s.*)$",
    re.IGNORECASE,
)
_PRONOUN = match_words(r"(?:it|they|this|that|these|those|he|she|one)$")
_NARROWING = re.compile(
    r",\s+(?:where|when|while|whereas|because|since|if(?! any)|in which|whose)\s[^,;]*", re.IGNORECASE
)
_LEADING_AND = match_words(r"^(?:and|or|nor|of)\s+(?=\S)")


class SubjectSide(NamedTuple):
    """The phrases to look for (none: any content is meant), and what the wording gave away."""

    phrases: tuple[str, ...]
    marks: frozenset[Mark]


def read_subjects(text: str, title: str, *, is_contrasted: bool = False) -> SubjectSide:
    """The subjects of a subject side, its examples included.

    `is_contrasted` says that "rather than as" follows, so that "X as Y" names both.
    """
    bracketed = take_bracketed(text)
    run_on = take_open(bracketed.text)
    body, tail_marks = _take_clauses(run_on.text)
    opened = open_up(body)
    marks = set(opened.marks | tail_marks)
    objects = _split_frame(opened.rest, text, title, marks, is_contrasted=is_contrasted)
    phrases = [p for part in objects for p in _read_members(part, marks)]
    examples = [p for part in (bracketed.examples, run_on.examples) if part for p in _read_examples(part)]
    if examples and all(_is_class(p, marks) for p in phrases):
        phrases = []
    return SubjectSide(unique([*phrases, *examples]), frozenset(marks))


def _is_class(phrase: str, marks: set[Mark]) -> bool:
    """Whether examples say better what is meant: "specific tools (e.g., A)", "unrelated sports (e.g., B)"."""
    return is_class_word(phrase) or ("unrelated" in marks and " " not in phrase)


def read_listed(text: str, title: str) -> tuple[str, ...]:
    """The subjects of a "such as" list; a bare class word counts only where no clause narrows it."""
    head, segments = split_at_operators(text)
    phrases = list(read_subjects(head, title).phrases)
    if segments and phrases and is_class_word(phrases[-1]):
        phrases.pop()
    if segments and not _FINAL.search(head):
        after = split_members(text[segments[0].operator.end :], keep_binomials=False)[1:]
        phrases += read_listed(", ".join(after), title) if after else ()
    return unique(phrases)


def _read_examples(text: str) -> list[str]:
    return [trim(member) for member in split_members(_NARROWING.sub("", text), keep_binomials=False)]


def _take_tails(text: str) -> tuple[str, frozenset[Mark]]:
    marks: frozenset[Mark] = frozenset()
    for pattern, given in _TAILS:
        if tail := pattern.search(text):
            text = text[: tail.start()]
            marks |= given
    return text.rstrip(" ,"), marks


def _take_clauses(text: str) -> tuple[str, frozenset[Mark]]:
    """The text without the clauses that say how, or which of, its subjects are meant."""
    if incidental := _INCIDENTAL.match(text):
        marks: frozenset[Mark] = frozenset({"depth", "mention"} if incidental["role"] else {"depth"})
        named = not _PRONOUN.match(incidental["subject"])
        return incidental["subject"] if named else incidental["before"] or "", marks
    body, marks = _take_tails(text)
    kept = _NARROWING.sub("", body)
    return kept, marks | {"narrowed"} if kept != body else marks


def _split_frame(rest: str, whole: str, title: str, marks: set[Mark], *, is_contrasted: bool) -> list[str]:
    """The object of a stance, and what it is taken for in "as merely Y", "treats X as Y", "misreads X as Y"."""
    if framed := _AS.match(rest):
        said = bool(framed[2]) or bool(_TAKEN.search(framed[1])) or is_contrasted or bool({"framed", "stance"} & marks)
        if said or shares_word(framed[1], title):
            praised = not framed[2] and _PRAISE.search(whole)
            marks.add("stance")
            taken = _TAKEN.sub("", framed[1])
            return [taken] if praised else [taken, framed[3]]
    if "stance" in marks and _PAIRING.search(whole) and (paired := _PAIRED.match(rest)):
        return [paired[1], paired[2]]
    return [rest]


def _read_members(text: str, marks: set[Mark]) -> list[str]:
    is_stance = "stance" in marks
    if _HINTED.match(text):
        marks.add("depth_hint")
    text = _FURTHER_VERB.sub("", _CONTEXT_TAIL.sub("", text)) if is_stance else text
    members = split_members(text, keep_binomials=False) if not is_stance or "of " not in text else [text]
    phrases = [phrase for member in members if (phrase := _read_member(member, marks, is_listed=len(members) > 1))]
    return share_noun(_drop_shared_head(phrases, is_stance=is_stance))


def _read_member(member: str, marks: set[Mark], *, is_listed: bool) -> str:
    """One subject without qualifiers, light heads and shell nouns; "" where nothing is left."""
    own_qualifier = False
    member = _LEADING_AND.sub("", _ANAPHORA.sub("", member).strip())
    if "stance" in marks and _POSSESSIVE.match(member):
        return ""
    while (found := _QUALIFIER.match(member)) or (found := _HINT.match(member)) or (found := _LIGHT.match(member)):
        qualifier = found.group()
        own_qualifier = own_qualifier or not _HINT.match(member)
        if _UNRELATED.match(qualifier):
            marks.add("unrelated")
        if _PURE.match(qualifier):
            marks.add("solely")
        if _HINT.match(member):
            marks.add("depth_hint")
        member = _LEADING_AND.sub("", member[found.end() :])
    if is_any_content(member):
        return trim(member) if is_listed and not _ANYTHING.match(member) else ""
    shell = _SHELL.match(member)
    if shell and own_qualifier and not _ADJECTIVE.search(shell[1].split()[-1]):
        member = shell[1]
    return trim(member)


def _drop_shared_head(phrases: list[str], *, is_stance: bool) -> list[str]:
    """Names only, where the last of three or more (two, in a stance) carries a class word for all of them."""
    names = all(p[:1].isupper() and " " not in p for p in phrases[:-1])
    if len(phrases) >= (2 if is_stance else 3) and names and phrases[-1][:1].isupper():
        return [*phrases[:-1], _SHARED_HEAD.sub("", phrases[-1])]
    return phrases
