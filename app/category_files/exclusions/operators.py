"""Owns the operators of an exclusion: the words between what is excluded and what rescues it."""

import re
from typing import NamedTuple

from app.category_files.exclusions.attitudes import DOCTRINAL_VERBS
from app.category_files.exclusions.wording import find_depths
from app.category_files.exclusions.words import CONTENT, PREPOSITIONS
from app.domain.exclusion import ConditionType

_ADVERBS = r"(?:(?:\w+ly|also|even|really|otherwise|at least|in any way|yet|well)\s+){0,3}"
_WHO = r"(?:,?\s*\b(?:that|which|who|(?:if|when|where|because|as) (?:they|it)|and)\s+)?"
_NOT = r"(?:(?:do|does|did|will|would|can|could|should|may|might)(?:\s+not|n't)|cannot|won't|never)"
_BE_NOT = r"(?:(?:is|are|was|were|has been|have been)\s+(?:not|never)|(?:is|are|was|were)n't)"
_FAIL = r"(?:fail|fails|failed|failing|neglect|neglects|neglecting|refuse|refuses|omit|omits) to"
_VERB = (
    rf"[\w-]+(?:(?:,\s+[\w-]+)*,?\s+(?:or|and"
    rf"|nor)\s+{_ADVERBS}[\w-]+)?(?:\s+(?:\w+ly\s+)?(?:{PREPOSITIONS})\b(?!\s+which))?"
)
_STATE = (
    rf"{_ADVERBS}(?:(?:[\w-]+ed|tied|bound|built|rooted|relevant|specific|germane|pertinent|central|unique|applicable"
    rf"|particular|done|made|seen|shown|set|given|written|drawn)\s+(?:{PREPOSITIONS}|by|within|as)\b"
    rf"|about|part of|within|intended for|meant for|for|in|on|of)(?=\s)"
)
_NO = r"(?:no(?! longer)|little(?: or no)?|few(?: or no)?|hardly any|not enough|insufficient)"
_SCOPE = (
    r"(?:\s+the (?:direct |immediate )?(?:scope|context|realm|area|field|remit|domain|bounds|boundaries|world|confines"
    r"|subject) of)?"
)

_TABLE: tuple[tuple[ConditionType, str], ...] = (
    (
        "unless",
        r",?\s*\b(?:unless|except(?:ing)?(?:\s+(?:when|where|if|for|in cases (?:of|where|when)|as|that|insofar as"
        r"|in))?)\b",
    ),
    (
        "unless",
        r",?\s*\b(?:with the exception of|save for|barring|apart from|aside from|(?:but )?only (?:if|when|where"
        r"|insofar as))\b",
    ),
    ("unless", r",?\s*\bother than (?:when|where|if)\b"),
    ("unless", r"(?<=[\w)\"']),?\s+(?:but )?excluding\b"),
    ("unless", r",?\s*\b(?:but|though) not(?=\s)(?!\s+(?:limited|only|necessarily))"),
    (
        "without",
        r",?\s*\b(?:and\s+|but\s+)?(?:without|w/o|in the absence of|absent|unaccompanied by|minus|with " + _NO + r")\b",
    ),
    ("not_tied", rf"{_WHO}\b{_BE_NOT}\s+{_STATE}"),
    ("lacks", rf"{_WHO}\b{_BE_NOT}(?=\s)(?!\s+the (?:main|primary|central|principal|chief) )"),
    ("lacks", rf"{_WHO}\b(?:(?:is|are)\s+)?neither(?=\s)"),
    ("unrelated", rf"{_WHO}\b(?:has|have|having|had) (?:nothing|little|no) to do with\b"),
    ("unrelated", rf"{_WHO}\b(?:do|does)(?:\s+not|n't) have (?:anything|much) to do with\b"),
    ("does_not", rf"{_WHO}\b(?:{_NOT}|{_FAIL})\s+{_ADVERBS}{_VERB}"),
    (
        "does_not",
        rf",?\s*\bnot\s+(?!only|just|merely|necessarily){_ADVERBS}(?!during|regarding"
        rf"|concerning)\w+ing\b(?:\s+(?:{PREPOSITIONS})\b)?",
    ),
    ("not_tied", rf",?\s*\b(?:but )?not\s+(?!only|just|merely|necessarily|simply){_STATE}"),
    (
        "unrelated",
        rf"{_WHO}\b(?:(?:is|are)\s+)?{_ADVERBS}(?:un(?:related|connected)|irrelevant|extraneous|unattached) (?:to"
        rf"|with)\b",
    ),
    (
        "unrelated",
        rf"{_WHO}\b(?:(?:is|are)\s+)?(?:disconnected|divorced|detached|removed|separate|separated|independent"
        rf"|distinct) (?:from|of)\b",
    ),
    ("unrelated", rf"{_WHO}\b(?:deviat|depart|stray|diverg|digress)(?:e|es|s|ing)? from\b"),
    (
        "unrelated",
        rf"{_WHO}\b(?:(?:is|are|falls?|lies?|goes|happens?|occurs?|takes? place)\s+)?(?:outside(?: of)?"
        rf"|beyond){_SCOPE}(?=\s)",
    ),
    (
        "lacks",
        rf"{_WHO}\b(?<!a )(?<!the )(?:lack|lacks|lacking|omits?|omitting|misses|missing|devoid of|omit|ignores?"
        rf"|ignoring|avoids|overlooks?|neglects?)(?:\s+(?:in|of))?\b",
    ),
    (
        "lacks",
        rf"{_WHO}\b(?:has|have|having|contains?|containing|offers?|offering|provides?|providing|makes?|making|shows?"
        rf"|includes?|gives?|bears?|bearing|carry|carries) {_NO}(?=\s)",
    ),
    (
        "lacks",
        r",?\s*\b(?:rather than|instead of|as opposed to|and not|in place of)(?: (?:as|on|about|with|of|to"
        r"|for))?(?=\s)",
    ),
    ("lacks", r",?\s*\bother than\b"),
)
_OPERATORS = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _TABLE)
_DOCTRINAL = re.compile(rf"\b{DOCTRINAL_VERBS}\w* (?:to|with|from|by)\b", re.IGNORECASE)


