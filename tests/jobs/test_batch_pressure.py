"""Back-pressure: how many tokens lie at the server is learnt from what it refuses."""

import pytest

from app.errors import ModelUnavailable
from app.jobs.batches.pressure import FIRST_WAIT_S, LONGEST_WAIT_S, MOST_REFUSALS, Pressure, find_limit, is_full
from app.llm.batch.batch_wire import BatchFault

SAYS_LIMIT = (
    BatchFault(
        code="token_limit_exceeded",
        message="Enqueued token limit reached for gpt-6-luna in organization org-1. Limit: 90,000 enqueued tokens.",
    ),
)
SAYS_NOTHING = (BatchFault(code="token_limit_exceeded", message="Too much."),)


@pytest.mark.parametrize(
    ("fault", "full"),
    [
        pytest.param(SAYS_LIMIT[0], True, id="by its code"),
        pytest.param(BatchFault(code="", message="Enqueued token limit reached"), True, id="by its words"),
        pytest.param(BatchFault(code="invalid_json_line", message="line 3"), False, id="another fault"),
    ],
)
def test_is_full(fault: BatchFault, full: bool) -> None:
    assert is_full([fault]) is full


def test_a_limit_is_read_where_one_is_named() -> None:
    assert (find_limit(SAYS_LIMIT), find_limit(SAYS_NOTHING)) == (90_000, None)


def test_nothing_bounds_what_was_never_refused() -> None:
    assert Pressure(None).find_room(10**9, 0.0) is None


def test_a_bound_that_is_known_leaves_what_is_not_taken() -> None:
    assert Pressure(1_000).find_room(700, 0.0) == 300


def test_what_is_refused_alone_is_halved() -> None:
    pressure = Pressure(None)
    pressure.note_refused(1_000, 0, SAYS_NOTHING, 0.0)
    assert pressure.find_room(0, FIRST_WAIT_S) == 500


def test_what_is_refused_beside_others_waits_for_these() -> None:
    pressure = Pressure(None)
    pressure.note_refused(1_000, 4_000, SAYS_NOTHING, 0.0)
    assert pressure.find_room(4_000, FIRST_WAIT_S) == 0
    assert pressure.find_room(1_000, FIRST_WAIT_S) == 3_000


def test_a_limit_that_is_named_is_kept_with_something_to_spare() -> None:
    pressure = Pressure(None)
    pressure.note_refused(200_000, 0, SAYS_LIMIT, 0.0)
    assert pressure.find_room(0, FIRST_WAIT_S) == 81_000


def test_a_limit_that_is_kept_and_does_not_help_is_halved_like_any_other() -> None:
    pressure = Pressure(None)
    pressure.note_refused(60_000, 0, SAYS_LIMIT, 0.0)
    assert pressure.find_room(0, FIRST_WAIT_S) == 30_000


def test_waits_grow_with_every_refusal_up_to_a_bound() -> None:
    pressure, waits = Pressure(None), []
    for _ in range(8):
        pressure.note_refused(1_000, 0, SAYS_NOTHING, 0.0)
        waits.append(next(s for s in range(0, 2_000, 10) if pressure.find_room(0, float(s)) != 0))
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (FIRST_WAIT_S, LONGEST_WAIT_S)


def test_each_batch_that_ends_lets_more_in_up_to_the_limit() -> None:
    pressure = Pressure(None)
    pressure.note_refused(200_000, 0, SAYS_LIMIT, 0.0)
    pressure.note_refused(60_000, 0, SAYS_NOTHING, 0.0)
    rooms = []
    for _ in range(3):
        pressure.note_ended()
        rooms.append(pressure.find_room(0, 0.0))
    assert rooms == [60_000, 81_000, 81_000]


def test_a_server_that_takes_nothing_for_a_day_is_given_up() -> None:
    pressure = Pressure(None)
    said = [pressure.note_refused(50, 0, SAYS_LIMIT, 0.0) for _ in range(MOST_REFUSALS)]
    assert said[:-1] == [None] * (MOST_REFUSALS - 1)
    assert isinstance(said[-1], ModelUnavailable)
    assert "leave out --batch-api" in str(said[-1])
