"""The judge as a witness: what an LLM's word on an exclusion changes, and what it cannot."""

import pytest

from app.domain.decision import DecidedBy, Evidence, Finding
from app.domain.exclusion import ExclusionRule
from app.domain.grounded import GroundedCheck
from app.rules.settling import Settled
from app.rules.testimony import hear
from tests.verdicts import build_category, build_checked

VERIFIED = GroundedCheck(about="c#x1", evidence=(Evidence(quote="agile", start=0, end=5),), sentences=(1,))
UNVERIFIED = GroundedCheck(about="c#x1", evidence=(), sentences=())


@pytest.mark.parametrize(
    ("seen", "needs_judgement", "claim", "finding", "decided_by"),
    [
        pytest.param("triggered", False, None, "triggered", "rule", id="silence does not lift a rule"),
        pytest.param("clear", False, None, "clear", "rule", id="nothing seen, nothing said"),
        pytest.param("undecided", True, None, "waived", "judge", id="silence settles what only judgement can"),
        pytest.param("undecided", True, VERIFIED, "triggered", "judge", id="a verified word settles it too"),
        pytest.param(
            "waived", False, VERIFIED, "undecided", "judge", id="a verified word against a rule is for a person"
        ),
        pytest.param("clear", False, UNVERIFIED, "undecided", "judge", id="an unverified word is for a person"),
        pytest.param("triggered", False, UNVERIFIED, "triggered", "rule", id="an unverified word takes nothing away"),
    ],
)
def test_hear(
    seen: Finding, needs_judgement: bool, claim: GroundedCheck | None, finding: Finding, decided_by: DecidedBy
) -> None:
    rule = ExclusionRule(id="c#x1", text="...", kind="absence", needs_judgement=needs_judgement)
    verdict = build_checked(build_category(), 0.9, strength=None).scored.verdict
    heard = hear(rule, [Settled(finding=seen, reason="Seen.")], claim, verdict)
    order = ("clear", "waived", "undecided", "triggered")
    gravest = max(heard, key=lambda settled: order.index(settled.finding))
    assert (gravest.finding, gravest.decided_by) == (finding, decided_by)


def test_a_judge_that_measures_has_nothing_to_add() -> None:
    rule = ExclusionRule(id="c#x1", text="...", kind="absence")
    parts = [Settled(finding="undecided", reason="Seen.")]
    assert hear(rule, parts, None, build_checked(build_category(), 0.9).scored.verdict) == parts


def test_a_reply_that_could_not_be_read_is_no_testimony() -> None:
    rule = ExclusionRule(id="c#x1", text="...", kind="stance", needs_judgement=True)
    parts = [Settled(finding="undecided", reason="Seen.")]
    verdict = build_checked(build_category(), 0.0, strength=None, unreadable=True).scored.verdict
    assert hear(rule, parts, None, verdict) == parts
