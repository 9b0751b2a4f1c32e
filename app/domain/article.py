"""Owns the article: text in normal form that can be quoted, and its numbered sentences."""

from functools import cached_property
from typing import Self

from pydantic import Field, NonNegativeInt, PositiveInt, model_validator

from app.domain.value import Value


class Sentence(Value):
    """One sentence, or one line that stands alone (a heading, a list item).

    `start` and `end` are code-point offsets into `Article.text`; `number` counts from 1 in
    reading order and `paragraph` from 1 over blocks of text.
    """

    number: PositiveInt
    start: NonNegativeInt
    end: NonNegativeInt
    paragraph: PositiveInt
    heading: bool


class Run(Value):
    """A stretch of normal-form text that stands letter for letter in what was submitted.

    `start` and `length` are in `Article.text`, `source` is where the stretch begins in the
    submitted string; all in code points.
    """

    start: NonNegativeInt
    source: NonNegativeInt
    length: PositiveInt


class Removed(Value):
    """How much of what was submitted is not in the normal form, by reason."""

    invisible_characters: NonNegativeInt = 0
    hidden_elements: NonNegativeInt = 0
    comments: NonNegativeInt = 0
    shortcodes: NonNegativeInt = 0


class Article(Value):
    """An article as Scopenote reads it.

    `title` is the one submitted, else the first line that looks like one, else "". A submitted
    title is not part of `text`. `digest` ("sha256:...") covers title and text: two articles with
    the same digest get the same decision. `runs` lead back to what was submitted, in order.
    """

    id: str | None
    title: str
    url: str | None
    text: str = Field(min_length=1)
    digest: str
    sentences: tuple[Sentence, ...] = Field(min_length=1)
    runs: tuple[Run, ...]
    removed: Removed
    warnings: tuple[str, ...]

    @model_validator(mode="after")
    def _sentences_lie_in_text(self) -> Self:
        end = 0
        for number, sentence in enumerate(self.sentences, start=1):
            if sentence.number != number or not end <= sentence.start < sentence.end <= len(self.text):
                raise ValueError(f"sentence {number} does not follow the one before it inside the text")
            end = sentence.end
        return self

    @property
    def key(self) -> str:
        """What it is kept under: its submitter's id, else its digest."""
        return self.id or self.digest

    @cached_property
    def words(self) -> int:
        """The number of whitespace-separated words in the text."""
        return len(self.text.split())

    def quote(self, sentence: Sentence) -> str:
        """The words of one of this article's sentences."""
        return self.text[sentence.start : sentence.end]

    def find_source(self, offset: int) -> int | None:
        """Where in the submitted string the character at `offset` of the text stands.

        None where it was not submitted as it stands here (a decoded entity, a joined space).
        """
        for run in self.runs:
            if run.start <= offset < run.start + run.length:
                return run.source + offset - run.start
        return None
