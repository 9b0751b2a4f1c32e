"""Owns the slug that a CMS makes of a tag's name, by which a tag is found that is there in another spelling."""

import re
import unicodedata
from typing import Final

_NOT_IN_SLUG: Final = re.compile(r"[^a-z0-9]+")


def make_slug(name: str) -> str:
    """The slug of a name in Latin letters; "" for any other, which each CMS writes in its own way."""
    plain = unicodedata.normalize("NFKD", name)
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter)).lower()
    return _NOT_IN_SLUG.sub("-", letters).strip("-") if letters.isascii() else ""
