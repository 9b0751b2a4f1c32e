"""Owns the digest by which bytes are known to have been read before, and as what."""

import hashlib
from pathlib import PurePath
from typing import Final

PARSER_VERSION: Final = "1"
"""Raised whenever the same bytes would be read as another article: what was kept of them then counts no more."""


def digest_reading(raw: str, name: str) -> str:
    """SHA-256 over the parser's version, the form that the name's ending tells, and the digest of the bytes."""
    parts = f"{PARSER_VERSION}\0{PurePath(name).suffix.lower()}\0{raw}"
    return "sha256:" + hashlib.sha256(parts.encode(errors="replace")).hexdigest()
