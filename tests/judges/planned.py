"""Builds what a planner works with: definitions and articles of given sizes, a counter of words, a list of prices."""

from collections.abc import Sequence
from pathlib import Path

from app.domain.article import Article, Removed, Sentence
from app.domain.category import Category, Topic
from app.domain.exclusion import ExclusionRule
from app.domain.verdict import Candidate
from app.judges.planning import Limits, Planner
from app.judges.pricing import Tariff
from app.judges.sizing import Sizes
from app.llm.server.caching import PrefixCache
from app.llm.spending.prices import Price
from app.prompting.composing import Composer

PROMPTS = Path(__file__).parents[2] / "prompts"
CACHED = Tariff(
    price=Price(input=0.10, cached=0.01, written=0.125, output=0.50, as_of="2026-10-21"),
    cache=PrefixCache(mode="breakpoints", min_prefix=1024, is_cheaper=True, is_reported=True),
)
UNKNOWN = Tariff()


class WordCounter:
    """One token per word."""

    exact = True

    def __init__(self) -> None:
        self.counted = 0

    def count(self, text: str) -> int:
        """The words of a text; `counted` adds them up."""
        words = len(text.split())
        self.counted += words
        return words


def build_definitions(count: int, words: int = 10, *, first: int = 0) -> tuple[Category, ...]:
    """Categories c000, c001 ... with one topic, one exclusion, and a scope of so many words."""
    return tuple(
        Category(
            id=(id_ := f"c{number:03d}"),
            title=f"Title {number}",
            scope=" ".join(["scope"] * words),
            topics=(Topic(id=f"{id_}#t1", text="Decision rights"), Topic(id=f"{id_}#t2", text="Money")),
            exclusions=(ExclusionRule(id=f"{id_}#x1", text="Tools without purpose.", kind="absence"),),
        )
        for number in range(first, first + count)
    )


def build_long_article(words: Sequence[int], *, headings: Sequence[int] = (), paragraph: int = 1) -> Article:
    """An article whose sentences have so many words each.

    `headings` are the numbers of sentences that are one; `paragraph` sentences stand together.
    """
    lines = [" ".join([f"w{number}"] * size) for number, size in enumerate(words, start=1)]
    sentences, start = [], 0
    for number, line in enumerate(lines, start=1):
        sentences.append(
            Sentence(
                number=number,
                start=start,
                end=start + len(line),
                paragraph=(number - 1) // paragraph + 1,
                heading=number in headings,
            )
        )
        start += len(line) + 1
    text = "\n".join(lines)
    return Article(
        id=None,
        title="",
        url=None,
        text=text,
        digest=f"sha256:{len(text)}:{words[0]}",
        sentences=tuple(sentences),
        runs=(),
        removed=Removed(),
        warnings=(),
    )


class Shortlister:
    """Ranks a taxonomy from its last category to its first, and picks a long article's last sentences."""

    def __init__(self, categories: Sequence[Category]) -> None:
        self.categories = categories
        self.asked = 0

    async def shortlist(self, article: Article, size: int) -> tuple[Candidate, ...]:
        """The last `size` categories, the last one first."""
        self.asked += 1
        ranked = [Candidate(category=c, score=0.5) for c in reversed(self.categories)]
        return tuple(ranked[:size])

    async def choose(self, article: Article, count: int) -> tuple[int, ...]:
        """The last `count` sentences, the last one first."""
        return tuple(range(len(article.sentences), 0, -1))[:count]


def build_planner(
    categories: Sequence[Category], tariff: Tariff = UNKNOWN, counter: WordCounter | None = None, /, **limits: int
) -> Planner:
    """A planner over the shipped prompts that counts words."""
    shortlister = Shortlister(categories)
    sizes = Sizes(Composer(PROMPTS, secret=b"test"), counter or WordCounter())
    return Planner(sizes, tariff, shortlist=shortlister.shortlist, choose=shortlister.choose, limits=Limits(**limits))
