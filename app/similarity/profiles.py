"""Owns what of a category is compared with articles: its positive definition, never its exclusions."""

import re

from app.domain.category import Category
from app.domain.value import Value
from app.similarity.negation import drop_negations

# "Covers A, B and C. Roughly includes D, E." is a list of topics written as prose.
LIST_OPENER = re.compile(
    r"^\W*(?:[\w\s]{0,40}?\s)??"
    r"(?:covers?|includ(?:es?|ing)|contains?|deals? with|concerns?|focus(?:es)? on|centers on|comprises?|such as)"
    r"(?:\s+(?:all\s+)?(?:aspects|areas|kinds|types|forms|facets)\s+of"
    r"|\s+material\s+(?:in|on)|\s+topics\s+such\s+as)*:?\s+",
    re.IGNORECASE,
)
ENUMERATION = re.compile(
    r",?\s+(?:including(?:, but not limited to,?)?|such as|for example|e\.g\.,?|namely)\s+|:\s+", re.IGNORECASE
)
SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[\"“(]?[A-Z0-9])|\n+")
PART_END = re.compile(r"\s*;\s+|\s+[–—]\s*|\s*[–—]\s+")
ITEM_END = re.compile(r",\s+(?:and\s+|or\s+)?|\s*\(\d+\)\s*")
PARENTHESES = re.compile(r"\s?\(([^()]*)\)")
# A clause with commas in it is no list.
CLAUSE = re.compile(
    r"\b(?:is|are|was|can|will|may|should|must|have|has|we|you|they|that|which|while|when)\b", re.IGNORECASE
)
MAX_STATEMENTS = 40
# Definitions are written by people; what is longer is not one.
MAX_PROSE = 20_000
# An item of a list names something; more words are a sentence of its own.
MAX_ITEM_WORDS = 6
MIN_ITEMS = 3
MIN_ITEMS_UNANNOUNCED = 4


class Statement(Value):
    """One thing that a category is about. `topic` is the id of the key topic, None for split prose."""

    topic: str | None
    text: str


class Profile(Value):
    """A category as it is compared: what it is called, what it is about, and its prose in one piece."""

    category_id: str
    title: str
    names: tuple[str, ...]
    statements: tuple[Statement, ...]
    prose: str


def build_profile(category: Category) -> Profile:
    """The positive side of a definition."""
    prose = (tidy(text) for text in (category.scope, category.description, category.summary))
    scope, description, summary = (drop_negations(text) for text in prose)
    topics = tuple(Statement(topic=t.id, text=drop_negations(tidy(t.text)) or t.text) for t in category.topics)
    split = tuple(Statement(topic=None, text=s) for prose in (scope, description) for s in split_prose(prose))
    names = tuple(dict.fromkeys((category.title, *(spell_out(name) for name in category.synonyms))))
    listed = f"{'; '.join(t.text.rstrip('.') for t in topics)}." if topics else ""
    return Profile(
        category_id=category.id,
        title=category.title,
        names=names,
        statements=tuple({s.text.casefold(): s for s in (*split, *topics)[::-1]}.values())[::-1][:MAX_STATEMENTS],
        prose=" ".join(_end(text) for text in (category.title, scope, description, listed, summary) if text),
    )


def _end(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def tidy(text: str) -> str:
    """The text with single spaces and no empty lines, which also keeps the expressions here linear; at most so long."""
    return "\n".join(" ".join(line.split()) for line in text[:MAX_PROSE].splitlines() if line.strip())


def spell_out(name: str) -> str:
    """A synonym as words: "section-508" is a slug."""
    return name if " " in name else name.replace("-", " ").replace("_", " ")


def split_prose(prose: str) -> tuple[str, ...]:
    """Statements: the items of enumerations, and the sentences that are none."""
    found: list[str] = []
    for sentence in SENTENCE_END.split(prose):
        opener = LIST_OPENER.match(sentence)
        rest = sentence[opener.end() :] if opener else sentence
        for part in PART_END.split(rest):
            found += _split_part(part, listed=opener is not None)
    return tuple(dict.fromkeys(text for text in found if len(text) > 2))


def _split_part(part: str, *, listed: bool) -> list[str]:
    head, *tail = ENUMERATION.split(part, maxsplit=1)
    if tail and not listed and (items := _find_items(tail[0])):
        return [head.strip(" .,"), *items]
    items = _find_items(ENUMERATION.sub(", ", part))
    is_list = listed or (len(items) >= MIN_ITEMS_UNANNOUNCED and not CLAUSE.search(part))
    return items if items and is_list else [part.strip(" .,")]


def _find_items(text: str) -> list[str]:
    items = [item.strip(" .") for item in ITEM_END.split(PARENTHESES.sub("", text))]
    items = [item for item in items if item and item.lower() not in {"etc", "and so on", "among others"}]
    short = sum(len(item.split()) <= MAX_ITEM_WORDS for item in items)
    return items if short >= max(1, 0.75 * len(items)) and (len(items) >= MIN_ITEMS or short == len(items)) else []
