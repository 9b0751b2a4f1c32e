"""The scheduler: who goes next, when, and what is learnt from how it went."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Literal

import pytest

from app.domain.attempt import FailureKind
from app.errors import ModelUnavailable, QuotaExhausted
from app.llm.failures import AttemptFailed
from app.llm.queue.line import Pass, Turn
from app.llm.queue.scheduler import Limits, Scheduler
from app.llm.wire import RateLimits
from tests.llm.askers import NO_LIMITS, fail
from tests.llm.sleepless import LoopClock, SleeplessLoop

pytestmark = pytest.mark.anyio
Urgency = Literal["editor", "job"]


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, object]]:
    return "asyncio", {"loop_factory": SleeplessLoop}


def _build(
    limits: Limits = NO_LIMITS, *, chance: Callable[[], float] | None = None, patience_s: float = 45.0
) -> Scheduler:
    chance = chance or random.Random(3).random
    return Scheduler(limits, LoopClock(), chance, subject="model 'm' at s")


async def _pass(scheduler: Scheduler, urgency: Urgency = "job", *, tokens: int = 100) -> Pass:
    return await scheduler.enter(scheduler.arrive(urgency), tokens)


async def _run(scheduler: Scheduler, urgency: Urgency, takes_s: float, log: list[str], name: str) -> None:
    taken = await _pass(scheduler, urgency)
    log.append(name)
    await asyncio.sleep(takes_s)
    scheduler.leave_answered(taken, None, RateLimits())


async def _settle() -> None:
    """Let everyone come as far as they can without time passing."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_an_editor_goes_before_jobs_and_each_in_the_order_of_arrival() -> None:
    scheduler, log = _build(Limits(max_concurrency=1)), list[str]()
    arrivals: list[tuple[Urgency, str]] = [
        ("job", "job 1"), ("job", "job 2"), ("editor", "editor 1"), ("job", "job 3"), ("editor", "editor 2"),
    ]  # fmt: skip
    await asyncio.gather(*(_run(scheduler, urgency, 1.0, log, name) for urgency, name in arrivals))
    assert log == ["job 1", "editor 1", "editor 2", "job 2", "job 3"]


async def test_a_queue_of_jobs_keeps_no_editor_waiting_longer_than_one_of_them() -> None:
    scheduler, log = _build(Limits(max_concurrency=2)), list[str]()
    async with asyncio.TaskGroup() as group:
        for number in range(100):
            group.create_task(_run(scheduler, "job", 1.0, log, f"job {number}"))
        await asyncio.sleep(10.5)
        group.create_task(_run(scheduler, "editor", 1.0, log, "editor"))
    assert "editor" in log[22:24], "among the two that are let in next"


async def test_no_more_are_in_flight_than_allowed() -> None:
    scheduler = _build(Limits(start_concurrency=2, max_concurrency=3))
    most = 0

    async def work() -> None:
        nonlocal most
        taken = await _pass(scheduler)
        most = max(most, scheduler.concurrency.in_flight)
        await asyncio.sleep(1.0)
        scheduler.leave_answered(taken, None, RateLimits())

    await asyncio.gather(*(work() for _ in range(20)))
    assert (most, scheduler.concurrency.in_flight) == (3, 0)


async def test_requests_follow_the_rate_that_was_set() -> None:
    scheduler, log = _build(Limits(requests_per_minute=60)), list[float]()
    for _ in range(10):
        scheduler.leave_answered(await _pass(scheduler), None, RateLimits())
        log.append(LoopClock().count())
    assert log[:6] == [0.0] * 6
    assert log[6:] == pytest.approx([1.0, 2.0, 3.0, 4.0])


async def test_tokens_follow_the_rate_that_the_server_states() -> None:
    scheduler = _build()
    told = RateLimits(limit_tokens=6_000, remaining_tokens=6_000)
    scheduler.leave_answered(await _pass(scheduler), 100, told)
    began = LoopClock().count()
    for _ in range(8):
        scheduler.leave_answered(await _pass(scheduler), 100, RateLimits())
    assert LoopClock().count() - began == pytest.approx(2.0)


async def test_what_a_reply_did_not_use_lets_the_next_one_in_earlier() -> None:
    scheduler = _build(Limits(tokens_per_minute=6_000))
    taken = await _pass(scheduler, tokens=600)
    waiting = asyncio.create_task(_pass(scheduler, tokens=600))
    await _settle()
    scheduler.leave_answered(taken, 0, RateLimits())
    await waiting
    assert LoopClock().count() == 0.0


async def test_a_wait_that_the_server_asks_for_is_everyones_and_nobody_sets_off_together() -> None:
    scheduler, starts = _build(), list[float]()

    async def work() -> None:
        taken = await _pass(scheduler)
        starts.append(LoopClock().count())
        scheduler.leave_answered(taken, None, RateLimits())

    first = await _pass(scheduler)
    scheduler.leave_failed(first, fail("rate_limited", status=429, retry_after_s=10.0))
    await asyncio.gather(*(work() for _ in range(6)))
    assert starts[0] > 10.0
    assert len(set(starts)) == 6


