"""An editor's word about an assignment: it is final, and says so."""

from datetime import UTC, datetime

import pytest

from app.domain.category import Category, Taxonomy
from app.domain.decision import Assignment, ExclusionFinding
from app.domain.exclusion import ExclusionRule
from app.domain.feedback import Said, Word
from app.rules.overruling import overrule

RULE = ExclusionRule(id="governance#x1", text="Committee minutes", kind="topic", subjects=("committee minutes",))
GOVERNANCE = Category(id="governance", title="Governance", exclusions=(RULE,), aliases=("steering",))
BAKING = Category(id="baking", title="Baking")
TAXONOMY = Taxonomy(categories=(BAKING, GOVERNANCE), version="sha256:t")
TRIGGERED = ExclusionFinding(
    id=RULE.id, text=RULE.text, kind="topic", finding="triggered", decided_by="rule", reason="It is all minutes."
)


def _assign(status: str = "rejected", category: Category = GOVERNANCE, **fields: object) -> Assignment:
    given = {"status": status, "decided_by": "judge", "score": 0.4, "rationale": "As judged.", **fields}
    return Assignment.model_validate({"category": category.id, "title": category.title, "kind": "tags", **given})


def _say(verdict: Said, category: str = "governance", note: str = "") -> Word:
    return Word(category=category, verdict=verdict, note=note, at=datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("before", ["assigned", "review", "excluded", "rejected", "not_considered"])
@pytest.mark.parametrize(("verdict", "after"), [("accept", "assigned"), ("reject", "rejected")])
def test_a_word_decides_whatever_was_decided(before: str, verdict: Said, after: str) -> None:
    (assignment,) = overrule([_assign(before)], [_say(verdict)], TAXONOMY)
    assert (assignment.status, assignment.decided_by, assignment.review_reasons) == (after, "person", ())


def test_the_note_is_the_rationale() -> None:
    (assignment,) = overrule([_assign()], [_say("accept", note="It is about the board. ")], TAXONOMY)
    assert assignment.rationale == "An editor says that it applies: It is about the board."


def test_an_exclusion_that_stood_is_waived_by_the_person_and_keeps_its_reason() -> None:
    (assignment,) = overrule([_assign("excluded", exclusions=(TRIGGERED,))], [_say("accept")], TAXONOMY)
    (finding,) = assignment.exclusions
    assert (finding.finding, finding.decided_by) == ("waived", "person")
    assert finding.reason.startswith("It is all minutes. ")


def test_an_exclusion_that_is_clear_stays_the_rules() -> None:
    clear = TRIGGERED.model_copy(update={"finding": "clear"})
    (assignment,) = overrule([_assign("assigned", exclusions=(clear,))], [_say("accept")], TAXONOMY)
    assert assignment.exclusions == (clear,)


def test_what_was_never_checked_has_a_finding_per_exclusion_all_the_same() -> None:
    (assignment,) = overrule([_assign("not_considered")], [_say("accept")], TAXONOMY)
    assert [(f.id, f.finding, f.decided_by) for f in assignment.exclusions] == [("governance#x1", "waived", "person")]


def test_what_is_rejected_by_a_person_lists_no_exclusions() -> None:
    (assignment,) = overrule([_assign("excluded", exclusions=(TRIGGERED,))], [_say("reject")], TAXONOMY)
    assert assignment.exclusions == ()


def test_a_word_about_a_former_id_counts_for_the_category_that_has_it_now() -> None:
    (assignment,) = overrule([_assign()], [_say("accept", "steering")], TAXONOMY)
    assert assignment.status == "assigned"


def test_a_word_about_a_category_that_is_gone_counts_for_nothing() -> None:
    assignments = (_assign(),)
    assert overrule(assignments, [_say("accept", "gone")], TAXONOMY) == assignments


def test_what_a_person_accepts_comes_before_what_does_not_stand() -> None:
    ordered = overrule([_assign("review", BAKING, score=0.9), _assign()], [_say("accept")], TAXONOMY)
    assert [assignment.category for assignment in ordered] == ["governance", "baking"]
