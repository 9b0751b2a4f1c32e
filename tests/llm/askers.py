"""An asker over a scripted wire, with everything that stands in between, and time that passes at once."""

import asyncio
import random
from collections.abc import Callable
from datetime import datetime
from itertools import count

from app.domain.attempt import Allow, Attempt, FailureKind, Spent, Tokens
from app.domain.errand import Errand
from app.llm.asking import build_asker
from app.llm.failures import AttemptFailed
from app.llm.model import Message, Question, Reply
from app.llm.queue.scheduler import Limits
from app.llm.scripted_wire import ScriptedWire
from app.llm.server.capabilities import Capabilities
from app.llm.server.capability_memory import CapabilityMemory
from app.llm.spending.budgets import Caps
from app.llm.spending.ledger import Ledger, MemoryLedger
from app.llm.spending.prices import Price
from app.llm.tab import Tab
from app.llm.wire import RateLimits, Sent, Shape
from tests.llm.sleepless import LoopClock

PRICE = Price(input=1.0, cached=0.1, written=1.25, output=5.0, as_of="2026-10-21")
QUESTION = Question(
    messages=(Message(role="user", content="Is it about X?"),),
    reply_schema={"type": "object"},
    input_tokens=1_000,
    max_output_tokens=200,
)
USED = Tokens(input=1_000, output=20)
NO_RATES = RateLimits()
NO_LIMITS = Limits()
NO_CAPS = Caps()
EDITOR = Errand()
JOB = Errand(urgency="job", job="j1")

Outcome = Sent | AttemptFailed
Play = Callable[[Question, Shape], Outcome]


def answer(
    text: str = '{"a": 1}', *, used: Tokens | None = USED, finish: str = "stop",
    limits: RateLimits = NO_RATES, cost_usd: float | None = None,
) -> Sent:  # fmt: skip
    return Sent(reply=Reply(text=text, finish=finish, tokens=used, cost_usd=cost_usd), limits=limits)


def fail(
    kind: FailureKind, *, status: int | None = None, retry_after_s: float | None = None, parameter: str | None = None,
    tokens: Tokens | None = None, limit_tokens: int | None = None,
) -> AttemptFailed:  # fmt: skip
    return AttemptFailed(
        kind,
        f"the server said {kind}",
        status=status,
        retry_after_s=retry_after_s,
        parameter=parameter,
        tokens=tokens,
        limit_tokens=limit_tokens,
    )


class SlowLedger(MemoryLedger):
    """A ledger in memory that is as far away as a busy database: it takes its time, and what it says may be old."""

    def __init__(self, now: Callable[[], datetime], delay_s: float) -> None:
        super().__init__(now)
        self._delay_s = delay_s

    async def open(self, attempt: Attempt, allow: Allow) -> None:
        await asyncio.sleep(self._delay_s)
        await super().open(attempt, allow)
        try:
            await asyncio.sleep(self._delay_s)
        except asyncio.CancelledError:
            self._known.remove(attempt.id)
            del self._open[attempt.id]
            raise

    async def close(self, attempt: Attempt) -> None:
        try:
            await asyncio.sleep(self._delay_s)
        finally:
            await super().close(attempt)
        await asyncio.sleep(self._delay_s)

    async def sum_day(self) -> Spent:
        spent = await super().sum_day()
        await asyncio.sleep(2 * self._delay_s)
        return spent

    async def sum_account(self, job: str) -> Spent:
        spent = await super().sum_account(job)
        await asyncio.sleep(2 * self._delay_s)
        return spent


class Rig:
    """What a test needs to see: the asker, and everything that it goes through.

    `play` gives what each attempt comes to: a list is played in order and its last entry repeated.
    """

    def __init__(
        self,
        play: Play | list[Outcome],
        *,
        latency_s: float = 0.0,
        caps: Caps = NO_CAPS,
        limits: Limits = NO_LIMITS,
        price: Price | None = PRICE,
        ledger: Ledger | None = None,
        ledger_delay_s: float | None = None,
        timeout_s: float = 60.0,
        prefix: str = "a",
    ) -> None:
        self.clock = LoopClock()
        now = self.clock.now
        self.kept = MemoryLedger(now) if ledger_delay_s is None else SlowLedger(now, ledger_delay_s)
        self.ledger = ledger or self.kept
        self.shapes: list[Shape] = []
        self.starts: list[float] = []
        self._play = play if callable(play) else _in_order(play)
        self.wire = ScriptedWire(self._answer, name="m", sleep=self.clock.sleep, latency_s=latency_s)
        self.capabilities = Capabilities(
            self.wire.server, "m", CapabilityMemory(None), self.clock.now, probe_text="Say pear. No JSON."
        )
        ids = count(1)
        self.asker = build_asker(
            self.wire,
            self.capabilities,
            self.ledger,
            self.clock,
            random=random.Random(7).random,
            new_id=lambda: f"{prefix}{next(ids):08}",
            limits=limits,
            caps=caps,
            price=price,
            timeout_s=timeout_s,
        )

    async def ask(self, errand: Errand = EDITOR, tab: Tab | None = None, question: Question = QUESTION) -> Reply:
        return await self.asker.complete(question, errand, tab or Tab())

    def _answer(self, question: Question, shape: Shape) -> Sent:
        self.shapes.append(shape)
        self.starts.append(self.clock.count())
        outcome = self._play(question, shape)
        if isinstance(outcome, AttemptFailed):
            raise _renew(outcome)
        return outcome


def _renew(failure: AttemptFailed) -> AttemptFailed:
    """The same failure for another attempt: who catches one writes down on it how it was asked."""
    return AttemptFailed(
        failure.kind,
        str(failure),
        status=failure.status,
        parameter=failure.parameter,
        retry_after_s=failure.retry_after_s,
        limit_tokens=failure.limit_tokens,
        most_output=failure.most_output,
        tokens=failure.tokens,
        limits=failure.limits,
    )


def _in_order(outcomes: list[Outcome]) -> Play:
    left = list(outcomes)
    return lambda _question, _shape: left.pop(0) if len(left) > 1 else left[0]
