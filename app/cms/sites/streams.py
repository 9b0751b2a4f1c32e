"""Owns a Wagtail field to HTML: rich text as it is, the blocks of a stream one after the other."""

from html import escape
from typing import Final

from pydantic import JsonValue

MAX_PARTS: Final = 20_000
_NOT_TEXT: Final = frozenset({"id", "type", "format"})


def write_stream(value: JsonValue) -> str:
    """The field as HTML: blocks named after headings and quotes become such, texts without markup paragraphs.

    What a site's own blocks hold is read in their order; numbers and what stands for pictures and pages is not.
    """
    parts: list[str] = []
    pending: list[tuple[JsonValue, str]] = [(value, "p")]
    while pending and len(parts) < MAX_PARTS:
        part, element = pending.pop()
        if isinstance(part, str):
            parts.append(_write_text(part, element))
        elif isinstance(part, list):
            pending += [(item, element) for item in reversed(part)]
        elif isinstance(part, dict):
            inner = _choose_element(part.get("type")) or element
            pending += [(item, inner) for name, item in reversed(part.items()) if name not in _NOT_TEXT]
    return "\n".join(part for part in parts if part)


def _choose_element(kind: JsonValue) -> str | None:
    if not isinstance(kind, str):
        return None
    named = kind.lower()
    return "h2" if "heading" in named or named == "title" else "blockquote" if "quote" in named else None


def _write_text(text: str, element: str) -> str:
    """Rich text is HTML already; a text without any tag is plain."""
    if not text.strip():
        return ""
    if text.lstrip().startswith("<") and text.rstrip().endswith(">"):
        return text
    return f"<{element}>{escape(text, quote=False)}</{element}>"
