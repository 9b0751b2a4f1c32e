"""Owns the making of ids from names."""

import re
import unicodedata
from typing import Final

_MAX_ID: Final = 200
_NOT_ID: Final = re.compile(r"[\s#/\\?&%\"'<>`{}|^\[\],;\x00-\x1f\x7f-\x9f]")
_NOT_SLUG: Final = re.compile(r"[^\w.+]+|_+")


def is_id(text: str) -> bool:
    """Whether a text can stand as an id in addresses, in rule ids and on the command line."""
    return 0 < len(text) <= _MAX_ID and not _NOT_ID.search(text) and not text.startswith((".", "-"))


def slugify(name: str) -> str:
    """A name as an id: lower case, hyphens for what an address cannot hold; may be empty."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return _NOT_SLUG.sub("-", folded).strip("-.")[:_MAX_ID].rstrip("-.")


def to_id(name: str) -> str:
    """The id that a slug, file or folder name stands for: itself in lower case where it can be one."""
    lowered = unicodedata.normalize("NFC", name.strip()).lower()
    return lowered if is_id(lowered) else slugify(name)
