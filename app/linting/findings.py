"""Owns the lint finding: one thing about a definition that its editor should know."""

from typing import Final, Literal

from app.domain.category import Category
from app.domain.value import CategoryId, Value

Severity = Literal["error", "warning", "info"]

_RANK: Final[dict[str, int]] = {"error": 0, "warning": 1, "info": 2}


class LintFinding(Value):
    """What was found, where, and what to do about it.

    An `error` contradicts itself or another definition, a `warning` will cost right answers, an
    `info` is worth a look. `line` is None where the whole definition is meant.
    """

    category_id: CategoryId
    file: str
    line: int | None
    code: str
    severity: Severity
    message: str


def find_about(category: Category, code: str, severity: Severity, message: str) -> LintFinding:
    """A finding about a category as a whole."""
    return LintFinding(
        category_id=category.id, file=category.source, line=None, code=code, severity=severity, message=message
    )


def rank(finding: LintFinding) -> tuple[int, str, str, int]:
    """The place of a finding among others: worst first, then by category."""
    return _RANK[finding.severity], finding.category_id, finding.code, finding.line or 0
