"""The score of a judge that only claims: by how many topics are grounded, and whether these are all there are."""

import pytest

from app.domain.category import Topic
from app.domain.grounded import GroundedCheck, GroundedVerdict
from app.rules.scoring import score
from app.rules.thresholds import Thresholds
from tests.verdicts import EVIDENCE, build_category


def _score(held: int, topics: int, *, threshold: float = 0.5, unquoted: int = 0) -> tuple[float, bool]:
    category = build_category(
        threshold=threshold, topics=tuple(Topic(id=f"c#t{n}", text="Topic") for n in range(topics))
    )
    checks = [GroundedCheck(about=f"c#t{n}", evidence=(EVIDENCE,), sentences=(1,)) for n in range(held)]
    checks += [GroundedCheck(about=f"c#t{held + n}", evidence=(), sentences=()) for n in range(unquoted)]
    verdict = GroundedVerdict(
        category_id="c",
        topics=tuple(checks),
        exclusions=(),
        unverified_quotes=unquoted,
        rationale="",
        strength=None,
        depth=None,
        unreadable=False,
        injection_suspected=False,
    )
    scored = score(verdict, category, Thresholds())
    return scored.score, scored.applies


@pytest.mark.parametrize(
    ("held", "topics", "expected"),
    [
        pytest.param(0, 8, 0.0, id="none"),
        pytest.param(1, 8, 0.55, id="one of many"),
        pytest.param(2, 8, 0.73, id="two of many"),
        pytest.param(4, 8, 0.903, id="four of many"),
        pytest.param(1, 1, 0.75, id="the only one"),
        pytest.param(2, 2, 0.75, id="both"),
        pytest.param(4, 4, 0.903, id="all four"),
        pytest.param(1, 0, 0.75, id="the category itself, which lists none"),
    ],
)
def test_more_grounded_topics_score_higher_and_all_of_them_are_worth_something(
    held: int, topics: int, expected: float
) -> None:
    assert _score(held, topics)[0] == pytest.approx(expected, abs=0.001)


def test_what_is_not_quoted_counts_for_nothing() -> None:
    assert _score(1, 8, unquoted=3) == _score(1, 8)


def test_a_category_of_one_topic_can_reach_a_threshold_of_its_own() -> None:
    assert _score(1, 1, threshold=0.7) == (0.75, True)
