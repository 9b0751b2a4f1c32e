"""Owns redirects: "use X instead" in its many wordings, taken off an exclusion."""

import re
from typing import NamedTuple

from app.category_files.exclusions.examples import take_open
from app.category_files.exclusions.operators import split_at_operators
from app.category_files.exclusions.phrases import split_members, trim
from app.category_files.exclusions.words import LABELS, match_words

_TARGET = r"(?P<target>[^();]+?)"
_INSTEAD = r"(?:,?\s+instead)?"
_USE = (
    r"(?:please )?"
    r"(?:use(?! (?:of|cases?|by|in|as|for|and|or|on|with|without|that|which|at)\b)|see|prefer|refer to|go to"
    r"|(?:file|tag|classify|list|put) (?:it |them |these |those )?(?:under|with|as|in))"
)
_CHOOSE = rf"(?:{_USE}|(?:please )?(?:try|choose|select|apply|consult|pick))"
_FILED = (
    r"(?:covered|handled|tagged|classified|filed|treated|categori[sz]ed|listed|collected|dealt with)"
    r" (?:by|in|under|as|with|at)"
)
_BELONG = (
    rf"(?:(?:that|which|these|they|those|this|it|all of which|both) )?(?:belongs? (?:in|under)|goe?s? (?:in|under)"
    rf"|(?:should|must|may|can|will) (?:be {_FILED}|belong (?:in|to|under)|go (?:in|under))"
    r"|(?:has|have) (?:its|their) own (?:tag|category|topic|page):?)"
)
_PUT = (
    r"(?:(?:that|which|these|they|those|this|it|all of which|both) )?(?:(?:should|must|may|can|will) )?"
    rf"(?:(?:belongs?|go|goes) (?:to|in|under|with|into)|see also|(?:is|are) {_FILED})"
)
"""Plain speech that brackets make a redirect: "belongs to" alone says too much else."""

_STATED = rf"(?<!that )(?<!which )(?<!who )(?:is|are) {_FILED}"
_ELSEWHERE = rf"belongs? to(?= [^()]*\b(?:{LABELS})s?$)"
_THESE = r"(?:for (?:these|those|this|that|which|such [\w-]+),? )"
_BRACKETED = re.compile(
    rf"\s*\({_THESE}?(?:{_PUT}|{_USE}|{_BELONG}|{_FILED}|→|->|=>|cf\.?) {_TARGET}{_INSTEAD}\)", re.IGNORECASE
)
_OPERATOR_WITHIN = 150
"""How far behind a redirect an operator that begins there can reach."""

_LIST_GOES_ON = re.compile(
    r"\s*(?:[,;.]\s*(?:(?:and|or|as well as)\s+)?|\b(?:and|or|as well as)\s+)"
    r"(?!(?:even|where|when|whether|if|which|that|who|whose|because|since|although|though|while)\b)(?=\S)",
    re.IGNORECASE,
)
_PATTERNS = (
    _BRACKETED,
    *(
        re.compile(pattern, re.IGNORECASE)
        for pattern in (
            rf"\s*(?:→|->|=>)\s*{_TARGET}$",
            rf"[,;:.]? (?:- )?{_THESE}(?:{_CHOOSE}) {_TARGET}{_INSTEAD}$",
            rf"[,;:.]? (?:- )?(?<!not )(?<!n't ){_CHOOSE} {_TARGET},? instead$",
            rf"(?:[,;:.]| -) (?:{_USE}|{_BELONG}|{_FILED}) {_TARGET}{_INSTEAD}$",
            rf" (?:{_BELONG}|{_STATED}) {_TARGET}{_INSTEAD}$",
            rf" (?:that |which )?{_ELSEWHERE} {_TARGET}$",
        )
    ),
)
"""Where a redirect follows what it is about."""

