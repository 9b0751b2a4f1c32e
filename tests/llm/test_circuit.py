"""The circuit breaker: what opens it, for how long, and what closes it."""

import pytest

from app.domain.attempt import FailureKind
from app.llm.failures import AttemptFailed
from app.llm.queue.circuit import Circuit


def _fail(circuit: Circuit, kind: FailureKind, now: float, *, times: int = 1, trial: bool = False) -> None:
    for _ in range(times):
        circuit.record_failure(AttemptFailed(kind, "no"), now, trial=trial)


@pytest.mark.parametrize(
    ("kind", "times", "open_s"),
    [
        pytest.param("quota_exhausted", 1, 600.0, id="no quota"),
        pytest.param("unauthorised", 1, 60.0, id="key refused"),
        pytest.param("not_found", 1, 60.0, id="no such model"),
        pytest.param("unreachable", 5, 15.0, id="not there"),
        pytest.param("timeout", 5, 15.0, id="silent"),
        pytest.param("server_error", 5, 15.0, id="broken"),
        pytest.param("overloaded", 5, 15.0, id="overloaded"),
        pytest.param("disconnected", 5, 15.0, id="hangs up"),
        pytest.param("unreachable", 4, 0.0, id="not often enough"),
        pytest.param("rate_limited", 50, 0.0, id="only too fast"),
        pytest.param("bad_request", 50, 0.0, id="only this question"),
        pytest.param("too_long", 50, 0.0, id="only too long"),
        pytest.param("parameter_refused", 50, 0.0, id="only a parameter"),
        pytest.param("unusable_reply", 50, 0.0, id="only an odd answer"),
    ],
)
def test_a_failure_opens_by_its_kind(kind: FailureKind, times: int, open_s: float) -> None:
    circuit = Circuit()
    _fail(circuit, kind, 100.0, times=times)
    assert circuit.measure_wait(100.0) == open_s


def test_failures_that_are_not_in_a_row_do_not_open() -> None:
    circuit = Circuit()
    for _ in range(10):
        _fail(circuit, "timeout", 0.0, times=4)
        circuit.record_answer(trial=False)
    assert not circuit.is_open


def test_after_its_time_one_is_let_through() -> None:
    circuit = Circuit()
    _fail(circuit, "quota_exhausted", 0.0)
    assert circuit.measure_wait(599.0) == 1.0
    assert circuit.measure_wait(600.0) == 0.0
    assert circuit.admit()
    assert circuit.measure_wait(600.0) > 0.0


def test_an_answered_trial_closes() -> None:
    circuit = Circuit()
    _fail(circuit, "unreachable", 0.0, times=5)
    circuit.admit()
    circuit.record_answer(trial=True)
    assert not circuit.is_open
    assert circuit.measure_wait(15.0) == 0.0


@pytest.mark.parametrize("kind", ["rate_limited", "bad_request", "too_long"])
def test_a_trial_that_the_server_answered_with_a_refusal_closes_too(kind: FailureKind) -> None:
    circuit = Circuit()
    _fail(circuit, "unreachable", 0.0, times=5)
    circuit.admit()
    _fail(circuit, kind, 20.0, trial=True)
    assert not circuit.is_open


def test_each_failed_trial_doubles_the_time_up_to_a_bound() -> None:
    circuit = Circuit()
    _fail(circuit, "unreachable", 0.0, times=5)
    now, waits = 0.0, []
    for _ in range(6):
        waits.append(circuit.measure_wait(now))
        now += waits[-1]
        circuit.admit()
        _fail(circuit, "unreachable", now, trial=True)
    assert waits == [15.0, 30.0, 60.0, 120.0, 240.0, 300.0]


def test_the_time_starts_anew_once_the_server_was_there() -> None:
    circuit = Circuit()
    _fail(circuit, "unreachable", 0.0, times=5)
    circuit.admit()
    circuit.record_answer(trial=True)
    _fail(circuit, "unreachable", 50.0, times=5)
    assert circuit.measure_wait(50.0) == 15.0


def test_what_set_off_before_neither_closes_nor_prolongs() -> None:
    circuit = Circuit()
    _fail(circuit, "unreachable", 0.0, times=5)
    circuit.record_answer(trial=False)
    _fail(circuit, "unreachable", 10.0, times=20)
    assert circuit.is_open
    assert circuit.measure_wait(10.0) == 5.0


def test_a_quota_that_is_gone_weighs_more_than_a_server_that_is_down() -> None:
    circuit = Circuit()
    _fail(circuit, "quota_exhausted", 0.0)
    _fail(circuit, "unreachable", 1.0, times=20)
    assert circuit.reason.kind == "quota_exhausted"
    assert circuit.measure_wait(1.0) == 599.0


def test_a_trial_that_was_called_off_leaves_room_for_another() -> None:
    circuit = Circuit()
    _fail(circuit, "unauthorised", 0.0)
    circuit.admit()
    circuit.withdraw()
    assert circuit.measure_wait(60.0) == 0.0


def test_once_closed_nothing_is_left_of_how_long_it_was_open() -> None:
    circuit = Circuit()
    _fail(circuit, "unauthorised", 0.0)
    circuit.admit()
    _fail(circuit, "quota_exhausted", 61.0)
    circuit.record_answer(trial=True)
    _fail(circuit, "server_error", 62.0, times=5)
    assert circuit.measure_wait(62.0) == 15.0


def test_people_are_told_what_keeps_it_open_longest() -> None:
    circuit = Circuit()
    _fail(circuit, "quota_exhausted", 0.0)
    _fail(circuit, "unauthorised", 1.0)
    assert circuit.reason.kind == "quota_exhausted"
