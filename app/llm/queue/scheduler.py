"""Owns the scheduler: when each request to one server is sent."""

import asyncio
import math
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Literal

from pydantic import PositiveInt

from app.domain.attempt import FailureKind
from app.domain.value import Value
from app.errors import ModelUnavailable
from app.llm.clock import Clock
from app.llm.failures import MAY_PASS, UNKNOWN_OUTCOME, AttemptFailed
from app.llm.queue.alarm import Alarm
from app.llm.queue.circuit import Circuit
from app.llm.queue.concurrency import MOST, START, Concurrency
from app.llm.queue.line import Line, Pass, Turn, Waiter
from app.llm.queue.pacing import Bucket, Gate
from app.llm.queue.retrying import LONGEST_TOLD_S, RetryBudget, compute_backoff
from app.llm.queue.telling import explain_left_alone, explain_no_turn, explain_told_to_wait
from app.llm.wire import RateLimits

PATIENCE_S = 45.0
"""How long an editor's question waits for its turn and is asked again, all in all."""
MOST_ATTEMPTS = 4
_OVERLOAD: frozenset[FailureKind] = frozenset({"rate_limited", "slow_down", "overloaded", "timeout"})
_USED: frozenset[FailureKind] = UNKNOWN_OUTCOME | {"unusable_reply"}


class Limits(Value):
    """What a server is put to. Rates are per minute; None: what its headers say, else no limit."""

    start_concurrency: PositiveInt = START
    max_concurrency: PositiveInt = MOST
    requests_per_minute: PositiveInt | None = None
    tokens_per_minute: PositiveInt | None = None


