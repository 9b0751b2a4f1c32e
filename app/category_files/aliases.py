"""Owns the promise that a former id leads to one category."""

from collections.abc import Sequence

from app.category_files.definitions import Definition, Reference
from app.domain.category import Category
from app.errors import BadFile


def refuse_shared_aliases(definitions: Sequence[Definition]) -> None:
    """Refuse the first alias that is the id of a category, or an alias of another one.

    Raises:
        BadFile: there is one; the text names both files.
    """
    ids = {definition.category.id: definition.category for definition in definitions}
    claimed: dict[str, Category] = {}
    for definition in definitions:
        for alias in definition.aliases:
            if owner := ids.get(alias.name):
                raise _refuse(alias, definition.category, owner, "the id")
            owner = claimed.setdefault(alias.name, definition.category)
            if owner is not definition.category:
                raise _refuse(alias, definition.category, owner, "an alias")


def _refuse(alias: Reference, category: Category, owner: Category, use: str) -> BadFile:
    if owner is category:
        problem = f"{alias.name!r} is the category's own id"
        return BadFile(category.source, problem, "Remove it.", line=alias.line, field=alias.field)
    place = owner.source if owner.source != category.source else "the same file"
    problem = f"{alias.name!r} is {use} of {owner.id!r} as well, in {place}"
    remedy = "A former id must lead to one category: remove it from `aliases`, or rename the other."
    return BadFile(category.source, problem, remedy, line=alias.line, field=alias.field)
