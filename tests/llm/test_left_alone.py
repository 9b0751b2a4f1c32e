"""What people are told of a server that gives no answer: the cause, what follows from it, and the remedy, in this order."""

from datetime import UTC, datetime

import pytest

from app.domain.attempt import FailureKind
from app.errors import ModelUnavailable, QuotaExhausted
from app.llm.failures import AttemptFailed
from app.llm.queue.circuit import Circuit
from app.llm.queue.telling import explain_failure, explain_left_alone

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def _explain(kind: FailureKind, said: str, *, times: int) -> ModelUnavailable:
    circuit = Circuit()
    for _ in range(times):
        circuit.record_failure(AttemptFailed(kind, said), 0.0, trial=False)
    return explain_left_alone(circuit.reason, "model 'm' at here", NOON)


@pytest.mark.parametrize(
    ("kind", "said", "times", "told"),
    [
        pytest.param(
            "unauthorised",
            "the server answered 401: the key is invalid",
            1,
            "model 'm' at here gave no answer: the server answered 401: the key is invalid. It is not asked before "
            "12:00:00 UTC. Check OPENAI_API_KEY and what it may use, or set SCOPENOTE_JUDGE=local.",
            id="once",
        ),
        pytest.param(
            "server_error",
            "the server answered 500: Oh no!",
            5,
            "model 'm' at here gave no answer 5 times in a row: the server answered 500: Oh no! It is not asked before "
            "12:00:00 UTC. Wait a while, or set SCOPENOTE_JUDGE=local.",
            id="in a row",
        ),
        pytest.param(
            "timeout",
            "no answer, it said long things…",
            5,
            "model 'm' at here gave no answer 5 times in a row: no answer, it said long things… It is not asked before "
            "12:00:00 UTC. Raise SCOPENOTE_TIMEOUT_S if the server is slow, or set SCOPENOTE_JUDGE=local.",
            id="cut short",
        ),
    ],
)
def test_a_server_that_is_left_alone_is_told_by_what_it_did(
    kind: FailureKind, said: str, times: int, told: str
) -> None:
    assert str(_explain(kind, said, times=times)) == told


def test_a_job_is_told_the_cause_and_the_remedy_apart() -> None:
    error = _explain("quota_exhausted", "the server answered 429: no quota", times=1)
    assert isinstance(error, QuotaExhausted)
    assert error.cause == "model 'm' at here gave no answer: the server answered 429: no quota."
    assert error.remedy == "Top up the account or raise its limit"
    given_up = explain_failure(AttemptFailed("timeout", "no answer within 9 s"), "model 'm' at here", attempts=4)
    assert given_up.cause == "model 'm' at here gave no answer (asked 4 times): no answer within 9 s."
    assert str(given_up).startswith(f"{given_up.cause} {given_up.remedy}, or ")