async def test_a_wait_of_hours_is_tried_earlier() -> None:
    scheduler = _build()
    scheduler.leave_failed(await _pass(scheduler), fail("rate_limited", status=429, retry_after_s=86_400.0))
    await _pass(scheduler)
    assert 120.0 <= LoopClock().count() < 125.0


@pytest.mark.parametrize(
    ("kind", "limit"),
    [
        pytest.param("rate_limited", 4, id="too fast"),
        pytest.param("slow_down", 4, id="ramped up too fast"),
        pytest.param("overloaded", 4, id="overloaded"),
        pytest.param("timeout", 4, id="timed out"),
        pytest.param("server_error", 8, id="broken"),
        pytest.param("bad_request", 8, id="refused"),
    ],
)
async def test_overload_cuts_what_is_in_flight(kind: FailureKind, limit: int) -> None:
    scheduler = _build(Limits(start_concurrency=8))
    scheduler.leave_failed(await _pass(scheduler), fail(kind))
    assert scheduler.concurrency.limit == limit


async def test_an_open_circuit_fails_everyone_at_once_also_those_who_wait() -> None:
    scheduler = _build(Limits(max_concurrency=1))
    taken = await _pass(scheduler)
    waiting = [asyncio.create_task(_pass(scheduler, urgency)) for urgency in ("editor", "job")]
    await _settle()
    scheduler.leave_failed(taken, fail("quota_exhausted", status=429))
    results = await asyncio.gather(*waiting, _pass(scheduler), return_exceptions=True)
    assert [type(result) for result in results] == [QuotaExhausted] * 3
    assert "before 12:10:00 UTC" in str(results[0])
    assert "the server said quota_exhausted" in str(results[0])
    assert (LoopClock().count(), len(scheduler.line)) == (0.0, 0)


async def test_after_its_time_one_tries_the_server_while_others_are_still_refused() -> None:
    scheduler = _build()
    scheduler.leave_failed(await _pass(scheduler), fail("unauthorised", status=401))
    await asyncio.sleep(60.0)
    trial = await _pass(scheduler)
    with pytest.raises(ModelUnavailable):
        await _pass(scheduler)
    scheduler.leave_answered(trial, None, RateLimits())
    assert trial.trial
    assert not (await _pass(scheduler)).trial


async def test_a_trial_that_is_called_off_leaves_the_trial_to_the_next() -> None:
    scheduler = _build()
    scheduler.leave_failed(await _pass(scheduler), fail("unauthorised", status=401))
    await asyncio.sleep(60.0)
    scheduler.leave_unfinished(await _pass(scheduler), sent=True)
    assert (await _pass(scheduler)).trial


async def test_an_editor_gives_up_when_its_patience_is_over() -> None:
    scheduler = _build(Limits(max_concurrency=1))
    await _pass(scheduler)
    with pytest.raises(ModelUnavailable, match="no room for this question within 45 s"):
        await _pass(scheduler, "editor")
    assert (LoopClock().count(), len(scheduler.line)) == (45.0, 0)


async def test_a_job_waits_as_long_as_it_takes() -> None:
    scheduler, log = _build(Limits(max_concurrency=1)), list[str]()
    await asyncio.gather(_run(scheduler, "job", 3_600.0, log, "first"), _run(scheduler, "job", 1.0, log, "second"))
    assert log == ["first", "second"]


async def test_one_that_waits_and_is_called_off_leaves_no_trace() -> None:
    scheduler = _build(Limits(max_concurrency=1, requests_per_minute=600, tokens_per_minute=60_000))
    taken = await _pass(scheduler)
    for urgency in ("editor", "job"):
        waiting = asyncio.create_task(_pass(scheduler, urgency))
        await _settle()
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    scheduler.leave_answered(taken, 100, RateLimits())
    assert (len(scheduler.line), scheduler.concurrency.in_flight) == (0, 0)
    assert scheduler.requests.level == pytest.approx(59.0)
    assert scheduler.tokens.level == pytest.approx(5_900.0)
    assert len(asyncio.all_tasks()) <= 2, "this test and its runner, and no alarm"


@pytest.mark.parametrize("urgency", ["editor", "job"])
async def test_one_that_is_called_off_just_as_it_is_let_in_gives_its_pass_back(urgency: Urgency) -> None:
    scheduler = _build(Limits(max_concurrency=1))
    taken = await _pass(scheduler)
    waiting = asyncio.create_task(_pass(scheduler, urgency))
    await _settle()
    scheduler.leave_answered(taken, None, RateLimits())
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert (len(scheduler.line), scheduler.concurrency.in_flight) == (0, 0)


