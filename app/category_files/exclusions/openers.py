"""Owns openers: the words before a subject ("Content focused solely on"), and what they give away."""

import re
from typing import Literal, NamedTuple

from app.category_files.exclusions import attitudes, words
from app.category_files.exclusions.words import match_words

Mark = Literal[
    "stance", "framed", "ritual", "depth", "depth_hint", "mention", "solely", "unrelated", "quality", "narrowed"
]
"""What a wording gives away about its kind.

mention: depth that counting mentions can tell. framed: a stance by "treats X as". ritual: depth
that is a stance, too. quality: well or badly done, which only people can tell. narrowed: a further
clause says which of them are meant, and nothing in it can be looked for.
"""

_ADV = (
    r"(?:(?!(?:early|daily|weekly|monthly|family)\b)(?:\w+ly|only|just|also|even|never|often|always|too|much"
    r"|less)\s+){0,3}"
)
_PREP = rf"(?:\s+{_ADV}(?:{words.PREPOSITIONS}|by)\b)?"
_WORD = r"(?:(?!(?:of|for|on|in|to|and|or|about|with|by|from|as|that|which|than|who)\b)[\w'-]+\s+)"
_GROUP = (
    rf"(?P<adjectives>{_WORD}{{0,3}}?)(?:{words.CONTENT})(?:\s*(?:,\s*(?:or|and)?|or|and"
    rf"|/)\s+{_WORD}{{0,2}}?(?:{words.CONTENT}))*"
)
_THAT = r"\s+(?:that|which|who)\s+"
_STANCE_VERB = rf"(?:{attitudes.STANCE_STEMS}){words.ENDING}\b"
_AND_VERB = r"(?:(?:,|\s+(?:or|and)|,\s+(?:or|and))\s+(?:\w+ly\s+)?[\w-]+(?:e|s|ing|ed|p|t|n|w|d))"
_FINITE = (
    "discusses|focuses|focusses|cent(?:ers|res)|describes|explores|relates|pertains|deals|refers|explains|examines"
    "|involves|applies|talks|concentrates|revolves|introduces|analy[sz]es|summari[sz]es|treats|portrays|depicts|argues"
    "|(?:mentions|covers|references|addresses|concerns|features|presents|compares|touches|reviews|reports|lists"
    "|documents|contains|includes|provides|offers|uses|is|are)"
    "(?!\\s+(?:of|about|or|and|as|for|that|from|by|with|in)\\b)"
)
_SHALLOW = (
    r"superficial|shallow|ceremonial|cursory|surface-level|perfunctory|fleeting|incidental|tangential|buzzword-driven"
)

