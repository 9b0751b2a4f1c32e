"""Owns overruling: what an editor said about an article's categories is final."""

from collections.abc import Mapping, Sequence

from app.domain.category import Taxonomy
from app.domain.decision import Assignment, ExclusionFinding
from app.domain.exclusion import ExclusionRule
from app.domain.feedback import Word
from app.rules.ranking import put_in_order

OVERRULED = "An editor says that the category applies all the same."
UNCHECKED = "Not checked: an editor says that the category applies."
SAID = {"accept": "An editor says that it applies", "reject": "An editor says that it does not apply"}


def overrule(assignments: Sequence[Assignment], words: Sequence[Word], taxonomy: Taxonomy) -> tuple[Assignment, ...]:
    """The assignments with editors' words in place of what was decided, in order again.

    Caps and rivals do not bind a person, and what a person said moves nothing else. A word about a
    former id counts for the category that has it now; one about a category that is gone for nothing.
    """
    said = {category_id: word for word in words if (category_id := _find_id(word.category, taxonomy))}
    return put_in_order(_apply(assignment, said, taxonomy) for assignment in assignments)


def _find_id(named: str, taxonomy: Taxonomy) -> str | None:
    category = taxonomy.by_id.get(named) or taxonomy.by_alias.get(named)
    return category.id if category else None


def _apply(assignment: Assignment, said: Mapping[str, Word], taxonomy: Taxonomy) -> Assignment:
    word = said.get(assignment.category)
    if word is None:
        return assignment
    told = SAID[word.verdict] + (f": {word.note.strip()}" if word.note.strip() else ".")
    accepted = word.verdict == "accept"
    return assignment.model_copy(
        update={
            "status": "assigned" if accepted else "rejected",
            "decided_by": "person",
            "rationale": told,
            "review_reasons": (),
            "exclusions": _waive(assignment, taxonomy) if accepted else (),
        }
    )


def _waive(assignment: Assignment, taxonomy: Taxonomy) -> tuple[ExclusionFinding, ...]:
    """One finding per exclusion: none of them stands against a person's word."""
    found = {finding.id: finding for finding in assignment.exclusions}
    return tuple(_settle(rule, found.get(rule.id)) for rule in taxonomy.by_id[assignment.category].exclusions)


def _settle(rule: ExclusionRule, finding: ExclusionFinding | None) -> ExclusionFinding:
    if finding is None:
        return ExclusionFinding(
            id=rule.id, text=rule.text, kind=rule.kind, finding="waived", decided_by="person", reason=UNCHECKED
        )
    if finding.finding in {"clear", "waived"}:
        return finding
    reason = f"{finding.reason} {OVERRULED}"
    return finding.model_copy(update={"finding": "waived", "decided_by": "person", "reason": reason})
