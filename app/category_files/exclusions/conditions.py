"""Owns the condition side of an exclusion: the phrases that rescue, completed by the category's name."""

import re
from itertools import pairwise
from typing import NamedTuple

from app.category_files.exclusions import attitudes, words
from app.category_files.exclusions import title as titles
from app.category_files.exclusions.examples import take_bracketed
from app.category_files.exclusions.operators import Segment
from app.category_files.exclusions.phrases import expand_ellipsis, share_noun, split_members, trim, unique
from app.category_files.exclusions.words import match_words
from app.domain.exclusion import Condition, ConditionType

_ADVERBS = r"(?:(?:\w+ly|also|at least)\s+)*+"
_PREP = rf"(?:{words.PREPOSITIONS}|by|within)"
_THEY = (
    r"(?:(?:they|it|these|there|the (?:content|article|post|piece|discussion|material|focus|item|story|text)s?|one)\s+)"
)
_LEAD_INS = (
    match_words(
        rf"{_THEY}(?:(?:is|are|was|were|has been|have been|can be|must be)\s+)?{_ADVERBS}[\w-]+(?:\s+(?<=used )to "
        rf"[\w-]+|\s+{_PREP}\b)?\s+"
    ),
    match_words(rf"(?:(?:is|are|being) )?{_ADVERBS}(?:about|concerning|regarding|part of|for|in|on) (?=[\w'\"])"),
    match_words(
        rf"(?:(?:is|are|being|where|when|if)\s+)?{_ADVERBS}(?:[\w-]+(?<!ne)(?<!spe)(?<!f)ed|tied|bound|rooted|built"
        rf"|about|part of|relevant|specific|central|related)"
        rf"\s+(?:(?:and|or) [\w-]+\s+)?(?:{_PREP}|as)\s+(?:(?:or|and)\s+{_ADVERBS}[\w-]+(?:ed|d|t)\s+{_PREP}\s+)?"
    ),
    match_words(rf"{_ADVERBS}[\w-]+ing\s+(?:it|them|this|these|that)\s+{_ADVERBS}{_PREP}\s+"),
    match_words(
        rf"{_ADVERBS}(?:{words.LINK_GERUNDS})(?:,?\s+(?:or|and)\s+{_ADVERBS}[\w-]+ing)?(?:\s+(?:it|them|this|these"
        rf"|that))?(?:\s+{_ADVERBS}{_PREP}\b)?\s+"
    ),
)
_LINK = match_words(
    rf"(?:(?:{words.DETERMINERS}|{words.LINK_ADJECTIVES})\s+(?:(?:or|and)\s+(?=(?:{words.LINK_ADJECTIVES})\b))?)*+"
    rf"(?:{words.LINKS})(?:,?\s+(?:or|and)\s+(?:(?:{words.LINK_ADJECTIVES})\s+)?[\w-]+)?\s+(?:{_PREP})\s+(?=\S)"
)
_VERB = match_words(rf"(?:{words.LINK_VERBS})\s+(?:{_PREP}\s+)?(?=\S)")
_HOW = match_words(r"how\s+(?:(?:it|they|this|these|that)\s+(?!(?:is|are|was|were)\b)[\w-]+|to\s+[\w-]+)\s+")
_QUESTION = match_words(r"(?:how|what|why|who|whom|whose|which|where|when|whether)\b")
_OWN_MEMBER = match_words(
    rf"(?:how|what|why|who|whom|whose|which|where|when|whether|{words.DETERMINERS}|{words.PREPOSITIONS}|by)\s"
)
_PREDICATE = match_words(r" (?:is|are|was|were) ")
_TAIL = re.compile(rf"(?:{words.CONDITION_TAILS})$", re.IGNORECASE)
_SCOPE_TAIL = re.compile(r"^((?:[\w'-]+ ){2,}[\w'-]+) (?:in|within) .*$", re.IGNORECASE)
_CENTRAL = re.compile(rf"{words.CENTRAL_TAIL}$", re.IGNORECASE)
_UNRESOLVED = re.compile(
    r"^(?:the|this|that)\s+(?:specific|particular|given|relevant|respective|actual|intended|main|stated"
    r"|selected)\s+[\w-]+$",
    re.IGNORECASE,
)
_DEEP = re.compile(attitudes.DEEP, re.IGNORECASE)
_DOCTRINE = re.compile(rf"\b{attitudes.DOCTRINES}\b", re.IGNORECASE)
_ITS = re.compile(r"^(?:its|their|the)\s", re.IGNORECASE)


class ConditionSide(NamedTuple):
    """The condition, and what its wording gave away.

    unresolved: it points to something that the definition does not name. deep: it asks for a
    quality of treatment. doctrinal: it asks for fidelity to the category's own doctrine.
    """

    condition: Condition
    unresolved: bool
    deep: bool
    doctrinal: bool