class Scheduler:
    """Lets requests to one server and model through: editors' before jobs', each in the order of arrival.

    A request goes when the server is not left alone, nobody was told to wait, fewer are in flight
    than it copes with, and its rates allow it. `subject` names model and server in messages.
    One event loop at a time may use it.
    """

    def __init__(
        self, limits: Limits, clock: Clock, random: Callable[[], float], *, subject: str, patience_s: float = PATIENCE_S
    ) -> None:
        now = clock.count()
        self.concurrency = Concurrency(start=limits.start_concurrency, most=limits.max_concurrency)
        self.circuit = Circuit()
        self.requests = Bucket(limits.requests_per_minute, now)
        self.tokens = Bucket(limits.tokens_per_minute, now)
        self.line = Line()
        self._subject = subject
        self._patience_s = patience_s
        self._clock = clock
        self._random = random
        self._gate = Gate(random)
        self._retries = RetryBudget(now)
        self._numbers = count()
        self._answered_at = -math.inf
        self._alarm = Alarm(clock, self._let_in)

    def arrive(self, urgency: Literal["editor", "job"]) -> Turn:
        """A question's place: behind all that arrived before it, and an editor's before all jobs'."""
        number = next(self._numbers)
        if urgency == "job":
            return Turn(rank=1, number=number, give_up_at=None)
        return Turn(rank=0, number=number, give_up_at=self._clock.count() + self._patience_s)

    async def enter(self, turn: Turn, tokens: int) -> Pass:
        """Wait until a request of so many tokens may be sent; one of the `leave_...` must follow.

        Raises:
            ModelUnavailable: the server is left alone, or patience has run out.
        """
        now = self._clock.count()
        if self.circuit.measure_wait(now) > 0.0:
            raise self._explain_left_alone()
        if turn.give_up_at is not None and self._gate.opens_at >= turn.give_up_at:
            raise explain_told_to_wait(self._subject, self._gate.measure_wait(now))
        if not self.line and self._measure_wait(tokens, now) == 0.0:
            return self._admit(turn, tokens, now)
        waiter = self.line.join(turn, tokens)
        self._let_in()
        try:
            taken = await self._wait(waiter)
        except BaseException:
            self._withdraw(waiter)
            raise
        # Between being let in and running again, the server may have come to be left alone.
        if not taken.trial and self.circuit.measure_wait(self._clock.count()) > 0.0:
            self.leave_unfinished(taken, sent=False)
            raise self._explain_left_alone()
        return taken

    def leave_answered(self, taken: Pass, used_tokens: int | None, limits: RateLimits) -> None:
        """A reply came; `used_tokens` is None where the server does not say."""
        now = self._answered_at = self._clock.count()
        self.concurrency.record_answer()
        self.circuit.record_answer(trial=taken.trial)
        self.tokens.settle(taken.tokens, taken.tokens if used_tokens is None else used_tokens, now)
        self._learn(limits, now)
        self._free()

    def leave_failed(self, taken: Pass, failure: AttemptFailed) -> None:
        """No reply came: send less, wait, or leave the server alone, as the kind says."""
        now = self._clock.count()
        if failure.kind in _OVERLOAD:
            self.concurrency.record_overload(started_at=taken.started_at, now=now)
        if failure.kind not in _USED:
            self.tokens.settle(taken.tokens, 0, now)
        self._learn(failure.limits, now)
        if failure.retry_after_s is not None and failure.kind in MAY_PASS:
            self._gate.shut(min(failure.retry_after_s, LONGEST_TOLD_S), now)
        # Who times out behind others that were answered meanwhile met a slow server, and not one that is down.
        if failure.kind != "timeout" or taken.trial or taken.started_at >= self._answered_at:
            self.circuit.record_failure(failure, now, trial=taken.trial)
        self._free()

    def leave_unfinished(self, taken: Pass, *, sent: bool) -> None:
        """Called off before or after it was sent, which says nothing about the server."""
        if taken.trial:
            self.circuit.withdraw()
        if not sent:
            now = self._clock.count()
            self.requests.settle(1, 0, now)
            self.tokens.settle(taken.tokens, 0, now)
        self._free()

    def plan_retry(self, turn: Turn, failure: AttemptFailed) -> float | None:
        """Seconds to wait before this question is sent again; None where it is not."""
        now = self._clock.count()
        if failure.kind not in MAY_PASS or turn.attempts >= MOST_ATTEMPTS or self.circuit.is_open:
            return None
        # Where the server named a time, the gate keeps everyone until then.
        wait_s = 0.0 if failure.retry_after_s is not None else compute_backoff(turn.attempts - 1, self._random())
        ready_at = max(now + wait_s, self._gate.opens_at)
        if turn.give_up_at is not None and ready_at >= turn.give_up_at:
            return None
        return wait_s if self._retries.take(now) else None

    async def _wait(self, waiter: Waiter) -> Pass:
        give_up_at = waiter.turn.give_up_at
        if give_up_at is None:
            return await waiter.granted
        patience = asyncio.create_task(self._sleep_until(give_up_at))
        try:
            await asyncio.wait((waiter.granted, patience), return_when=asyncio.FIRST_COMPLETED)
        finally:
            patience.cancel()
        if not waiter.granted.done():
            raise explain_no_turn(self._subject, self._patience_s)
        return waiter.granted.result()

    async def _sleep_until(self, at: float) -> None:
        await self._clock.sleep(max(0.0, at - self._clock.count()))

    def _withdraw(self, waiter: Waiter) -> None:
        """Whoever stops waiting leaves no trace: neither a place in the line nor a pass that was just granted."""
        granted = waiter.granted
        if granted.done() and not granted.cancelled() and granted.exception() is None:
            self.leave_unfinished(granted.result(), sent=False)
            return
        self.line.remove(waiter)
        self._let_in()

    def _let_in(self) -> None:
        """Grant passes to as many as may go now, and come back when the next one may."""
        now = self._clock.count()
        while (waiter := self.line.find_first()) is not None:
            if self.circuit.measure_wait(now) > 0.0:
                self.line.turn_away(self._explain_left_alone)
                break
            wait_s = self._measure_wait(waiter.tokens, now)
            if wait_s > 0.0:
                if wait_s < math.inf:
                    self._alarm.set(now + wait_s)
                return
            self.line.remove(waiter)
            waiter.granted.set_result(self._admit(waiter.turn, waiter.tokens, now))
        self._alarm.clear()

    def _measure_wait(self, tokens: int, now: float) -> float:
        """Seconds until a request may go; infinite where one in flight has to come back first."""
        if self.concurrency.is_full:
            return math.inf
        return max(
            self._gate.measure_wait(now), self.requests.measure_wait(1, now), self.tokens.measure_wait(tokens, now)
        )

    def _admit(self, turn: Turn, tokens: int, now: float) -> Pass:
        if turn.attempts == 0:
            self._retries.record_first()
        turn.attempts += 1
        self.concurrency.in_flight += 1
        self._gate.pass_one(len(self.line), now)
        self.requests.take(1, now)
        self.tokens.take(tokens, now)
        return Pass(tokens=tokens, started_at=now, trial=self.circuit.admit())

    def _learn(self, limits: RateLimits, now: float) -> None:
        self.requests.learn(limits.limit_requests, limits.remaining_requests, now)
        self.tokens.learn(limits.limit_tokens, limits.remaining_tokens, now)

    def _free(self) -> None:
        self.concurrency.in_flight -= 1
        self._let_in()

    def _explain_left_alone(self) -> ModelUnavailable:
        wait_s = self.circuit.measure_wait(self._clock.count())
        return explain_left_alone(self.circuit.reason, self._subject, self._clock.now() + timedelta(seconds=wait_s))
