"""Owns the cutting of topics that stand in one sentence instead of in bullets."""

import re
from typing import Final

_SEPARATOR: Final = re.compile(r"[;,](?=[ \t])|[()\[\]]")
_CONJUNCTION: Final = re.compile(r"(?:and|or|as well as)[ \t]+(?=\S)", re.IGNORECASE)
_MIN_TOPICS: Final = 3


def split_topics(text: str) -> list[str]:
    """The topics of "a, b (c, d) and e"; a text that is no such list is one topic.

    Lines of their own count first, semicolons before commas, and nothing within brackets does.
    """
    if "\n" in text:
        return [line.strip() for line in text.split("\n") if line.strip()]
    for mark in ";", ",":
        parts = _split_at(mark, text)
        if len(parts) >= _MIN_TOPICS:
            return [_CONJUNCTION.sub("", part, count=1) if _CONJUNCTION.match(part) else part for part in parts]
    return [text]


def _split_at(mark: str, text: str) -> list[str]:
    parts = []
    start = depth = 0
    for found in _SEPARATOR.finditer(text):
        if found[0] in "([":
            depth += 1
        elif found[0] in ")]":
            depth = max(0, depth - 1)
        elif found[0] == mark and depth == 0:
            parts.append(text[start : found.start()])
            start = found.end()
    parts.append(text[start:].rstrip(". "))
    return [part.strip() for part in parts if part.strip()]
