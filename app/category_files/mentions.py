"""Owns the finding of broader and narrower categories in the wording of a definition."""

import re
from collections.abc import Iterator
from typing import Final

from app.category_files.names import Names
from app.domain.category import Category
from app.domain.value import Value

_SPECIALISED: Final = re.compile(
    r"\bspeciali[sz](?:ed|ations?)\b(?P<of>[^.;:()]{0,80}?)[,(]?[ \n]*"
    r"(?:such as|including|includes?|like|namely|for example|e\.g\.),?[ \n]+(?P<names>[^.;]{1,400})",
    re.IGNORECASE,
)
_PARENT: Final = re.compile(
    r"\b(?:use (?:the|its) (?:parent|broader)(?: category| tag| concept)?:?|(?<!not a )speciali[sz]ation of)"
    r"[ \n]+(?P<names>[^.;)]{1,200})",
    re.IGNORECASE,
)
_GENERIC: Final = re.compile(
    r"\b(?:categor|tag|concept|classification|topic|form|kind|type|variant|version|area)", re.IGNORECASE
)
_NAME: Final = re.compile(
    r"[\"“*]{0,3}(?P<name>[A-Z0-9][\w&/+.’'-]*"
    r"(?:[ ](?:(?:of|for|the|in|to|on|with)[ ](?=[A-Z]))?[A-Z0-9][\w&/+.’'-]*)*)"
)
_SEPARATOR: Final = re.compile(r"[\"”*]{0,3}(?:[ ]?,[ \n]*(?:and|or|&)?|[ \n]+(?:and|or|&))[ \n]+|[\"”*]{0,3},[ \n]*")
_ARTICLE: Final = re.compile(r"(?:the|a|an)[ ]+", re.IGNORECASE)
_STEM: Final = 5


class Mention(Value):
    """Another category named in prose: its id where it is known, and the words."""

    id: str | None
    name: str


def find_specialisations(category: Category, names: Names) -> tuple[Mention, ...]:
    """What the definition calls specialised forms of itself: "specialised models such as A and B"."""
    found: dict[str, Mention] = {}
    for text in (category.scope, category.description, category.summary, *(topic.text for topic in category.topics)):
        for passage in _SPECIALISED.finditer(text):
            if _speaks_of(category, passage["of"]):
                found |= {mention.name.casefold(): mention for mention in _read_names(passage["names"], names)}
    return tuple(mention for mention in found.values() if mention.id != category.id)


def find_parents(category: Category, names: Names) -> tuple[Mention, ...]:
    """What the definition calls its parent: "(use the parent X instead)", "a specialisation of X"."""
    found: dict[str, Mention] = {}
    texts = (category.scope, category.summary, *(rule.text for rule in category.exclusions))
    for text in texts:
        for passage in _PARENT.finditer(text):
            found |= {mention.name.casefold(): mention for mention in _read_names(passage["names"], names)}
    return tuple(mention for mention in found.values() if mention.id != category.id)


def _speaks_of(category: Category, words: str) -> bool:
    """Whether "specialised ..." is said of the category itself or of categories as such."""
    folded = words.casefold()
    own = category.title.casefold().split()[-1][:_STEM]
    return own in folded or not folded.strip() or _GENERIC.search(folded) is not None


def _read_names(text: str, names: Names) -> Iterator[Mention]:
    """The names in "A, B, and C, which ..."; the list ends where neither a category nor a name follows."""
    rest = text.lstrip()
    while rest:
        if known := names.find_at_start(rest):
            category_id, length = known
            yield Mention(id=category_id, name=rest[:length].strip('"“”*'))
        elif name := _NAME.match(rest):
            length = name.end()
            yield Mention(id=names.find(name["name"]), name=name["name"].rstrip(".,'’"))
        elif article := _ARTICLE.match(rest):
            rest = rest[article.end() :]
            continue
        else:
            return
        separator = _SEPARATOR.match(rest, length)
        if separator is None:
            return
        rest = rest[separator.end() :]
