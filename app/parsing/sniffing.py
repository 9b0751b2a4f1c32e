"""Owns the guess at the form of a text that comes without a name."""

import re
from typing import Literal

from app.parsing.html_page import is_whole_page

Form = Literal["text", "markdown", "html"]

_READ = 200_000
"""Characters looked at: the form shows early, and the guess stays cheap."""
_HTML_START = re.compile(
    r"\s*<(?:!--|(?:article|section|div|p|h[1-6]|ul|ol|table|figure|blockquote|main|header|span|strong|em|a)[\s>])",
    re.IGNORECASE,
)
_HTML_END = re.compile(r"</(?:p|div|h[1-6]|li|ul|ol|article|section|table|blockquote)>", re.IGNORECASE)
_MARKDOWN = (
    re.compile(r"^#{1,6}[ \t]+\S", re.MULTILINE),
    re.compile(r"\[[^\[\]\n]{1,300}\]\((?:https?://|/|#|\.|\{\{)[^()\s]{0,500}\)"),
    re.compile(r"^(?:```|~~~)", re.MULTILINE),
    re.compile(r"(?<!\*)\*\*[^\s*][^*\n]{0,300}\*\*"),
    re.compile(r"^[^\n]{1,120}\n(?:={3,}|-{3,})[ \t]*$", re.MULTILINE),
    re.compile(r"^\|?[ \t]*:?-{3,}:?[ \t]*\|", re.MULTILINE),
    re.compile(r"^[ ]{0,3}[-*+][ \t]+\S[^\n]*\n[ ]{0,3}[-*+][ \t]+\S", re.MULTILINE),
    re.compile(r"!\[[^\[\]\n]{0,300}\]\("),
    re.compile(r"^>[ \t]+\S", re.MULTILINE),
)
_CERTAIN = _MARKDOWN[:2]


def find_form(text: str) -> Form:
    """HTML where it begins or is closed like HTML, Markdown where it shows a heading, a link or two other signs."""
    head = text[:_READ]
    if is_whole_page(head) or (_HTML_START.match(head) and _HTML_END.search(head)) or _count(_HTML_END, head) >= 3:
        return "html"
    if any(sign.search(head) for sign in _CERTAIN) or sum(bool(sign.search(head)) for sign in _MARKDOWN) >= 2:
        return "markdown"
    return "text"


def _count(pattern: re.Pattern[str], text: str) -> int:
    return sum(1 for _ in pattern.finditer(text))
