"""Owns which characters a database takes: all but NUL, which PostgreSQL refuses, and lone surrogates."""

import re

_REFUSED = re.compile("[\0\ud800-\udfff]")


def make_storable(text: str) -> str:
    """The text with U+FFFD for every character that no database takes."""
    return _REFUSED.sub("\ufffd", text)
