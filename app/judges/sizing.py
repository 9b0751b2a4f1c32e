"""Owns how large what is asked will be: tokens of definitions, of articles and of replies."""

import json
from collections import OrderedDict
from collections.abc import Sequence
from typing import Protocol

from app.domain.article import Article
from app.domain.category import Category
from app.llm.replies.reply_format import build_reply_schema
from app.prompting.composing import Composer

KEPT_DEFINITIONS = 4096
KEPT_ARTICLES = 64
TURNS = 9
"""Tokens that a server adds around two messages: 3 for each, 3 to begin the reply."""

MOST_FULL = 8
"""Categories of one prompt that are answered in full at most; the others come back as ids."""
MOST_PER_VERDICT = 600
"""Tokens of a long verdict: seven checks with their quotes and a rationale."""
FULL = 3
"""Categories per article that are answered in full as a rule."""
PER_VERDICT = 250
"""Tokens of an ordinary verdict: three checks with their quotes and a rationale."""
REPLY_FRAME = 40


class Counter(Protocol):
    """Whoever counts tokens; `exact` says that it counts as the model does."""

    @property
    def exact(self) -> bool:
        """Whether counts are the model's own, and not estimates."""
        ...

    def count(self, text: str) -> int:
        """The tokens of a text."""
        ...


class Sizes:
    """Counts tokens; what was counted once is kept, definitions for as long as they are the same objects."""

    def __init__(self, composer: Composer, counter: Counter) -> None:
        self._composer = composer
        self._counter = counter
        self._definitions: OrderedDict[int, tuple[Category, int]] = OrderedDict()
        self._articles: OrderedDict[tuple[str, tuple[int, ...] | None], int] = OrderedDict()
        self._header: int | None = None

    @property
    def exact(self) -> bool:
        """Whether tokens are counted, and not estimated."""
        return self._counter.exact

    @property
    def header(self) -> int:
        """Tokens of the instructions that stand before the definitions."""
        if self._header is None:
            self._header = self._counter.count(self._composer.instructions)
        return self._header

    def count(self, text: str) -> int:
        """Tokens of any text."""
        return self._counter.count(text)

    def has_counted(self, categories: Sequence[Category]) -> bool:
        """Whether the sizes of all these definitions are known without counting."""
        return all(id(category) in self._definitions for category in categories)

    def count_definition(self, category: Category) -> int:
        """Tokens that one definition takes in a prompt."""
        # By identity: hashing a definition takes longer than planning with it. The kept reference holds the id.
        kept = self._definitions.get(id(category))
        if kept is None:
            tokens = self._counter.count(self._composer.definition_text(category))
            kept = self._definitions[id(category)] = category, tokens
            while len(self._definitions) > KEPT_DEFINITIONS:
                self._definitions.popitem(last=False)
        return kept[1]

    def count_shared(self, categories: Sequence[Category]) -> int:
        """Tokens of the instructions with these definitions."""
        return self.header + sum(map(self.count_definition, categories))

    def count_schema(self, categories: Sequence[Category]) -> int:
        """Tokens of the reply's schema, which servers put into the prompt in ways of their own: here as JSON."""
        schema = build_reply_schema([category.id for category in categories])
        return self._counter.count(json.dumps(schema, separators=(",", ":")))

    def count_article(self, article: Article, sentences: tuple[int, ...] | None = None) -> int:
        """Tokens of the article's message, with these of its sentences or (None) with all."""
        key = article.digest, sentences
        counted = self._articles.get(key)
        if counted is None:
            counted = self._articles[key] = self._counter.count(self._composer.article_text(article, sentences))
            while len(self._articles) > KEPT_ARTICLES:
                self._articles.popitem(last=False)
        return counted

    def count_sentences(self, article: Article) -> tuple[int, ...]:
        """Tokens of each sentence as it stands in the article's message, in reading order."""
        return tuple(self._counter.count(f"[{s.number}] {article.quote(s)}\n") for s in article.sentences)


def bound_output(categories: Sequence[Category]) -> int:
    """The most tokens that a reply about these categories may take: tight, and enough for all but a rambling one."""
    full = min(len(categories), MOST_FULL)
    return REPLY_FRAME + full * MOST_PER_VERDICT + _count_ids(categories)


def expect_output(categories: Sequence[Category], full: float) -> int:
    """The tokens that a reply is expected to take, with `full` of the categories answered in full."""
    return REPLY_FRAME + round(full * PER_VERDICT) + _count_ids(categories)


def _count_ids(categories: Sequence[Category]) -> int:
    """About the tokens of a list of all ids: four letters to a token, with quotes and comma."""
    return sum(len(category.id) // 4 + 4 for category in categories)
