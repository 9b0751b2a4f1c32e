"""Owns examples: the lists after "e.g." and "such as", told apart from what they exemplify."""

import re
from typing import NamedTuple

from app.category_files.exclusions.operators import split_at_operators
from app.category_files.exclusions.wording import find_outside

_INTRODUCED = (
    r"(?:e\.\s?g\.?|eg\b|for example|for instance|such as|including|like|incl\.?|i\.\s?e\.?|ie\b|namely|especially"
    r"|particularly|as in|viz\.?)"
)
_BRACKETED = re.compile(rf"\s*\(\s*(?:{_INTRODUCED}[,:]?\s*([^()]*)|([^(),]+,[^()]+))\)", re.IGNORECASE)
_REMARK = re.compile(r"\s*\(([^()]*)\)")
_OPEN = re.compile(
    r"\s*[,:]?\s*(?:\b(?:such as|for example|for instance|namely)\b|(?<=,)\s*(?:including|like|especially|particularly"
    r"|notably)\b"
    r"|\be\.g\.|\bi\.e\.|\s-\s+(?:such as|including|e\.g\.))[,:]?\s+",
    re.IGNORECASE,
)
_LIKE = re.compile(r"(?<=s) like (?=[\w'\"])", re.IGNORECASE)
_SUCH = re.compile(r"\bsuch ([\w-]+(?: [\w-]+)?) as\b", re.IGNORECASE)
_REST = re.compile(
    r",?\s*(?:,|\bor\b|\band\b)\s*(?:etc\.?|so on|so forth|the like|similar(?: [\w-]+){0,3}|others?|more"
    r"|other such [\w-]+)$|,?\s*\betc\.?$|\s*\.\.\.$",
    re.IGNORECASE,
)


class Exemplified(NamedTuple):
    """Text without its examples, and the examples' own text, "" where there are none."""

    text: str
    examples: str


def take_bracketed(text: str) -> Exemplified:
    """Examples in brackets, "(e.g., A, B)" or a bare list; other remarks in brackets are left out.

    A remark that holds an operator ("(unless sponsored)") is unwrapped, because it rules.
    """
    lists = [strip_rest(introduced or bare) for introduced, bare in _BRACKETED.findall(text)]
    return Exemplified(_REMARK.sub("", _BRACKETED.sub("", text)).strip(), ", ".join(lists))


def unwrap_operators(text: str) -> str:
    """The text with brackets taken off where an operator opens what they hold."""

    def unwrap(remark: re.Match[str]) -> str:
        before, segments = split_at_operators(remark[1].strip())
        return f" {remark[1]}" if segments and not before else remark[0]

    return _REMARK.sub(unwrap, text)


def take_open(text: str) -> Exemplified:
    """Examples that run on, "X, such as A, B, or C": all that follows belongs to them."""
    text = _SUCH.sub(r"\1 such as", text)
    found = find_outside(_OPEN, text) or find_outside(_LIKE, text)
    if found is None:
        return Exemplified(text, "")
    return Exemplified(text[: found.start()].strip(" ,"), strip_rest(text[found.end() :]))


def strip_rest(text: str) -> str:
    """The list without a closing "etc." or "and the like"."""
    return _REST.sub("", text.strip(" ,.")).strip(" ,")
