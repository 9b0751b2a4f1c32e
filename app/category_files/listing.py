"""Owns the shape in which a category and its compiled exclusions are shown to programs."""

from typing import Any

from app.domain.category import Category
from app.domain.exclusion import ExclusionRule


def describe_category(category: Category) -> dict[str, Any]:
    """A category as JSON data: all of its fields, with one entry per exclusion bullet."""
    described = category.model_dump(mode="json", exclude={"exclusions"})
    described["exclusions"] = [describe_exclusion(rule) for rule in category.exclusions]
    return described


def describe_exclusion(rule: ExclusionRule) -> dict[str, Any]:
    """An exclusion rule as JSON data; an explicit one also says what its author pinned."""
    pinned = rule.pinned.model_dump(mode="json") if rule.pinned else {}
    parts = [describe_exclusion(part) for part in rule.parts]
    return rule.model_dump(mode="json", exclude={"pinned"}) | {"parts": parts} | pinned
