"""What is said of an article that gets no tag, and of what was left out of it."""

import pytest

from app.domain.article import Removed
from app.domain.decision import Assignment, DecidedBy, Status
from app.domain.telling import tell_absence, tell_removed


def _assign(title: str, status: Status, score: float, decided_by: DecidedBy = "judge") -> Assignment:
    return Assignment(
        category=title.lower(),
        title=title,
        kind="tags",
        status=status,
        decided_by=decided_by,
        score=score,
        rationale="",
    )


def test_what_waits_and_what_is_excluded_are_named() -> None:
    found = (_assign("Scrum", "review", 0.6), _assign("Kanban", "excluded", 0.7), _assign("Flow", "excluded", 0.6))
    assert tell_absence(found) == "A person has to look at Scrum. Kanban and Flow would apply, but are excluded."


def test_else_the_closest_is_named_with_its_score() -> None:
    found = (_assign("Scrum", "rejected", 0.41), _assign("Kanban", "rejected", 0.3))
    assert tell_absence(found) == "No category applies; Scrum comes closest with 0.41."


def test_what_a_rule_or_a_person_turned_down_is_not_the_closest() -> None:
    found = (
        _assign("Scrum", "rejected", 0.9, "rule"),
        _assign("Flow", "rejected", 0.8, "person"),
        _assign("Kanban", "rejected", 0.3),
    )
    assert "Kanban" in tell_absence(found)
    assert "Scrum" not in tell_absence(found)


def test_what_was_not_considered_is_not_the_closest() -> None:
    assert tell_absence((_assign("Scrum", "not_considered", 0.0),)) == "No category applies."
    assert tell_absence(()) == "No category applies."


@pytest.mark.parametrize(
    ("removed", "told"),
    [
        pytest.param(Removed(), "", id="nothing"),
        pytest.param(Removed(comments=1), "1 comment", id="one"),
        pytest.param(
            Removed(invisible_characters=3, hidden_elements=1),
            "3 invisible characters and 1 hidden element",
            id="several",
        ),
    ],
)
def test_what_was_removed_is_counted_in_words(removed: Removed, told: str) -> None:
    assert tell_removed(removed) == told
