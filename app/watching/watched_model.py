"""Owns watching a model server: its attempts are counted and traced where they pass, and behave as before."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from app.domain.attempt import Allow, Attempt, Spent
from app.domain.errand import Errand
from app.llm.clock import Clock
from app.llm.failures import AttemptFailed
from app.llm.model import ChatModel, Question, Reply
from app.llm.queue.line import Pass, Turn
from app.llm.queue.scheduler import Limits, Scheduler
from app.llm.replies.reply_format import read_reply
from app.llm.spending.ledger import Ledger
from app.llm.tab import Tab
from app.llm.wire import RateLimits, Sent, Shape, Wire
from app.watching.meters import Meters
from app.watching.providers import find_place, name_provider
from app.watching.tracing import Attributes, Tracing

REMEMBERED: Final = 10_000
"""Attempts that are known to be counted: a batch's line may be closed again where closing it failed once."""


class CountingLedger:
    """A ledger whose closed attempts are counted; see `app.llm.spending.ledger.Ledger`."""

    def __init__(self, ledger: Ledger, meters: Meters) -> None:
        self._ledger = ledger
        self._meters = meters
        self._counted: OrderedDict[str, None] = OrderedDict()

    async def open(self, attempt: Attempt, allow: Allow) -> None:
        """See `Ledger.open`."""
        await self._ledger.open(attempt, allow)

    async def close(self, attempt: Attempt) -> None:
        """See `Ledger.close`; what it took is counted, also where it cannot be written down."""
        try:
            await self._ledger.close(attempt)
        finally:
            self._count(attempt)

    async def sum_day(self) -> Spent:
        """See `Ledger.sum_day`."""
        return await self._ledger.sum_day()

    async def sum_account(self, account: str) -> Spent:
        """See `Ledger.sum_account`."""
        return await self._ledger.sum_account(account)

    def _count(self, attempt: Attempt) -> None:
        if attempt.id in self._counted:
            return
        self._counted[attempt.id] = None
        if len(self._counted) > REMEMBERED:
            self._counted.popitem(last=False)
        self._meters.count_attempt(attempt, name_provider(attempt.server))


class WatchedScheduler(Scheduler):
    """A scheduler that says how long was waited, what is tried again, and what the server says is left."""

    def __init__(
        self, limits: Limits, clock: Clock, random: Callable[[], float], *, subject: str, meters: Meters
    ) -> None:
        super().__init__(limits, clock, random, subject=subject)
        self._meters = meters

    async def enter(self, turn: Turn, tokens: int) -> Pass:
        """See `Scheduler.enter`."""
        came_at = self._clock.count()
        taken = await super().enter(turn, tokens)
        self._meters.queue_wait_s.observe(max(0.0, taken.started_at - came_at))
        return taken

    def plan_retry(self, turn: Turn, failure: AttemptFailed) -> float | None:
        """See `Scheduler.plan_retry`."""
        wait_s = super().plan_retry(turn, failure)
        if wait_s is not None:
            self._meters.retries.labels(failure.kind).inc()
        return wait_s

    def leave_answered(self, taken: Pass, used_tokens: int | None, limits: RateLimits) -> None:
        """See `Scheduler.leave_answered`."""
        self._note(limits)
        super().leave_answered(taken, used_tokens, limits)

    def leave_failed(self, taken: Pass, failure: AttemptFailed) -> None:
        """See `Scheduler.leave_failed`."""
        self._note(failure.limits)
        super().leave_failed(taken, failure)

    def _note(self, limits: RateLimits) -> None:
        for kind, left in (("requests", limits.remaining_requests), ("tokens", limits.remaining_tokens)):
            if left is not None:
                self._meters.rate_limit_left.labels(kind).set(left)


class WatchedWire:
    """A wire with a span for each attempt; see `app.llm.wire.Wire`. No prompt and no reply is in it."""

    def __init__(self, wire: Wire, tracing: Tracing) -> None:
        self.name = wire.name
        self.server = wire.server
        self._wire = wire
        self._tracing = tracing

    async def send(self, question: Question, shape: Shape, *, attempt_id: str, timeout_s: float) -> Sent:
        """See `Wire.send`."""
        about = self._tell_request(question, shape, attempt_id)
        with self._tracing.open(f"chat {self.name}", about, kind="client") as span:
            try:
                sent = await self._wire.send(question, shape, attempt_id=attempt_id, timeout_s=timeout_s)
            except AttemptFailed as failure:
                span.note({"http.response.status_code": failure.status})
                span.fail(failure.kind)
                raise
            span.note(_tell_reply(sent.reply))
            return sent

    def _tell_request(self, question: Question, shape: Shape, attempt_id: str) -> Attributes:
        host, port = find_place(self.server)
        return {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": name_provider(self.server),
            "gen_ai.request.model": self.name,
            "gen_ai.request.max_tokens": question.max_output_tokens,
            "gen_ai.output.type": "text" if shape.rung == "text" else "json",
            "server.address": host,
            "server.port": port,
            "scopenote.attempt": attempt_id,
        }


class WatchedModel:
    """A model whose replies are looked at for their form; see `app.llm.model.ChatModel`."""

    def __init__(self, model: ChatModel, meters: Meters) -> None:
        self.name = model.name
        self._model = model
        self._meters = meters

    async def complete(self, question: Question, errand: Errand, tab: Tab) -> Reply:
        """See `ChatModel.complete`."""
        reply = await self._model.complete(question, errand, tab)
        declined = reply.refusal is not None or reply.finish == "content_filter"
        if not declined and (reply.finish == "length" or read_reply(reply.text).fault):
            self._meters.schema_failures.inc()
        return reply


def _tell_reply(reply: Reply) -> Attributes:
    used = reply.tokens
    return {
        "gen_ai.response.finish_reasons": (reply.finish,),
        "gen_ai.usage.input_tokens": used.input if used else None,
        "gen_ai.usage.output_tokens": used.output if used else None,
        "gen_ai.usage.cache_read.input_tokens": used.cached if used else None,
        "gen_ai.usage.cache_creation.input_tokens": used.written if used else None,
    }