_DEPTH = match_words(
    rf"(?:(?:{words.DETERMINERS}|only|merely|mere(?!\s+(?:{attitudes.TREATMENTS})\b))\s+)*+(?:(?:(?:{_SHALLOW})|(?:{attitudes.DEPTH})(?=(?:,?\s+(?:or"
    rf"|and)\s+[\w-]+)?\s+(?:{attitudes.TREATMENTS})\b))"
    rf"(?:,?\s+(?:or|and)\s+[\w-]+(?=\s+[\w-]))?)\s+(?:(?:{attitudes.TREATMENTS})(?:\s+(?:or"
    rf"|and)\s+(?:\w+\s+)?(?:{attitudes.TREATMENTS}))?\s+(?:of|to|on|about|in|with)\s+)?"
)
_MENTIONED = match_words(
    rf"(?:{_GROUP}\s+(?:(?:that|which|where)\s+)?|{_WORD}{{1,4}}(?:that|which)\s+)?(?:(?:only|merely|just|simply"
    rf"|briefly|superficially|tangentially|barely)\s+)+"
    rf"(?:mention|touch|reference|refer|allud|relate|discuss|cover|address|nod|list|repeat|restat|nam|quot"
    rf"|stat){words.ENDING}\b(?:\s+(?:briefly|superficially|tangentially))?{_PREP}\s+"
)
_TANGENT = match_words(
    rf"{_GROUP}\s+(?:(?:that|which)\s+(?:is|are)\s+)?(?:only\s+)?(?:tangentially|superficially|loosely|vaguely"
    rf"|remotely) (?:related|connected|linked|tied) (?:to|with)\s+"
)
_STANCE_NOUN = match_words(
    rf"(?:(?:{words.DETERMINERS}|common|popular|gross|one-sided|unsupported|[\w-]+(?:al"
    rf"|ive))\s+){{0,4}}+(?:{attitudes.STANCE_NOUNS})"
    rf"(?:,?\s+(?:or|and)\s+(?:\w+\s+)?[\w-]+)?\s+(?:of|for|against|about|regarding|concerning|surrounding|that)\s+"
)
_STANCE_TAIL = rf"{_AND_VERB}*(?:\s+(?:for|against|that|of|about|upon))?\s+"
_TRYING = r"(?:(?:seek|aim|attempt|tries|tend|try|appear|serve)s? to\s+)?"
_STANCE_CLAUSE = match_words(
    rf"(?:{_GROUP}{_THAT}|that\s+|{_WORD}{{1,4}}(?:that|which|who)\s+){_ADV}{_TRYING}{_STANCE_VERB}{_STANCE_TAIL}"
)
_STANCE_PARTICIPLE = match_words(
    rf"{_GROUP}\s+{_ADV}(?:{attitudes.STANCE_STEMS})(?:ing|ning|ying|ting)\b{_STANCE_TAIL}"
)
_STANCE_LED = match_words(rf"{_ADV}(?:{attitudes.STANCE_STEMS})(?:s|es|ies)\b{_STANCE_TAIL}")
_STANCE_ADJECTIVE = match_words(
    rf"(?:(?:{words.DETERMINERS})\s+)*+(?:{attitudes.STANCE_ADJECTIVES})(?:,?\s+(?:or|and)\s+[\w-]+)?\s+"
    rf"(?:[\w-]+\s+(?:of|about|on|regarding|concerning|that)\s+)?"
)
_FRAMING = match_words(
    rf"(?:(?:{_GROUP}{_THAT}|that\s+){_ADV}(?:{attitudes.FRAMING_STEMS}){words.ENDING}\b|{attitudes.FRAMING_FINITE}\b)"
    rf"{_AND_VERB}*\s+(?=.* (?:as|to)\b)"
)
_ABOUT = (
    rf"{words.FOCUSED}\s+{_ADV}(?:on|around|in|upon)|{words.CONFINED}\s+{_ADV}to|aimed at|where|in which"
    rf"|whose {_ADV}{_WORD}{{0,2}}(?:topic|subject|focus|theme|purpose) is|{words.ABOUT}"
)
_DESCRIBED = match_words(rf"{_GROUP}{_THAT}(?:is|are)\s+(?!{_ADV}(?:{_ABOUT})\b){_ADV}")
_TOPICAL = match_words(
    rf"{_GROUP}(?:,?\s+(?:(?:that|which|who)\s+)?(?:(?:is|are)\s+)?{_ADV}(?:{_ABOUT})"
    rf"|{_THAT}{_ADV}(?:{words.TOPICAL_VERBS})(?:e|es|s)?\b{_AND_VERB}?{_PREP}(?:\s+{_ADV}(?:on|with|to))?)\s+"
)
_OTHER_VERB = match_words(rf"{_GROUP}{_THAT}{_ADV}(?P<verb>[\w-]+){_AND_VERB}?{_PREP}\s+")
_VERB_LED = match_words(
    rf"(?:that\s+)?{_ADV}(?:{_FINITE})\b{_AND_VERB}?{_PREP}(?:\s+(?:{words.CONTENT}) (?:{words.ABOUT}))?\s+"
)
_FOCUS_LED = match_words(
    rf"(?:that\s+)?{_ADV}(?:exclusively |solely |too )?(?:{words.FOCUSED}|{words.CONFINED})\s+{_ADV}(?:on|to)\s+"
)
_BARE = match_words(rf"{_GROUP}$")
_QUALIFIERS_ONLY = match_words(
    rf"(?:(?:{words.QUALIFIERS}|{words.DETERMINERS}|{words.DEMONSTRATIVES}|{attitudes.DEPTH_HINTS}|{words.UNRELATED}"
    rf"|{attitudes.QUALITY})\s+)*+$"
)
_COORDINATED = match_words(
    rf"^(?:(?:{words.QUALIFIERS}|{attitudes.DEPTH_HINTS}|{words.UNRELATED}|{attitudes.QUALITY})"
    r"(?:,\s+(?:(?:or|and)\s+)?|\s+(?:or|and)\s+))+"
)
_DATED = match_words(
    rf"{_GROUP}\s+(?:(?:that|which)\s+(?:is|are|was|were)\s+)?{_ADV}"
    r"(?:older|newer|longer|shorter|earlier|later|published|written|created|posted|produced)\b.*"
)
_LIGHT = match_words(rf"(?:(?:{words.DETERMINERS})\s+)*+(?:{words.LIGHT_HEADS}) of\s+(?=\S)")
_ALONE = re.compile(words.ALONE, re.IGNORECASE)
_QUALITY = re.compile(attitudes.QUALITY, re.IGNORECASE)
_MANNER = re.compile(attitudes.MANNERS, re.IGNORECASE)
_MENTION = re.compile(r"\b(?:mention|reference|allusion|name-dropping)s?\b", re.IGNORECASE)
_RITUAL = re.compile(rf"\b(?:{attitudes.RITUAL})\b", re.IGNORECASE)
_HINTS = match_words(rf"(?:{attitudes.DEPTH_HINTS})\b")


