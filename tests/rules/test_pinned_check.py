"""Rules written by hand: they do what they say."""

import pytest

from app.domain.decision import Finding
from app.domain.exclusion import PinnedRule, Terms
from app.rules.pinned_check import check_pinned
from tests.articles import build_article

ARTICLE = build_article(
    "Our retrospective ran long.",
    "The Stand-Up was moved.",
    "Sprint planning takes an hour.",
    "Decision rights were not discussed.",
)


def _rule(*when: str, unless: tuple[str, ...] = (), min_share: float = 0.0, action: str = "exclude") -> PinnedRule:
    fields = {"when": Terms(any=when), "unless": Terms(any=unless) if unless else None}
    return PinnedRule.model_validate({**fields, "min_share": min_share, "action": action})


@pytest.mark.parametrize(
    ("rule", "finding", "sentences"),
    [
        pytest.param(_rule("retrospective", "stand-up"), "triggered", (1, 2), id="phrases, whatever their case"),
        pytest.param(_rule("retro"), "clear", (), id="whole words only"),
        pytest.param(_rule(r"re:\bsprint (review|planning)\b"), "triggered", (3,), id="a pattern"),
        pytest.param(_rule("retrospective", min_share=0.5), "waived", (1,), id="under its own share"),
        pytest.param(_rule("retrospective", unless=("decision rights",)), "waived", (4,), id="what it spares is there"),
        pytest.param(_rule("retrospective", action="review"), "undecided", (1,), id="a person is asked for"),
    ],
)
def test_check_pinned(rule: PinnedRule, finding: Finding, sentences: tuple[int, ...]) -> None:
    settled = check_pinned(rule, ARTICLE)
    assert (settled.finding, settled.sentences) == (finding, sentences)


def test_a_hostile_pattern_takes_no_time() -> None:
    article = build_article("a" * 100_000 + "!")
    assert check_pinned(_rule("re:(a+)+$"), article).finding == "clear"