_FOR_USE = re.compile(rf"^(?:for|on|about) (?P<subject>.+?),? {_USE} {_TARGET}{_INSTEAD}$", re.IGNORECASE)
_USE_FOR = re.compile(rf"^{_USE} {_TARGET}{_INSTEAD} for (?P<subject>.+)$", re.IGNORECASE)
_ALONE = re.compile(rf"^(?:see {_TARGET}|{_CHOOSE} {_TARGET.replace('target', 'other')},? instead)$", re.IGNORECASE)
_LABEL = match_words(
    rf"(?:the\s+)?(?:(?:parent|broader|narrower|sibling|child|dedicated|separate|more specific|more general|related|own"
    rf"|appropriate)\s+)*+(?:(?:{LABELS})\s+(?=[\w\"']))?"
)
_LABEL_AFTER = re.compile(rf"\s+(?:{LABELS})s?$", re.IGNORECASE)
_SEPARATOR = re.compile(r"\s*,\s*(?:or|and)\s+|\s*,\s*|\s+or\s+|\s*/\s+", re.IGNORECASE)


_REMARK = re.compile(r",?\s+(?:instead|(?:where|when|if|unless|because|as)\s.*)$", re.IGNORECASE)
_UNNAMED = match_words(
    r"(?:(?:specific|appropriate|relevant|corresponding|dedicated|separate|another|other|different|existing|respective"
    r"|suitable|better|more specific|own|parent|broader|narrower|those|these|that|one|it)(?:\s+|$))*+"
    rf"(?:(?:{LABELS}|ones?|instead)(?:s|es)?|categories)?$"
)


class Redirected(NamedTuple):
    """An exclusion's text without its redirect, and the titles that it points to.

    `is_open` says that it points somewhere without naming it ("use the specific tag instead").
    """

    text: str
    targets: tuple[str, ...]
    is_open: bool


def take_redirect(text: str) -> Redirected:
    """Take "use X instead" off a plain wording; no targets where it holds none."""
    for turned in (_FOR_USE, _USE_FOR):
        if found := turned.match(text):
            return _redirect(found["subject"].strip(" ,"), found["target"])
    for pattern in _PATTERNS:
        if found := pattern.search(text):
            return _redirect((text[: found.start()] + text[found.end() :]).strip(" ,;:.-"), found["target"])
    if found := _ALONE.match(text):
        return _redirect("", found["target"] or found["other"])
    return Redirected(text, (), is_open=False)


def split_after_redirects(text: str) -> list[str]:
    """The text divided behind each redirect in brackets after which the list goes on.

    "A (use X), and B without C" gives "A (use X)" and "B without C"; "A (use X) without C" is whole.
    """
    pieces, start = [], 0
    for redirect in _BRACKETED.finditer(text):
        border = _LIST_GOES_ON.match(text, redirect.end())
        if border and split_at_operators(text[redirect.end() : redirect.end() + _OPERATOR_WITHIN])[0]:
            pieces.append(text[start : redirect.end()])
            start = border.end()
    return [*pieces, text[start:]]


def has_bracketed(text: str) -> bool:
    """Whether a redirect in brackets stands in the text, which says what it follows."""
    return bool(_BRACKETED.search(text))


def _redirect(text: str, target: str) -> Redirected:
    """A redirect that names no target points to what "such as" names, where it stands."""
    targets = _read_targets(target)
    if not targets and (named := take_open(text).examples):
        targets = tuple(trim(member) for member in split_members(named, keep_binomials=True))
    return Redirected(text, targets, is_open=not targets)


def _read_targets(text: str) -> tuple[str, ...]:
    targets = []
    for target in _SEPARATOR.split(_REMARK.sub("", _REMARK.sub("", text))):
        named = trim(target)
        if _UNNAMED.match(named):
            continue
        named = named[label.end() :] if (label := _LABEL.match(named)) else named
        targets.append(trim(_LABEL_AFTER.sub("", named)))
    return tuple(target for target in targets if target)
