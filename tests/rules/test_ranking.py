"""Ranking: statuses, precedence among categories, caps, and the order of what is told."""

import pytest

from app.domain.decision import ReviewReason, Status
from app.domain.grounded import CheckedVerdict, GroundedCheck
from app.rules.ranking import assign, rank
from app.rules.thresholds import Thresholds
from tests.verdicts import build_category, build_checked, build_finding, build_taxonomy

C = build_category()
UNGROUNDED = (GroundedCheck(about="c#t1", evidence=(), sentences=()),)


@pytest.mark.parametrize(
    ("checked", "status", "reasons"),
    [
        pytest.param(build_checked(C, 0.9), "assigned", (), id="over the threshold"),
        pytest.param(build_checked(C, 0.2), "rejected", (), id="under the threshold"),
        pytest.param(build_checked(C, 0.51), "review", ("near_threshold",), id="just over"),
        pytest.param(build_checked(C, 0.49), "review", ("near_threshold",), id="just under"),
        pytest.param(build_checked(C, 0.9, build_finding("triggered")), "excluded", (), id="an exclusion stands"),
        pytest.param(build_checked(C, 0.9, build_finding("waived")), "assigned", (), id="an exclusion is waived"),
        pytest.param(
            build_checked(C, 0.9, build_finding("undecided")),
            "review",
            ("judgement_needed",),
            id="an exclusion is open",
        ),
        pytest.param(
            build_checked(C, 0.9, build_finding("undecided", decided_by="judge")),
            "review",
            ("judges_disagree",),
            id="judge and rule differ",
        ),
        pytest.param(
            build_checked(C, 0.2, build_finding("triggered")), "rejected", (), id="what does not apply is not excluded"
        ),
        pytest.param(
            build_checked(C, 0.0, unreadable=True, strength=None, topics=()),
            "review",
            ("unreadable_reply",),
            id="silence is not a no",
        ),
        pytest.param(
            build_checked(C, 0.0, topics=UNGROUNDED, strength=None),
            "review",
            ("quote_not_found",),
            id="nothing quoted is there",
        ),
        pytest.param(
            build_checked(C, 0.9, injection_suspected=True),
            "review",
            ("injection_suspected",),
            id="an article that gives orders",
        ),
    ],
)
def test_assign(checked: CheckedVerdict, status: Status, reasons: tuple[ReviewReason, ...]) -> None:
    assignment = assign(checked, Thresholds())
    assert (assignment.status, assignment.review_reasons) == (status, reasons)


def test_an_excluded_category_names_the_bullet_and_the_reason() -> None:
    assignment = assign(build_checked(C, 0.9, build_finding("triggered")), Thresholds())
    assert assignment.decided_by == "rule"
    assert assignment.rationale == "Excluded by “Agile without governance”. Because."


@pytest.mark.parametrize(
    ("checked", "rationale"),
    [
        pytest.param(build_checked(C, 0.41), "0.41, below the threshold of 0.50. It is about it.", id="falls short"),
        pytest.param(
            build_checked(build_category(threshold=0.95), 0.9),
            "0.90, below the threshold of 0.95. It is about it.",
            id="a threshold of its own",
        ),
        pytest.param(
            build_checked(C, 0.497, build_finding("triggered")),
            "0.497, below the threshold of 0.500. It is about it.",
            id="by a hair",
        ),
        pytest.param(build_checked(C, 0.3, rationale=""), "0.30, below the threshold of 0.50.", id="nothing said"),
        pytest.param(
            build_checked(C, 0.3, topics=(), rationale="No sentence is about it."),
            "No sentence is about it.",
            id="nothing for it",
        ),
        pytest.param(build_checked(C, 0.9), "It is about it.", id="assigned"),
        pytest.param(build_checked(C, 0.49), "It is about it.", id="for a person"),
    ],
)
def test_what_does_not_apply_is_not_told_as_if_it_did(checked: CheckedVerdict, rationale: str) -> None:
    assert assign(checked, Thresholds()).rationale == rationale


def test_a_definition_may_ask_for_another_threshold() -> None:
    strict = build_category(threshold=0.95)
    assert assign(build_checked(strict, 0.9), Thresholds()).status == "rejected"


def test_of_two_that_never_go_together_the_better_one_stays() -> None:
    a, b = build_category("a", never_with=("b",)), build_category("b")
    ranked = rank(
        [build_checked(a, 0.7), build_checked(b, 0.9)], build_taxonomy(a, b), Thresholds(), left_out="Not asked."
    )
    assert [(r.category, r.status) for r in ranked] == [("b", "assigned"), ("a", "excluded")]
    assert ranked[1].rationale == "Never together with b, which scores 0.90."


def test_caps_leave_the_strongest_of_a_kind_and_say_so() -> None:
    categories = [build_category(id_, kind=kind) for id_, kind in (("a", "concepts"), ("b", "concepts"), ("t", "tags"))]
    checked = [build_checked(category, score) for category, score in zip(categories, (0.8, 0.9, 0.7), strict=True)]
    ranked = rank(checked, build_taxonomy(*categories), Thresholds(max_concepts=1), left_out="Not asked.")
    assert [(r.category, r.status) for r in ranked] == [("b", "assigned"), ("t", "assigned"), ("a", "rejected")]
    assert "cap" in ranked[2].rationale


def test_a_rival_that_does_not_stand_itself_takes_nothing_away() -> None:
    a, b, c = (build_category(id_, kind="concepts") for id_ in "abc")
    d = build_category("d", never_with=("b",))
    checked = [build_checked(category, score) for category, score in ((a, 0.95), (b, 0.9), (d, 0.7))]
    ranked = rank(checked, build_taxonomy(a, b, c, d), Thresholds(), left_out="Not asked.")
    assert {r.category: r.status for r in ranked} == {
        "a": "assigned", "b": "rejected", "d": "assigned", "c": "not_considered",
    }  # fmt: skip


def test_every_category_of_the_taxonomy_has_an_assignment() -> None:
    a, b = build_category("a"), build_category("b")
    ranked = rank([build_checked(a, 0.7)], build_taxonomy(a, b), Thresholds(), left_out="Not asked.")
    assert [(r.category, r.status) for r in ranked] == [("a", "assigned"), ("b", "not_considered")]


def test_what_stands_comes_before_what_waits_and_that_before_what_does_not() -> None:
    categories = [build_category(id_) for id_ in "abcd"]
    findings = [(), (build_finding("undecided"),), (build_finding("triggered"),), ()]
    checked = [
        build_checked(category, score, *found)
        for category, score, found in zip(categories, (0.1, 0.9, 0.95, 0.6), findings, strict=True)
    ]
    ranked = rank(checked, build_taxonomy(*categories), Thresholds(), left_out="Not asked.")
    assert [r.status for r in ranked] == ["assigned", "review", "excluded", "rejected"]


@pytest.mark.parametrize("reason", ["injection_suspected", "sections_disagree"])
def test_an_exclusion_by_the_word_of_a_doubtful_judge_is_for_a_person(reason: ReviewReason) -> None:
    found = build_finding("triggered", decided_by="judge")
    assignment = assign(build_checked(C, 0.9, found, **{reason: True}), Thresholds())
    assert (assignment.status, assignment.review_reasons) == ("review", (reason,))


@pytest.mark.parametrize("reason", ["injection_suspected", "sections_disagree"])
def test_an_exclusion_that_a_rule_found_stands_whatever_the_judge_is_worth(reason: str) -> None:
    assert (
        assign(build_checked(C, 0.9, build_finding("triggered"), **{reason: True}), Thresholds()).status == "excluded"
    )