class Opened(NamedTuple):
    """What is left of a subject side, and what its opener gave away."""

    rest: str
    marks: frozenset[Mark]


_OPENERS: tuple[tuple[re.Pattern[str], frozenset[Mark]], ...] = (
    (_MENTIONED, frozenset({"depth", "mention"})),
    (_TANGENT, frozenset({"depth", "mention"})),
    (_DEPTH, frozenset({"depth"})),
    (_STANCE_NOUN, frozenset({"stance"})),
    (_FRAMING, frozenset({"stance", "framed"})),
    (_STANCE_CLAUSE, frozenset({"stance"})),
    (_STANCE_PARTICIPLE, frozenset({"stance"})),
    (_STANCE_LED, frozenset({"stance"})),
    (_STANCE_ADJECTIVE, frozenset({"stance"})),
    (_DESCRIBED, frozenset()),
    (_TOPICAL, frozenset()),
    (_VERB_LED, frozenset()),
    (_FOCUS_LED, frozenset()),
    (_LIGHT, frozenset()),
    (_DATED, frozenset({"quality"})),
)


def open_up(text: str) -> Opened:
    """The text without its openers, taken off from the outside in until none is left."""
    marks: set[Mark] = set()
    rest = text.strip()
    for _ in range(6):
        if is_any_content(rest):
            return Opened("", frozenset(marks | _read_hints(rest)))
        taken = _take_opener(rest)
        if taken is None:
            break
        opener, given = taken
        marks |= given | _read_hints(opener)
        rest = rest[len(opener) :]
    return _take_restriction(Opened(rest, frozenset(marks)))


def _take_opener(text: str) -> tuple[str, frozenset[Mark]] | None:
    for pattern, given in _OPENERS:
        if (opener := pattern.match(text)) and opener.end():
            return opener.group(), given
    return None


def _read_hints(opener: str) -> set[Mark]:
    marks: set[Mark] = set()
    if _MANNER.search(opener) or _QUALITY.search(opener):
        marks.add("quality")
    elif _ALONE.search(opener):
        marks.add("solely")
    if _MENTION.search(opener):
        marks.add("mention")
    if _RITUAL.search(opener):
        marks.add("ritual")
    if _HINTS.match(opener):
        marks.add("depth_hint")
    if re.match(rf"{words.UNRELATED}(?!,|\s+(?:or|and)\s)", opener, re.IGNORECASE):
        marks.add("unrelated")
    return marks


def _take_restriction(opened: Opened) -> Opened:
    """A relative clause with another verb: its object is the subject, unless the noun before it says more.

    "Articles that announce releases" is about releases. "Technical content that provides actionable
    insights" is about technical content, and which of it is meant is a question of quality.
    """
    found = _OTHER_VERB.match(opened.rest)
    if found is None:
        return opened
    quality: frozenset[Mark] = frozenset({"quality"} if _QUALITY.search(opened.rest, found.start("verb")) else ())
    if _QUALIFIERS_ONLY.match(found["adjectives"]):
        return Opened(opened.rest[found.end() :], opened.marks | quality)
    head = re.split(r"\s+(?:that|which|who)\s+", opened.rest, maxsplit=1, flags=re.IGNORECASE)[0]
    return Opened(head, opened.marks | {"quality"})


def is_any_content(text: str) -> bool:
    """Whether the text names no subject: "any content", "general discussions"."""
    bare = _BARE.match(_COORDINATED.sub("", text))
    return not text or bool(bare and _QUALIFIERS_ONLY.match(bare["adjectives"]))