def read_condition(
    segments: tuple[Segment, ...], nested: tuple[Segment, ...], title: str, *, any_content: bool, unrelated: bool
) -> ConditionSide:
    """The condition of a clause: the first operator's, and those of the operators coordinated with it.

    `nested` are operators inside an only example, which count as well. `any_content` says that no
    subject stands before the operator, `unrelated` that a subject is called unrelated without
    saying to what; both mean the category itself.
    """
    ruling = (*_choose_ruling(segments), *nested)
    raw = [member for segment in ruling for member in _read_members(segment.text, title)]
    texts = " ".join(segment.text for segment in ruling)
    central = _CENTRAL.search(texts)
    about_self = bool(central and titles.is_title(central["center"], title))
    phrases = [title if titles.is_title(p, title) else p for p in raw]
    if title not in phrases and (unrelated or about_self or _means_title(phrases, title, any_content=any_content)):
        phrases.insert(0, title)
    first = next((segment for segment in ruling if segment.operator.type == "unless"), ruling[0])
    fidelity = any_content and first.operator.is_doctrinal and any(_DOCTRINE.search(p) for p in raw)
    return ConditionSide(
        Condition(type=first.operator.type, phrases=unique(phrases)),
        unresolved=any(_UNRESOLVED.match(segment.text) for segment in ruling),
        deep=bool(_DEEP.search(texts)),
        doctrinal=fidelity and (any(titles.contains_title(p, title) for p in raw) or bool(_ITS.match(first.text))),
    )


def of_title(kind: ConditionType, title: str) -> Condition:
    """The condition that the category itself must be there."""
    return Condition(type=kind, phrases=(title,) if title.strip() else ())


def _choose_ruling(segments: tuple[Segment, ...]) -> tuple[Segment, ...]:
    """The operators that rule the clause: the first, those joined to it by "or", and any rescue."""
    ruling = [segments[0]]
    for before, segment in pairwise(segments):
        joined = bool(re.search(r"(?:\bor|\band|,)$", before.text, re.IGNORECASE))
        if joined or segment.operator.type == "unless":
            ruling.append(segment)
    return tuple(ruling)


def _read_members(text: str, title: str) -> list[str]:
    text = re.sub(r"(?:,|\s+(?:or|and))+$", "", text.strip(), flags=re.IGNORECASE)
    bracketed = take_bracketed(text)
    body = bracketed.text
    for lead_in in _LEAD_INS:
        if (found := lead_in.match(body)) and found.end() < len(body):
            body = body[found.end() :]
    body = _strip_tail(_strip_links(body))
    raw = _rejoin_questions(split_members(body, keep_binomials=True), body)
    members = [read for member in raw if (read := _read_member(member))]
    stands_alone = len(members) > 1 and (titles.is_title(members[-2], title) or _QUESTION.match(members[-2]))
    if len(members) > 1 and not (stands_alone or _VERB.match(raw[-1])):
        members = expand_ellipsis(members, is_led_by_title=titles.starts_with_title(members[-2], title))
    members = share_noun(members)
    return [*members, *(trim(m) for m in split_members(bracketed.examples, keep_binomials=True))]


def _read_member(member: str) -> str:
    verb = _VERB.match(member)
    member = _strip_tail(_CENTRAL.sub("", _strip_links(member[verb.end() :] if verb else member)))
    if scoped := _SCOPE_TAIL.match(member):
        member = scoped[1]
    return trim(member)


def _rejoin_questions(members: list[str], body: str) -> list[str]:
    """The members with "how X is funded or governed" as one: what a question says is not a thing of its own."""
    joined: list[str] = []
    start = end = 0
    for member in members:
        at = body.index(member, end)
        is_further = bool(joined) and "," not in body[end:at] and not _OWN_MEMBER.match(member)
        if is_further and _QUESTION.match(joined[-1].lstrip()):
            joined[-1] = body[start : at + len(member)]
        else:
            joined.append(member)
            start = at
        end = at + len(member)
    return joined


def _strip_tail(text: str) -> str:
    """The text without what follows its phrase; a question keeps its predicate: "how the law is used"."""
    tail = _TAIL.search(text)
    if tail is None or (_PREDICATE.match(tail.group()) and _QUESTION.match(text.lstrip())):
        return text
    return text[: tail.start()]


def _strip_links(text: str) -> str:
    for _ in range(3):
        if not (link := _LINK.match(text)):
            break
        text = text[link.end() :]
    return _HOW.sub("", text, count=1) if _HOW.match(text) else text


def _means_title(phrases: list[str], title: str, *, any_content: bool) -> bool:
    """Whether the phrases say the category in other words, so that its name rescues as well."""
    if any(titles.is_name_only(phrase, title) for phrase in phrases):
        return True
    if not any_content or any(titles.is_part_of_title(p, title) or titles.narrows(p) for p in phrases):
        return False
    return len(phrases) == 1 or any(titles.shares_word(phrase, title) for phrase in phrases)
