"""Makes folders of definitions for the tests of loading, and tells what was made of them."""

from collections.abc import Callable
from pathlib import Path

from app.domain.category import Category, Taxonomy

Write = Callable[[dict[str, str]], Path]
"""Writes files by their names, and gives the folder."""


def stub(title: str, more: str = "") -> str:
    """A definition of no more than it needs."""
    return f"---\ntitle: {title}\ndescription: About {title}.\n{more}---\n"


def ids(taxonomy: Taxonomy) -> list[str]:
    """Its categories by their ids, in order."""
    return [category.id for category in taxonomy.categories]


def only(taxonomy: Taxonomy) -> Category:
    """Its one category."""
    (category,) = taxonomy.categories
    return category
