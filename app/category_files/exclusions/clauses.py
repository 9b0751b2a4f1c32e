"""Owns the division of one exclusion into its prohibitions, and of each from its order ("Do not use for")."""

import re

from app.category_files.exclusions import attitudes, words
from app.category_files.exclusions.operators import split_at_operators
from app.category_files.exclusions.phrases import trim, unique
from app.category_files.exclusions.redirects import Redirected, has_bracketed, split_after_redirects, take_redirect
from app.category_files.exclusions.wording import find_depths, split_sentences
from app.category_files.exclusions.words import match_words

_IMPERATIVE = match_words("".join(words.IMPERATIVES))
_THIS_CATEGORY = match_words(
    rf"(?:(?:{words.SELF}|it)\s+)(?=(?:excludes|is not|isn't|does not|doesn't|should not|shouldn't|must not"
    rf"|is never|cannot|will not)\b)"
)
_RELATIVE = rf"(?:any\s+|other\s+)*+(?:(?:{words.CONTENT})\s+)?(?:that|which)\s+(?=\w)"
_STANCE = (
    rf"(?:(?:{words.DETERMINERS})\s+)*+(?:[\w-]+\s+)?(?:{attitudes.STANCE_NOUNS})\s+"
    r"(?:of|about|for|against|regarding)\b"
)
_SHALLOW = (
    rf"(?:(?:{words.DETERMINERS})\s+)*+(?:{attitudes.DEPTH})(?:\s+(?:or|and)\s+[\w-]+)?\s+(?:{attitudes.TREATMENTS})\s+(?:of"
    rf"|to)\b"
)
_ATTITUDE = match_words(
    rf"(?:(?:{words.DETERMINERS}) )*+(?:{attitudes.STANCE_NOUNS}|{attitudes.DEPTH}|{attitudes.RITUAL}"
    rf"|[\w-]+(?:{words.ADJECTIVE_ENDINGS}))$"
)
_SETTING = rf"(?:any\s+|other\s+)*+(?:{words.CONTENT})\s+(?:in which|where|whose)\s+(?=\w)"
_NEW_KIND = re.compile(
    rf"(?:,\s*(?:or|and)?|\s+(?:or|and))\s+(?=(?:{_RELATIVE}|{_SETTING}|{_STANCE}|{_SHALLOW}))", re.IGNORECASE
)
_ANY_TEXT = match_words(rf"(?:(?:{words.DETERMINERS})\s+)*+(?:{words.CONTENT})$")
_ITEM = re.compile(r",\s*(?:or|and)\s+|,\s+|\s+(?:or|and)\s+", re.IGNORECASE)
_UNRELATED_ITEM = match_words(rf"(?:(?:{words.DETERMINERS})\s+)*+{words.UNRELATED}\s+(?!(?:to|with|or|and)\b)")
_OPENS_UNRELATED = match_words(rf"(?:[\w-]+ (?:on|about|of) )?(?:(?:{words.DETERMINERS})\s+)*+{words.UNRELATED}\s")


def strip_order(text: str) -> str:
    """The text without the words that order it away; unchanged where nothing would be left."""
    for _ in range(3):
        body = _THIS_CATEGORY.sub("", text, count=1) if _THIS_CATEGORY.match(text) else text
        order = _IMPERATIVE.match(body)
        rest = body[order.end() :].lstrip(" :,-") if order else body
        if not rest or rest == text:
            return text
        text = rest
    return text


def read_clauses(text: str) -> list[Redirected]:
    """The prohibitions of a plain wording, each with the redirect that it has.

    A redirect in brackets belongs to what it follows, any other to all. Where nothing but a
    redirect is there, it stands alone, without text.
    """
    if not has_bracketed(text):
        whole = take_redirect(text)
        return [whole._replace(text=clause) for clause in split_clauses(whole.text)] or [whole]
    clauses: list[Redirected] = []
    for piece in split_after_redirects(text):
        for clause in map(take_redirect, split_clauses(piece)):
            if clause.text or not clauses:
                clauses.append(clause)
            else:
                last = clauses[-1]
                clauses[-1] = last._replace(targets=unique([*last.targets, *clause.targets]))
    return clauses


def split_clauses(text: str) -> list[str]:
    """The prohibitions of a plain wording, each as it is written, in order."""
    return [
        clause
        for sentence in split_sentences(text)
        for kind in _split_kinds(strip_order(sentence))
        for clause in _split_unrelated(kind)
    ]


def _split_kinds(sentence: str) -> list[str]:
    """Split before a new relative clause, a stance or a shallow treatment in a list."""
    depths = find_depths(sentence)
    clauses, start = [], 0
    for border in _NEW_KIND.finditer(sentence):
        if depths[border.start()] or not trim(before := sentence[start : border.start()]):
            continue
        if _ANY_TEXT.match(before) or _is_same_kind(before, sentence[border.end() :]):
            continue
        clauses.append(before)
        start = border.end()
    return [*clauses, sentence[start:]]


def _is_same_kind(before: str, after: str) -> bool:
    """Whether what follows continues a list of one kind: "superficial or ceremonial mentions of"."""
    named = re.match(_SHALLOW, after, re.IGNORECASE) or re.match(_STANCE, after, re.IGNORECASE)
    return bool(named and _ATTITUDE.match(before)) or before.lower().endswith((" such as", " like"))


def _split_unrelated(clause: str) -> list[str]:
    """Split around items called unrelated where no operator rules the whole clause."""
    if _OPENS_UNRELATED.match(clause) or split_at_operators(clause)[1]:
        return [clause]
    depths = find_depths(clause)
    parts, start, is_alone = [], 0, False
    for border in _ITEM.finditer(clause):
        begins = bool(_UNRELATED_ITEM.match(clause, border.end()))
        if depths[border.start()] or not (begins or is_alone):
            continue
        parts.append(clause[start : border.start()])
        start, is_alone = border.end(), begins
    return [*parts, clause[start:]]
