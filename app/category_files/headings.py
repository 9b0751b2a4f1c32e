"""Owns the words by which a definition's headings are recognised."""

import re
from typing import Final, Literal

Section = Literal["scope", "topics", "exclusions", "summary"]

_LABEL_NOISE: Final = re.compile(r"^[\s#*_>]*(?:\d{1,3}[.)]\s*)?[*_]*|[\s:*_.]+$")
_MAX_LABEL_WORDS: Final = 14

_EXCLUSIONS: Final = re.compile(
    r"\bexclu(?:de[sd]?|ding|sions?)\b|\bout of scope\b|\bout-of-scope\b|\boff[- ]topic\b"
    r"|\b(?:do|does|should|must|is|are)(?: not|n't) (?:be )?"
    r"(?:use|include|classif|tag|apply|assign|cover|belong|about|for\b)"
    r"|\bnot (?:for|included|covered|in scope|relevant|applicable)\b"
    r"|\bwhat (?:this|it) (?:category |tag |concept )?is(?: not|n't)\b"
    r"|^(?:strictly )?(?:omit|avoid|never|leave out|reject)\b"
)
_SUMMARY: Final = re.compile(
    r"\bsummar(?:y|i[sz]e)\b|\b(?:quick|litmus|decision|final) (?:test|check|rule)\b|\brule of thumb\b"
    r"|^(?:in (?:short|brief)|bottom line|conclusion|tl;?dr)$"
)
_SCOPE_WORD: Final = (
    r"(?:scope|intent|intention|purpose|definition|overview|description|background|context|introduction|focus|about)"
)
_SCOPE: Final = re.compile(
    rf"(?:the |category |general )?{_SCOPE_WORD}(?:(?:,| and| &|/|,? and) ?{_SCOPE_WORD}){{0,3}}"
    r"(?: of (?:this|the) (?:category|tag|concept|classification))?"
    r"|(?:theoretical )?alignment\b.{0,80}|.{0,40}\brecogni[sz]ed authorit(?:y|ies)"
)
_TOPICS: Final = re.compile(
    r"\btopics?\b|\binclu(?:de[sd]?|ding|sions?)\b|\bsubjects?\b|\bthemes?\b|\bcover(?:s|ed|age)?\b"
    r"|\bdiscuss(?:e[sd]|ions?|ing)?\b|\bwhat belongs\b|\bin scope\b"
    r"|\b(?:focus|key|core|main) (?:areas?|concepts?|elements?|aspects?|points?|components?|ideas|questions)\b"
    r"|\brelevant (?:content|articles|material|posts|areas)\b"
    r"|\buse (?:this|the|it)\b(?: (?:category|tag|concept|classification))? (?:for|when)\b"
)
_TOPICS_OUTRIGHT: Final = re.compile(
    r"(?:the |some )?(?:key|main|core|relevant|important|primary|typical)? ?(?:topics|themes|subjects)\b.{0,80}"
    r"|include\b.{0,80}"
)
_RUN_IN: Final = re.compile(
    r"(?:strict |strictly |explicit |explicitly )?(?:scope|purpose|summary|quick test|topics|key topics|exclusions?"
    r"|exclude|excluded|out of scope|not for|scope and (?:intent|purpose)|in short|rule of thumb)"
)


def tidy_label(text: str) -> str:
    """A heading's words alone, without marks of emphasis, numbering or a closing colon."""
    return _LABEL_NOISE.sub("", text.strip()).strip()


def find_section(label: str) -> Section | None:
    """The part of a definition that a heading with these words opens, or None where no words tell."""
    words = _fold(label)
    if not words or len(words.split()) > _MAX_LABEL_WORDS:
        return None
    if _EXCLUSIONS.search(words):
        return "exclusions"
    if _SUMMARY.search(words):
        return "summary"
    if _SCOPE.fullmatch(words):
        return "scope"
    return "topics" if _TOPICS.search(words) else None


def opens_topics_outright(label: str) -> bool:
    """Whether the label opens topics even in the midst of exclusions, where "including:" does not."""
    return _TOPICS_OUTRIGHT.fullmatch(_fold(label)) is not None


def opens_run_in(label: str) -> bool:
    """Whether `label: text` on one line of plain text is a heading with its text, not a sentence."""
    return _RUN_IN.fullmatch(_fold(label)) is not None


def _fold(label: str) -> str:
    return " ".join(tidy_label(label).replace("’", "'").casefold().split())
