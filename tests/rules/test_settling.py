"""Exclusions: what words and vectors saw settles each kind of rule, with a reason in words."""

import pytest

from app.domain.category import Category
from app.domain.decision import Finding
from app.domain.exclusion import Condition, ExclusionKind, ExclusionRule
from app.domain.grounded import GroundedVerdict, ScoredVerdict
from app.domain.sighting import Sighting
from app.rules.settling import settle
from app.rules.thresholds import Thresholds

WITHOUT = Condition(type="without", phrases=("governance", "funding"))


def _scored(score: float = 0.8) -> ScoredVerdict:
    verdict = GroundedVerdict(
        category_id="c",
        topics=(),
        exclusions=(),
        unverified_quotes=0,
        rationale="",
        strength=score,
        depth=0.5,
        unreadable=False,
        injection_suspected=False,
    )
    return ScoredVerdict(category=Category(id="c", title="C"), verdict=verdict, score=score, threshold=0.5)


def _rule(kind: ExclusionKind, condition: Condition | None = None, **fields: object) -> ExclusionRule:
    return ExclusionRule.model_validate(
        {"id": "c#x1", "text": "...", "kind": kind, "subjects": ("agile",), "condition": condition, **fields}
    )


def _sighting(subject: int, condition: int = 0, category: int = 0) -> Sighting:
    """Of 100 sentences: the first ones about the subject, the next about the category, the last about the condition."""
    return Sighting(
        rule_id="c#x1",
        subject=tuple(range(1, 1 + subject)),
        category=tuple(range(1 + subject, 1 + subject + category)),
        condition=tuple(range(101 - condition, 101)),
        total=100,
    )


@pytest.mark.parametrize(
    ("rule", "sighting", "finding"),
    [
        pytest.param(_rule("absence", WITHOUT), _sighting(0), "clear", id="absence: no subject"),
        pytest.param(_rule("absence", WITHOUT), _sighting(5), "waived", id="absence: only named"),
        pytest.param(_rule("absence", WITHOUT), _sighting(18, condition=31), "waived", id="absence: the condition rescues"),
        pytest.param(_rule("absence", WITHOUT), _sighting(30, condition=2), "triggered", id="absence: X without Y"),
        pytest.param(_rule("absence", WITHOUT), _sighting(15, category=60), "waived", id="absence: the category is the point"),
        pytest.param(_rule("absence", WITHOUT), _sighting(15, category=25), "triggered", id="absence: the category does not outweigh it"),
        pytest.param(_rule("absence", WITHOUT), _sighting(15, category=25, condition=1), "waived", id="absence: it does, with something of the condition"),
        pytest.param(_rule("rescue", WITHOUT), _sighting(40), "triggered", id="rescue: not rescued"),
        pytest.param(_rule("absence", WITHOUT, subjects=()), _sighting(0), "triggered", id="anything: nothing asked for"),
        pytest.param(_rule("absence", WITHOUT, subjects=()), _sighting(0, condition=9), "waived", id="anything: asked for is there"),
        pytest.param(_rule("depth", WITHOUT), _sighting(2), "triggered", id="depth: mentioned in passing"),
        pytest.param(_rule("depth", WITHOUT), _sighting(2, category=20), "waived", id="depth: treated"),
        pytest.param(_rule("topic"), _sighting(10), "waived", id="topic: too little of it"),
        pytest.param(_rule("topic"), _sighting(50), "triggered", id="topic: the article is about it"),
        pytest.param(_rule("topic"), _sighting(35, category=60), "waived", id="topic: the category is the point"),
        pytest.param(_rule("stance", needs_judgement=True), _sighting(0), "clear", id="stance: no subject"),
        pytest.param(_rule("stance", needs_judgement=True), _sighting(1), "waived", id="stance: too little to ask about"),
        pytest.param(_rule("stance", needs_judgement=True), _sighting(9), "undecided", id="stance: only a reader can tell"),
        pytest.param(_rule("stance", needs_judgement=True, also=("depth",)), _sighting(9, category=30), "waived", id="stance: not in passing"),
        pytest.param(_rule("redirect", redirect_to=("z",)), _sighting(40), "triggered", id="redirect: the target stands"),
        pytest.param(_rule("redirect", redirect_to=("z",)), _sighting(20, category=30), "waived", id="redirect: the category is the point"),
        pytest.param(_rule("redirect", redirect_to=("y",)), _sighting(20), "waived", id="redirect: the target does not stand"),
        pytest.param(_rule("redirect", redirect_to=("y",)), _sighting(40), "triggered", id="redirect: nor is this the place for it"),
        pytest.param(_rule("redirect", WITHOUT, redirect_to=("z",)), _sighting(40, condition=20), "waived", id="redirect: kept here"),
    ],
)  # fmt: skip
def test_settle(rule: ExclusionRule, sighting: Sighting, finding: Finding) -> None:
    settled = settle(rule, sighting, _scored(), {"c": 0.8, "z": 0.85}, Thresholds())
    assert settled.finding == finding
    assert settled.reason.endswith(".")


def test_a_reason_gives_both_shares_in_words() -> None:
    settled = settle(_rule("absence", WITHOUT), _sighting(18, condition=31), _scored(), {}, Thresholds())
    assert settled.reason == "18 % of sentences are about agile, but 31 % of sentences treat governance or funding."


def test_a_redirect_without_a_condition_asks_which_category_fits_better() -> None:
    rule = _rule("redirect", redirect_to=("z",))
    weaker = settle(rule, _sighting(20), _scored(0.9), {"c": 0.9, "z": 0.6}, Thresholds())
    assert weaker.finding == "waived"


def test_a_condition_near_the_subject_is_tied_to_it() -> None:
    sighting = Sighting(rule_id="c#x1", subject=(1, 2, 3, 4), condition=(5, 6), total=20)
    settled = settle(_rule("absence", WITHOUT), sighting, _scored(), {}, Thresholds())
    assert settled.reason == "20 % of sentences are about agile, but 10 % of sentences tie it to governance or funding."


def test_a_sample_is_admitted() -> None:
    sighting = Sighting(rule_id="c#x1", total=400, sampled=True)
    settled = settle(_rule("absence", WITHOUT), sighting, _scored(), {}, Thresholds())
    assert settled.reason == "No sentence looked at is about agile."
