"""Owns telling a field of ours that a sender has misspelt from one that is the sender's own business."""

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import Final

from app.cms.adapters.payload import Place, list_keys, step
from app.errors import BadPayload

_OTHER_WORDS: Final[Mapping[str, str]] = {
    "headline": "title",
    "keywords": "tags",
    "lang": "locale",
    "language": "locale",
    "link": "url",
    "permalink": "url",
    "modified": "updated_at",
    "modified_at": "updated_at",
}
_ALIKE: Final = 0.78
"""`titel` is like `title`, `subtitle` is not."""
_LONGEST: Final = 40
"""Characters of a name that is compared; a misspelt one is no longer."""


def check_spelling(data: Place, known: Collection[str]) -> None:
    """Pass an object whose fields are known, or are like none that is known and missing.

    Raises:
        BadPayload: a field that would not be read, though it is likely to be meant for one that is.
    """
    missing = [name for name in known if step(data, name).value is None]
    for name in list_keys(data):
        meant = None if name in known or len(name) > _LONGEST else _find_meant(name, missing)
        if meant is not None:
            told = step(data, name if name.isprintable() else ascii(name)).path
            raise BadPayload(f"{told} is not read. Call it {step(data, meant).path}, or leave it out.")


def _find_meant(name: str, missing: Collection[str]) -> str | None:
    other = _OTHER_WORDS.get(name.casefold())
    if other in missing:
        return other
    plain = {_simplify(candidate): candidate for candidate in missing}
    close = get_close_matches(_simplify(name), plain, n=1, cutoff=_ALIKE)
    return plain[close[0]] if close else None


def _simplify(name: str) -> str:
    return name.casefold().replace("_", "").replace("-", "")