async def test_one_that_is_called_off_lets_the_next_pass_that_fits() -> None:
    scheduler, log = _build(Limits(tokens_per_minute=6_000)), list[str]()
    large = asyncio.create_task(_pass(scheduler, "editor", tokens=6_000))
    small = asyncio.create_task(_run(scheduler, "job", 0.0, log, "small"))
    await _settle()
    assert log == []
    large.cancel()
    await _settle()
    assert log == ["small"]
    await asyncio.gather(large, small, return_exceptions=True)


def _turn(scheduler: Scheduler, urgency: Urgency, *, attempts: int) -> Turn:
    turn = scheduler.arrive(urgency)
    turn.attempts = attempts
    return turn


@pytest.mark.parametrize(
    ("failure", "attempts", "wait_s"),
    [
        pytest.param(fail("server_error"), 1, 0.5, id="first failure"),
        pytest.param(fail("timeout"), 3, 2.0, id="third failure"),
        pytest.param(fail("overloaded"), 4, None, id="asked often enough"),
        pytest.param(fail("rate_limited", retry_after_s=7.0), 1, 0.0, id="the gate waits"),
        pytest.param(fail("bad_request"), 1, None, id="no help"),
        pytest.param(fail("parameter_refused"), 1, None, id="no lesson"),
        pytest.param(fail("quota_exhausted"), 1, None, id="no quota"),
        pytest.param(fail("unusable_reply"), 1, 0.5, id="an odd answer"),
    ],
)
async def test_whether_and_when_to_ask_again(failure: AttemptFailed, attempts: int, wait_s: float | None) -> None:
    scheduler = _build(chance=lambda: 1.0)
    assert scheduler.plan_retry(_turn(scheduler, "job", attempts=attempts), failure) == wait_s


async def test_an_editor_is_not_asked_again_when_that_is_after_its_patience() -> None:
    scheduler = _build()
    turn = _turn(scheduler, "editor", attempts=1)
    failure = fail("rate_limited", status=429, retry_after_s=50.0)
    scheduler.leave_failed(await scheduler.enter(turn, 100), failure)
    assert scheduler.plan_retry(turn, failure) is None
    assert scheduler.plan_retry(_turn(scheduler, "job", attempts=1), failure) == 0.0


async def test_when_much_fails_few_are_asked_again() -> None:
    scheduler = _build()
    granted = [scheduler.plan_retry(_turn(scheduler, "job", attempts=1), fail("server_error")) for _ in range(50)]
    assert sum(wait is not None for wait in granted) == 10


async def test_one_that_is_asked_again_keeps_its_place() -> None:
    scheduler, log = _build(Limits(max_concurrency=1)), list[str]()
    turn = scheduler.arrive("job")
    taken = await scheduler.enter(turn, 100)

    async def again() -> None:
        second = await scheduler.enter(turn, 100)
        log.append("again")
        scheduler.leave_answered(second, None, RateLimits())

    later: list[Awaitable[None]] = [
        asyncio.ensure_future(_run(scheduler, "job", 1.0, log, f"later {n}")) for n in range(3)
    ]
    await _settle()
    scheduler.leave_failed(taken, fail("server_error"))
    await asyncio.gather(*later, again())
    assert log == ["later 0", "again", "later 1", "later 2"]


async def test_a_slow_server_that_goes_on_answering_is_not_taken_to_be_down() -> None:
    scheduler = _build(Limits(max_concurrency=8))
    taken = [await _pass(scheduler) for _ in range(8)]
    await asyncio.sleep(60.0)
    scheduler.leave_answered(taken[0], None, RateLimits())
    for one in taken[1:]:
        scheduler.leave_failed(one, fail("timeout"))
    assert not scheduler.circuit.is_open
    assert scheduler.concurrency.limit < 8


async def test_a_server_that_answers_nobody_is_taken_to_be_down() -> None:
    scheduler = _build(Limits(max_concurrency=8))
    for one in [await _pass(scheduler) for _ in range(8)]:
        scheduler.leave_failed(one, fail("timeout"))
    assert scheduler.circuit.is_open


async def test_an_editor_does_not_wait_for_a_time_beyond_its_patience() -> None:
    scheduler = _build()
    scheduler.leave_failed(await _pass(scheduler), fail("rate_limited", status=429, retry_after_s=120.0))
    begun = scheduler._clock.count()  # noqa: SLF001 - the clock that decides
    with pytest.raises(ModelUnavailable, match="asks to be left alone"):
        await _pass(scheduler, "editor")
    assert scheduler._clock.count() == begun  # noqa: SLF001


async def test_what_a_refusal_says_of_the_rate_paces_what_follows() -> None:
    scheduler = _build()
    failure = fail("rate_limited", status=429)
    failure.limits = RateLimits(limit_requests=60, remaining_requests=0)
    scheduler.leave_failed(await _pass(scheduler), failure)
    begun = asyncio.get_running_loop().time()
    await _pass(scheduler)
    assert asyncio.get_running_loop().time() - begun == pytest.approx(1.0, abs=0.1)
