"""Owns the looking up of categories by the names that people write for them."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

from app.category_files.slugs import slugify
from app.domain.category import Category

_MAX_WORDS: Final = 12
_WORD: Final = re.compile(r"\S+")
_QUOTES: Final = str.maketrans("", "", "\"'“”‘’`*_")
_TRAILER: Final = re.compile(r" (?:tags?|categor(?:y|ies)|concepts?|classifications?)$")


class Names:
    """Ids by id, former id, title and synonym; a name that several share leads to the first of them."""

    def __init__(self, categories: Iterable[Category]) -> None:
        self._ids: dict[str, str] = {}
        for names_of in (_names_of_id, _names_of_title, _names_of_synonyms, _names_of_aliases):
            for category in categories:
                for name in names_of(category):
                    self._ids.setdefault(_fold(name), category.id)
        self._ids.pop("", None)

    def find(self, name: str) -> str | None:
        """The id of the category of that name, in whatever case, quotes or with "tag" behind it."""
        folded = _fold(name)
        return self._ids.get(folded) or self._ids.get(_TRAILER.sub("", folded)) or self._ids.get(slugify(folded))

    def find_at_start(self, text: str) -> tuple[str, int] | None:
        """The id whose name `text` begins with, the longest of several, and the name's length."""
        ends = [word.end() for word in _WORD.finditer(text[:400])][:_MAX_WORDS]
        for end in reversed(ends):
            name = text[:end].rstrip(".,;:)")
            if category_id := self._ids.get(_fold(name)):
                return category_id, len(name)
        return None

    def suggest(self, name: str) -> str:
        """Words for a remedy: the ids that are spelt most like `name`, or how to see them all."""
        close = get_close_matches(_fold(name), self._ids, n=3, cutoff=0.6) if len(self._ids) < 5000 else []
        ids = list(dict.fromkeys(self._ids[match] for match in close))
        return (
            f"Did you mean {' or '.join(map(repr, ids))}?"
            if ids
            else "Name the id or title of a category that is there."
        )


def _fold(name: str) -> str:
    return " ".join(name.translate(_QUOTES).casefold().split())


def _names_of_id(category: Category) -> tuple[str, ...]:
    return (category.id,)


def _names_of_title(category: Category) -> tuple[str, ...]:
    return (category.title,)


def _names_of_synonyms(category: Category) -> tuple[str, ...]:
    return category.synonyms


def _names_of_aliases(category: Category) -> tuple[str, ...]:
    return category.aliases
