"""Owns made-up definitions and articles of a wanted size in tokens, the same for the same seed."""

import random
from collections.abc import Callable

from app.domain.article import Article
from app.domain.category import Category, Topic
from app.domain.exclusion import ExclusionRule
from app.parsing.reading import read_article
from app.parsing.submission import Submission

SUBJECTS = """
    harbours vineyards libraries turbines orchards tramways glaciers archives bakeries theatres reservoirs
    observatories fisheries quarries hospitals workshops railways gardens ministries laboratories canals museums
""".split()
ASPECTS = """
    funding safety staffing maintenance history design governance training planning insurance restoration access
    lighting measurement ownership procurement noise accounting teaching inspection repair transport
""".split()
VERBS = "explains compares describes measures questions defends reports weighs traces reviews".split()
QUALITIES = "public seasonal regional long-term shared temporary municipal private careful recent costly".split()
LINKS = "because while although so that whenever until".split()

SENTENCES = 5
"""In a paragraph."""
HALF_A_STEP = 17
"""Tokens of half of what is added to a definition at a time: sizes lie around the wanted one, and not above it."""

Count = Callable[[str], int]


def make_definitions(count: int, tokens: int, measure: Callable[[Category], int], seed: int) -> tuple[Category, ...]:
    """So many definitions, each of about so many tokens as `measure` counts one, in the order of their ids."""
    source = random.Random(seed)
    return tuple(_make_definition(f"category-{number:03d}", tokens, measure, source) for number in range(count))


def make_article(tokens: int, count: Count, seed: int) -> Article:
    """An article of about so many tokens, in short paragraphs."""
    source = random.Random(seed)
    paragraphs = [""]
    while count("\n\n".join(paragraphs)) < tokens:
        if paragraphs[-1].count(".") == SENTENCES:
            paragraphs.append("")
        paragraphs[-1] = f"{paragraphs[-1]} {_make_sentence(source)}".lstrip()
    return read_article(Submission(text="\n\n".join(paragraphs), title=_make_title(source)))


def _make_definition(id_: str, tokens: int, measure: Callable[[Category], int], source: random.Random) -> Category:
    category = Category(id=id_, title=_make_title(source), scope=_make_sentence(source))
    while measure(category) < tokens - HALF_A_STEP:
        number = len(category.topics) + 1
        topics = (*category.topics, Topic(id=f"{id_}#t{number}", text=_make_sentence(source)))
        exclusions = category.exclusions
        if number % 2 == 0:
            text = f"Articles on {source.choice(SUBJECTS)} without {source.choice(ASPECTS)}."
            exclusions = (*exclusions, ExclusionRule(id=f"{id_}#x{number // 2}", text=text, kind="absence"))
        scope = f"{category.scope} {_make_sentence(source)}"
        category = category.model_copy(update={"topics": topics, "exclusions": exclusions, "scope": scope})
    return category


def _make_title(source: random.Random) -> str:
    return f"{source.choice(ASPECTS)} of {source.choice(SUBJECTS)}".capitalize()


def _make_sentence(source: random.Random) -> str:
    def clause() -> str:
        return (
            f"the {source.choice(QUALITIES)} {source.choice(ASPECTS)} of {source.choice(SUBJECTS)} "
            f"{source.choice(VERBS)} {source.choice(QUALITIES)} {source.choice(SUBJECTS)}"
        )

    return f"{clause().capitalize()} {source.choice(LINKS)} {clause()}."
