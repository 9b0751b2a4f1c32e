"""Owns the category and the taxonomy: what a publisher's definitions say."""

from functools import cached_property
from typing import Literal, Self

from pydantic import Field, model_validator

from app.domain.exclusion import ExclusionRule
from app.domain.value import CategoryId, Share, Value
from app.errors import UnknownCategory

Kind = Literal["tags", "categories", "concepts"]


class Topic(Value):
    """One key topic of a category; its id reads `category#t1`."""

    id: str
    text: str = Field(min_length=1)


class BoundaryExample(Value):
    """A short text near a category's edge, with the verdict that its editor gave it."""

    text: str = Field(min_length=1)
    applies: bool
    reason: str = ""


class Category(Value):
    """One definition.

    `scope` is what the category is for, in prose; `summary` the definition's own closing words.
    `title` and `synonyms` are the names that it goes by. `broader` are ids of this taxonomy;
    `related` are names or links that resolve to none. `threshold` replaces the setting for this
    category. `source` names the file for messages; `digest` covers all that was read from it.
    """

    id: CategoryId
    title: str = Field(min_length=1)
    kind: Kind = "tags"
    scope: str = ""
    topics: tuple[Topic, ...] = ()
    exclusions: tuple[ExclusionRule, ...] = ()
    summary: str = ""
    description: str = ""
    synonyms: tuple[str, ...] = ()
    broader: tuple[CategoryId, ...] = ()
    related: tuple[str, ...] = ()
    aliases: tuple[CategoryId, ...] = ()
    never_with: tuple[CategoryId, ...] = ()
    threshold: Share | None = None
    examples: tuple[BoundaryExample, ...] = ()
    source: str = ""
    digest: str = ""


class ReadingNote(Value):
    """Something that a reader of definitions should know: what was guessed, kept or unresolved.

    `line` counts from 1 in the file; None where no line can be named.
    """

    category_id: CategoryId
    file: str
    line: int | None
    message: str


class Taxonomy(Value):
    """All categories of a publisher, ordered by id, with one digest over all of them."""

    categories: tuple[Category, ...] = Field(min_length=1)
    version: str
    notes: tuple[ReadingNote, ...] = ()

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Self:
        if len({category.id for category in self.categories}) != len(self.categories):
            raise ValueError("two categories share an id")
        return self

    @cached_property
    def by_id(self) -> dict[str, Category]:
        """The categories by id."""
        return {category.id: category for category in self.categories}

    @cached_property
    def by_alias(self) -> dict[str, Category]:
        """The categories by former id; of several that claim one, the first."""
        return {alias: category for category in reversed(self.categories) for alias in category.aliases}

    def get_category(self, category_id: str) -> Category:
        """The category of that id, or else of that former id.

        Raises:
            UnknownCategory: there is none; the text says how to list them.
        """
        category = self.by_id.get(category_id) or self.by_alias.get(category_id)
        if category is None:
            raise UnknownCategory(
                f"There is no category {category_id!r}. "
                "The list of categories (`categories list`, /categories) has every id."
            )
        return category

    def find_narrower(self, category_id: str) -> tuple[str, ...]:
        """The ids of the categories that name this one as broader."""
        return tuple(c.id for c in self.categories if category_id in c.broader)
