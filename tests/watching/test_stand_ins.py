"""Decisions of a stand-in: why is told, once for each cause, however many there are."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from app.domain.decision import Decision
from app.domain.verdict import JudgeName
from app.judges.fallback import STOOD_IN
from app.watching.stand_ins import MOST_CAUSES, SILENCE_S, StandIns
from tests.store.kept_values import decide

QUOTA = f"{STOOD_IN}, because the LLM could not: m gave no answer: the account is empty. Pay."


class Clock:
    """A timer that is set by hand."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def stand_ins(clock: Clock, caplog: pytest.LogCaptureFixture) -> Iterator[StandIns]:
    with caplog.at_level(logging.INFO, logger="app"):
        yield StandIns(clock)


def _decide(number: int, *warnings: str, degraded: bool = True, cached: bool = False) -> Decision:
    judge = JudgeName(kind="local", model="local", degraded=degraded)
    changed = {"judge": judge, "warnings": warnings, "cached": cached}
    return decide(f"d-{number}").model_copy(update=changed)


def _list_told(caplog: pytest.LogCaptureFixture) -> list[tuple[Any, ...]]:
    return [(r.__dict__["decision"], r.__dict__["reason"], r.__dict__["untold"]) for r in caplog.records]


def test_a_flood_of_one_cause_is_one_warning(stand_ins: StandIns, caplog: pytest.LogCaptureFixture) -> None:
    for number in range(1_000):
        stand_ins.note(_decide(number, "the article was cut", QUOTA))
    assert _list_told(caplog) == [("d-0", QUOTA, 0)]
    assert caplog.records[0].levelname == "WARNING"


def test_the_same_cause_at_another_moment_is_the_same(stand_ins: StandIns, caplog: pytest.LogCaptureFixture) -> None:
    for minute in range(10, 50):
        stand_ins.note(
            _decide(minute, f"{STOOD_IN}, because: 0.12{minute} USD of 'Key{minute}' are spent. Not before {minute}")
        )
    assert len(_list_told(caplog)) == 1


def test_each_cause_is_told_and_after_a_while_again_with_how_many_were_not(
    stand_ins: StandIns, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    other = f"{STOOD_IN}, because the LLM could not: the budget is spent."
    for number, reason in enumerate((QUOTA, other, QUOTA, other, QUOTA)):
        stand_ins.note(_decide(number, reason))
    clock.now_s = SILENCE_S
    stand_ins.note(_decide(9, QUOTA))
    assert _list_told(caplog) == [("d-0", QUOTA, 0), ("d-1", other, 0), ("d-9", QUOTA, 3)]


def test_a_server_that_words_each_refusal_differently_makes_no_flood(
    stand_ins: StandIns, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    for turn in range(3):
        clock.now_s = turn * SILENCE_S
        for number in range(100):
            letters = "".join(chr(97 + int(digit)) for digit in f"{turn}{number}")
            stand_ins.note(_decide(number, f"{STOOD_IN}, because of {letters}"))
    assert len(_list_told(caplog)) == 3 * MOST_CAUSES


@pytest.mark.parametrize(
    "decision",
    [
        pytest.param(_decide(1, QUOTA, degraded=False), id="made by the judge that was meant"),
        pytest.param(_decide(1, QUOTA, cached=True), id="given again"),
    ],
)
def test_of_other_decisions_nothing_is_told(
    stand_ins: StandIns, caplog: pytest.LogCaptureFixture, decision: Decision
) -> None:
    stand_ins.note(decision)
    assert _list_told(caplog) == []


def test_what_is_said_of_a_cause_is_no_longer_than_a_line(
    stand_ins: StandIns, caplog: pytest.LogCaptureFixture
) -> None:
    stand_ins.note(_decide(1, STOOD_IN + " x" * 10_000))
    assert len(_list_told(caplog)[0][1]) <= 500
