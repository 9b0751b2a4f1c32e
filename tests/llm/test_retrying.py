"""Retrying: waits that grow and never agree, and a budget that keeps retries a small part of traffic."""

import pytest

from app.llm.queue.retrying import RetryBudget, compute_backoff


@pytest.mark.parametrize(
    ("failures", "chance", "wait_s"),
    [
        pytest.param(0, 1.0, 0.5, id="first"),
        pytest.param(1, 1.0, 1.0, id="second"),
        pytest.param(3, 1.0, 4.0, id="fourth"),
        pytest.param(3, 0.25, 1.0, id="any part of it"),
        pytest.param(3, 0.0, 0.0, id="down to nothing"),
        pytest.param(10, 1.0, 20.0, id="bounded"),
        pytest.param(10_000, 1.0, 20.0, id="bounded, without an overflow"),
    ],
)
def test_the_wait_doubles_up_to_a_bound(failures: int, chance: float, wait_s: float) -> None:
    assert compute_backoff(failures, chance) == wait_s


def test_beyond_a_few_retries_are_a_tenth_of_traffic() -> None:
    budget = RetryBudget(0.0)
    granted = 0
    for _ in range(1_000):
        budget.record_first()
        granted += budget.take(0.0)
    assert 100 <= granted <= 111


def test_the_few_come_back_with_time() -> None:
    budget = RetryBudget(0.0)
    while budget.take(0.0):
        pass
    assert not budget.take(4.0)
    assert budget.take(6.0)
    assert not budget.take(6.0)


def test_quiet_hours_do_not_save_up_for_a_storm() -> None:
    budget = RetryBudget(0.0)
    for _ in range(10_000):
        budget.record_first()
    assert sum(budget.take(100_000.0) for _ in range(1_000)) == 50
