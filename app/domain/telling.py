"""Owns the words in which a decision is told to people, whoever shows it."""

from collections.abc import Mapping, Sequence
from typing import Final

from app.domain.article import Removed
from app.domain.decision import Assignment, Status
from app.domain.job import Fields

STATUSES: Final[Mapping[Status, str]] = {
    "assigned": "Assigned",
    "review": "Needs a person",
    "excluded": "Excluded",
    "rejected": "Does not apply",
    "not_considered": "Not considered",
}


def tell_count(count: int, noun: str) -> str:
    """A number and its noun, which is one with a plural in s: "1 word", "2,431 words"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def tell_fields(fields: Fields) -> str:
    """The fields that tags are written to: "tags, concepts to topics"; "" for none."""
    written = ((kind, field) for kind, field in fields.model_dump().items() if field)
    return ", ".join(kind if kind == field else f"{kind} to {field}" for kind, field in written)


def tell_absence(assignments: Sequence[Assignment]) -> str:
    """Why no category is assigned, in a sentence or two: what waits, what is excluded, else what came closest."""
    waiting = [a.title for a in assignments if a.status == "review"]
    excluded = [a.title for a in assignments if a.status == "excluded"]
    parts = []
    if waiting:
        parts.append(f"A person has to look at {_enumerate(waiting)}.")
    if excluded:
        parts.append(f"{_enumerate(excluded)} would apply, but {'is' if len(excluded) == 1 else 'are'} excluded.")
    return " ".join(parts) or _tell_closest(assignments)


def tell_removed(removed: Removed) -> str:
    """What was submitted and a reader would not see, counted: "2 comments and 1 hidden element"; "" for nothing."""
    counts = removed.model_dump()
    # The fields are named in the plural.
    told = [tell_count(count, name.replace("_", " ").removesuffix("s")) for name, count in counts.items() if count]
    return _enumerate(told) if told else ""


def _tell_closest(assignments: Sequence[Assignment]) -> str:
    """What came closest by its score; what a rule or a person turned down was not short of anything."""
    judged = [a for a in assignments if a.status == "rejected" and a.decided_by == "judge"]
    if not judged:
        return "No category applies."
    closest = max(judged, key=lambda assignment: assignment.score)
    return f"No category applies; {closest.title} comes closest with {closest.score:.2f}."


def _enumerate(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
