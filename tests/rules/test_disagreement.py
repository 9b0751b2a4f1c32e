"""The second opinion: when two judges differ so far that a person has to look, and what is then told."""

import pytest

from app.domain.grounded import CheckedVerdict, ScoredVerdict
from app.rules.disagreement import confront, differ_strongly
from app.rules.ranking import assign
from app.rules.scoring import may_stand
from app.rules.thresholds import Thresholds
from tests.verdicts import build_category, build_checked, build_finding

C = build_category()


def _confront(first: float, second: float, **fields: object) -> ScoredVerdict:
    """What an LLM (`first`) says of the category, confronted with what the local judge measures."""
    claims = build_checked(C, first, strength=None, **fields).scored
    (scored,) = confront([claims], [build_checked(C, second, rationale="Hardly a word.").scored])
    return scored


@pytest.mark.parametrize(
    ("first", "second", "differ"),
    [
        pytest.param(0.9, 0.1, True, id="one assigns, the other hardly sees it"),
        pytest.param(0.9, 0.24, True, id="just under half the threshold"),
        pytest.param(0.9, 0.25, False, id="half the threshold"),
        pytest.param(0.9, 0.4, False, id="the other only falls short"),
        pytest.param(0.1, 0.9, True, id="the other way round"),
        pytest.param(0.3, 0.9, False, id="one only falls short"),
        pytest.param(0.9, 0.9, False, id="both assign"),
        pytest.param(0.1, 0.1, False, id="both deny"),
    ],
)
def test_who_differs_strongly(first: float, second: float, differ: bool) -> None:
    assert differ_strongly(_confront(first, second)) is differ


def test_a_threshold_of_its_own_counts_for_both() -> None:
    strict = build_category(threshold=0.9)
    claims = build_checked(strict, 0.95, strength=None).scored
    (scored,) = confront([claims], [build_checked(strict, 0.44).scored])
    assert differ_strongly(scored)


def test_a_reply_that_could_not_be_read_is_no_opinion() -> None:
    assert not differ_strongly(_confront(0.0, 0.9, unreadable=True))


def test_nobody_differs_where_nobody_else_looked() -> None:
    (scored,) = confront([build_checked(C, 0.9, strength=None).scored], [])
    assert scored.second is None
    assert not differ_strongly(scored)


@pytest.mark.parametrize(("first", "second"), [(0.9, 0.1), (0.0, 0.9)])
def test_strong_disagreement_is_for_a_person_who_is_told_both_reasons(first: float, second: float) -> None:
    scored = _confront(first, second)
    assignment = assign(CheckedVerdict(scored=scored, findings=()), Thresholds())
    assert (assignment.status, assignment.review_reasons) == ("review", ("judges_disagree",))
    assert "The LLM" in assignment.rationale
    assert "It is about it." in assignment.rationale
    assert "Hardly a word." in assignment.rationale
    assert assignment.score == first


def test_what_only_the_second_judge_sees_is_still_checked_for_exclusions() -> None:
    assert may_stand(_confront(0.0, 0.9, topics=()), Thresholds())


def test_what_only_the_second_judge_sees_and_an_exclusion_rules_out_needs_no_person() -> None:
    checked = CheckedVerdict(scored=_confront(0.0, 0.9), findings=(build_finding("triggered"),))
    assert assign(checked, Thresholds()).status == "rejected"


def test_what_only_the_first_judge_sees_and_an_exclusion_rules_out_is_excluded() -> None:
    checked = CheckedVerdict(scored=_confront(0.9, 0.0), findings=(build_finding("triggered"),))
    assert assign(checked, Thresholds()).status == "excluded"