_THEM = r"(?:it|they|them|this|that|these|those|there|he|she|him|her|one)\b"
_REWRITES = (
    (
        re.compile(
            r"(?:,?\s+even (?:where|when|if|though)|,\s*(?:although|though(?! not\b)|whether or not|regardless of|no"
            r" matter))\s[^,;()]*?(?=\s+(?:unless|except)\b|[,;()]|$)",
            re.IGNORECASE,
        ),
        "",
    ),
    (
        re.compile(
            r",?\s+\b(?:where|when|in which|for which) nothing (?:(?:beyond|besides|but|apart from|other than|more than"
            r"|except) (?:[\w'-]+ ){1,6}?)?(?:is|are|was|were) (?:\w+ly )?[\w-]+ (?:from|about|of|for|with|to|on|in) "
            rf"(?!{_THEM})(?=\S)",
            re.IGNORECASE,
        ),
        " without ",
    ),
    (
        re.compile(
            r"^(?:only|solely|exclusively) (?:(?:use|used|meant|intended|suitable) )?(?:for|about) "
            rf"(?:(?:{CONTENT}) (?:about|on|of) )?",
            re.IGNORECASE,
        ),
        "anything other than ",
    ),
    (
        re.compile(
            r"\b(?:where|when|in which|for which|if) (?:the )?((?:[\w'-]+ ){1,6}?)(?:itself |themselves )?(?:is|are|was"
            r"|were) (?:not|never) "
            r"(?:\w+ly )?(?:given|shown|made|[\w-]+ed)$",
            re.IGNORECASE,
        ),
        r"without \1",
    ),
    (
        re.compile(
            r"\b(?:where|when|in which|for which|if) (?:(?:there (?:is|are) )?no|nobody's|no one's) "
            r"((?:[\w'-]+ ){0,6}[\w'-]+?)"
            r"(?: (?:is|are|was|were) (?:given|shown|made|[\w-]+ed))?$",
            re.IGNORECASE,
        ),
        r"with no \1",
    ),
)
"""Concessions ("even where ..."), which change nothing; conditions before their operator, put the other way round."""


class Operator(NamedTuple):
    """One operator where it stands: `start` ends the subject side, `end` begins the condition."""

    type: ConditionType
    start: int
    end: int
    words: str

    @property
    def is_doctrinal(self) -> bool:
        """Whether it asks for fidelity ("does not align with") and not for a subject."""
        return bool(_DOCTRINAL.search(self.words))


class Segment(NamedTuple):
    """An operator with the text up to the next one."""

    operator: Operator
    text: str


def split_at_operators(text: str) -> tuple[str, tuple[Segment, ...]]:
    """The subject side, and each operator outside brackets with what follows it."""
    operators = _find_operators(text)
    if not operators:
        return text, ()
    ends = [operator.start for operator in operators[1:]] + [len(text)]
    segments = tuple(Segment(o, text[o.end : end].strip()) for o, end in zip(operators, ends, strict=True))
    return text[: operators[0].start].strip(), segments


def _find_operators(text: str) -> list[Operator]:
    """All operators in reading order; of two that overlap the earlier, of two that begin together the longer."""
    depths = find_depths(text)
    found = [
        Operator(kind, match.start(), match.end(), match.group())
        for kind, pattern in _OPERATORS
        for match in pattern.finditer(text)
        if not depths[match.start()]
    ]
    kept: list[Operator] = []
    for operator in sorted(found, key=lambda o: (o.start, -o.end)):
        if not kept or operator.start >= kept[-1].end:
            kept.append(operator)
    return kept


def rewrite(text: str) -> str:
    """The text without concessions, and with "where X is not described" as "without X", which operators divide."""
    for pattern, form in _REWRITES:
        text = pattern.sub(form, text)
    return text.strip()
