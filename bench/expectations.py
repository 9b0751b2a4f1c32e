"""Owns what editors expect of the examples, and how a decision is held against it."""

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from app.domain.decision import Assignment, Decision
from app.domain.value import Value

FREE = frozenset({"rejected", "not_considered"})


class Expectation(Value):
    """One thing that an editor expects of one article, and what came of it."""

    article: str
    what: str
    met: bool
    seen: str


def load_expectations(folder: Path) -> dict[str, dict[str, Any]]:
    """The entries of `expected.yaml` by the article's file name; the file's head explains them."""
    entries: dict[str, dict[str, Any]] = YAML(typ="safe").load((folder / "expected.yaml").read_text(encoding="utf-8"))
    return entries


def compare(name: str, entry: dict[str, Any], decision: Decision) -> list[Expectation]:
    """Every expectation about one article, met or not."""
    found = {assignment.category: assignment for assignment in decision.assignments}
    lenient = set(entry.get("may_review") or ())
    checks = [
        (f"{id_} is assigned", _is(found[id_], "assigned", id_ in lenient), id_) for id_ in entry["assigned"] or ()
    ]
    checks += [(f"{id_} is not", found[id_].status != "assigned", id_) for id_ in _list_unwanted(entry, found)]
    for id_, right in (entry.get("status") or {}).items():
        checks.append((f"{id_} is {' or '.join(right)}", found[id_].status in right, id_))
    for wanted in entry.get("excluded") or ():
        id_ = wanted["category"]
        met = found[id_].status in FREE or _stands(found[id_], wanted["exclusion"])
        checks.append((f"{id_} is kept out by {wanted['exclusion']!r}", met, id_))
    return [Expectation(article=name, what=what, met=met, seen=_describe(found[id_])) for what, met, id_ in checks]


def _is(assignment: Assignment, status: str, lenient: bool) -> bool:  # noqa: FBT001 - a column of the table above
    return assignment.status == status or (lenient and assignment.status == "review")


def _list_unwanted(entry: dict[str, Any], found: dict[str, Assignment]) -> list[str]:
    unwanted = list(entry.get("not_assigned") or ())
    if "*" not in unwanted:
        return unwanted
    named = {*(entry["assigned"] or ()), *(entry.get("may_review") or ()), *(entry.get("status") or {})}
    return [id_ for id_ in found if id_ not in named]


def _stands(assignment: Assignment, fragment: str) -> bool:
    return any(fragment in rule.text and rule.finding == "triggered" for rule in assignment.exclusions)


def _describe(assignment: Assignment) -> str:
    reasons = f" ({', '.join(assignment.review_reasons)})" if assignment.review_reasons else ""
    return f"{assignment.status}{reasons}, {assignment.score:.2f}"
