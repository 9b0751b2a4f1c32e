"""Pacing: buckets that never overflow, and a gate that nobody leaves together."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.llm.queue.pacing import Bucket, Gate

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["take", "settle", "learn", "wait"]),
        st.floats(0, 5_000, allow_nan=False),
        st.floats(0, 5_000, allow_nan=False),
    ),
    max_size=40,
)


def test_without_a_known_limit_nothing_is_held_back() -> None:
    bucket = Bucket(None, 0.0)
    bucket.take(1_000_000, 0.0)
    assert bucket.measure_wait(1_000_000, 0.0) == 0.0


def test_a_bucket_starts_almost_empty_and_fills_in_a_minute() -> None:
    bucket = Bucket(600, 0.0)
    assert bucket.measure_wait(60, 0.0) == 0.0
    assert bucket.measure_wait(600, 0.0) == pytest.approx(54.0)
    assert bucket.measure_wait(600, 54.0) == 0.0


def test_what_was_reserved_and_not_used_can_be_used_by_others() -> None:
    bucket = Bucket(600, 0.0)
    bucket.take(60, 0.0)
    assert bucket.measure_wait(10, 0.0) == pytest.approx(1.0)
    bucket.settle(60, 20, 0.0)
    assert bucket.measure_wait(40, 0.0) == 0.0


def test_what_was_used_beyond_the_reservation_is_waited_for() -> None:
    bucket = Bucket(600, 0.0)
    bucket.take(60, 0.0)
    bucket.settle(60, 160, 0.0)
    assert bucket.measure_wait(10, 0.0) == pytest.approx(11.0)


def test_more_than_fits_goes_when_the_bucket_is_full() -> None:
    bucket = Bucket(600, 0.0)
    assert bucket.measure_wait(10_000, 0.0) == pytest.approx(54.0)
    assert bucket.measure_wait(10_000, 54.0) == 0.0


def test_a_limit_is_learnt_from_the_server() -> None:
    bucket = Bucket(None, 0.0)
    bucket.learn(600, 590, 0.0)
    assert (bucket.capacity, bucket.level) == (600, 60)


def test_what_is_left_by_the_servers_count_is_believed_where_it_is_less() -> None:
    bucket = Bucket(600, 0.0)
    bucket.learn(600, 5, 0.0)
    assert bucket.level == 5
    bucket.learn(600, 500, 0.0)
    assert bucket.level == 5


def test_a_limit_set_by_hand_stands_against_the_servers() -> None:
    bucket = Bucket(60, 0.0)
    bucket.learn(6_000, 6_000, 0.0)
    assert bucket.capacity == 60


def test_a_limit_of_nothing_is_not_believed() -> None:
    bucket = Bucket(None, 0.0)
    bucket.learn(0, 0, 0.0)
    assert bucket.measure_wait(1, 0.0) == 0.0


@given(STEPS, st.one_of(st.none(), st.floats(1, 5_000)))
def test_a_bucket_never_holds_more_than_its_capacity(
    steps: list[tuple[str, float, float]], capacity: float | None
) -> None:
    now, bucket = 0.0, Bucket(capacity, 0.0)
    for step, first, second in steps:
        if step == "take":
            bucket.take(first, now)
        elif step == "settle":
            bucket.settle(first, second, now)
        elif step == "learn":
            bucket.learn(int(first), int(second), now)
        else:
            now += first
            assert bucket.measure_wait(second, now) >= 0.0
        if bucket.capacity is not None:
            assert bucket.level <= bucket.capacity


@given(st.lists(st.floats(1, 300), min_size=1, max_size=30))
def test_who_waits_as_long_as_told_may_go(amounts: list[float]) -> None:
    now, bucket = 0.0, Bucket(600, 0.0)
    for amount in amounts:
        now += bucket.measure_wait(amount, now)
        assert bucket.measure_wait(amount, now) == pytest.approx(0.0, abs=1e-6)
        bucket.take(amount, now)


def test_those_who_waited_at_the_gate_set_off_one_by_one() -> None:
    gate = Gate(random.Random(1).random)
    gate.shut(5.0, 0.0)
    starts, now = [], 0.0
    for waiting in range(7, -1, -1):
        now += gate.measure_wait(now)
        starts.append(now)
        gate.pass_one(waiting, now)
    assert starts[0] >= 5.0
    assert len(set(starts)) == 8
    assert 5.2 < starts[-1] < 7.5


def test_later_ones_pass_the_gate_freely() -> None:
    gate = Gate(random.Random(1).random)
    gate.shut(5.0, 0.0)
    gate.pass_one(1, 20.0)
    gate.pass_one(5, 30.0)
    assert gate.measure_wait(30.0) == 0.0


def test_a_shorter_wait_does_not_open_the_gate_earlier() -> None:
    gate = Gate(lambda: 0.0)
    gate.shut(10.0, 0.0)
    gate.shut(1.0, 0.0)
    assert gate.measure_wait(0.0) == 10.0


def test_after_a_short_wait_they_set_off_closer_together() -> None:
    gate = Gate(lambda: 1.0)
    gate.shut(0.0, 0.0)
    assert gate.measure_wait(0.0) == 0.05
