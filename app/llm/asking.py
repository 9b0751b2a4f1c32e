"""Owns asking: the way of one question to one server, with all that stands before it."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from pydantic_core import from_json

from app.domain.attempt import Purpose
from app.domain.errand import Errand
from app.errors import BudgetSpent, ModelUnavailable
from app.llm.clock import Clock
from app.llm.cut_prompts import CutPrompts
from app.llm.failures import AttemptFailed
from app.llm.model import Question, Reply
from app.llm.queue.line import Turn
from app.llm.queue.scheduler import Limits, Scheduler
from app.llm.queue.telling import explain_cut, explain_failure
from app.llm.server.capabilities import Capabilities
from app.llm.spending.accounts import Accounts
from app.llm.spending.budgets import Budgets, Caps
from app.llm.spending.ledger import Ledger
from app.llm.spending.prices import Price
from app.llm.tab import Tab
from app.llm.wire import Sent, Shape, Wire

TIMEOUT_S = 60.0
PROBE_TIMEOUT_S = 10.0
MOST_LESSONS = 8
"""How often one question is put differently because the server does not take how it was put."""
NONCE_LETTERS = 8


class MakeScheduler(Protocol):
    """See `Scheduler`'s constructor."""

    def __call__(self, limits: Limits, clock: Clock, random: Callable[[], float], *, subject: str) -> Scheduler:
        """A scheduler for one server and model."""
        ...


class Asker:
    """A chat model behind a wire: waits for its turn, stays within budgets, tries again where that may help.

    Every attempt is in the ledger before its bytes leave, and on the tab when it is over, whatever
    became of it. See `app.llm.model.ChatModel`.
    """

    def __init__(
        self,
        wire: Wire,
        capabilities: Capabilities,
        scheduler: Scheduler,
        accounts: Accounts,
        *,
        clock: Clock,
        new_id: Callable[[], str],
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self.name = wire.name
        self.scheduler = scheduler
        self._wire = wire
        self._capabilities = capabilities
        self._accounts = accounts
        self._clock = clock
        self._new_id = new_id
        self._timeout_s = timeout_s
        self._cut_prompts = CutPrompts()

    async def complete(self, question: Question, errand: Errand, tab: Tab) -> Reply:
        """The reply to a question; see `app.llm.model.ChatModel`.

        Raises:
            QuotaExhausted: the account has nothing left.
            PromptTooLong: the server cannot read as much, or read a part of it only.
            ModelUnavailable: no reply came for another reason.
            BudgetSpent: a cap does not allow it.
        """
        sent, shape = await self._ask(question, "question", errand, tab)
        self._check_read_whole(question, sent.reply)
        if shape.rung != "text" and _breaks_promise(sent.reply):
            self._capabilities.doubt(shape)
            if self._capabilities.in_doubt:
                await self._probe(errand, tab)
        return sent.reply

    async def _ask(self, question: Question, purpose: Purpose, errand: Errand, tab: Tab) -> tuple[Sent, Shape]:
        """The answer, and how it was asked for, after as many attempts as it takes and may take."""
        turn = self.scheduler.arrive(errand.urgency)
        lessons = 0
        while True:
            try:
                return await self._attempt(question, purpose, errand, tab, turn)
            except AttemptFailed as failure:
                if lessons < MOST_LESSONS and self._capabilities.learn(failure):
                    lessons += 1
                    turn.attempts -= 1
                    continue
                wait_s = self.scheduler.plan_retry(turn, failure)
                if wait_s is None:
                    raise explain_failure(failure, name_subject(self._wire), turn.attempts) from failure
            await self._clock.sleep(wait_s)

    async def _attempt(
        self, question: Question, purpose: Purpose, errand: Errand, tab: Tab, turn: Turn
    ) -> tuple[Sent, Shape]:
        """One attempt, as soon as the budgets allow it: what others hold and do not use becomes free again."""
        while True:
            try:
                return await self._attempt_now(question, purpose, errand, tab, turn)
            except BudgetSpent as refused:
                if not self._accounts.may_free(refused, tab):
                    raise
            await self._accounts.wait_for_settling()

    async def _attempt_now(
        self, question: Question, purpose: Purpose, errand: Errand, tab: Tab, turn: Turn
    ) -> tuple[Sent, Shape]:
        need = self._accounts.estimate(question, max(1.0, self._cut_prompts.ratio))
        # Before it waits, so that it does not wait for nothing; and when it is let in, since others spend meanwhile.
        await self._accounts.check(need, errand, tab)
        taken = await self.scheduler.enter(turn, need.tokens)
        try:
            attempt = await self._accounts.open(need, purpose, errand, tab)
        except BaseException:
            turn.attempts -= 1
            self.scheduler.leave_unfinished(taken, sent=False)
            raise
        shape, begun = self._capabilities.shape, self._clock.count()
        try:
            sent = await self._wire.send(question, shape, attempt_id=attempt.id, timeout_s=self._timeout_s)
        except AttemptFailed as failure:
            failure.shape = failure.shape or shape
            self.scheduler.leave_failed(taken, failure)
            await self._accounts.close_failed(attempt, failure, self._clock.count() - begun, tab)
            raise
        except BaseException:
            self.scheduler.leave_unfinished(taken, sent=True)
            await self._accounts.close_unknown(attempt, self._clock.count() - begun, tab)
            raise
        used = sent.reply.tokens
        self.scheduler.leave_answered(taken, used.input + used.output if used else None, sent.limits)
        await self._accounts.close_answered(attempt, sent.reply, self._clock.count() - begun, tab)
        return sent, shape

    def _check_read_whole(self, question: Question, reply: Reply) -> None:
        reported = reply.tokens.input if reply.tokens else 0
        if self._cut_prompts.find_cut(question.input_tokens, reported):
            raise explain_cut(name_subject(self._wire), reported, question.input_tokens)

    async def _probe(self, errand: Errand, tab: Tab) -> None:
        """Settle whether the server keeps to the form; without an answer the doubt is left for another time.

        One attempt, and a short one: a reply is in hand that somebody waits for.
        """
        nonce = self._new_id()[:NONCE_LETTERS]
        question = self._capabilities.build_probe(nonce)
        try:
            async with asyncio.timeout(PROBE_TIMEOUT_S):
                sent, _ = await self._attempt(question, "probe", errand, tab, self.scheduler.arrive("editor"))
        except (AttemptFailed, ModelUnavailable, BudgetSpent, TimeoutError):
            return
        self._capabilities.settle(nonce, sent.reply)


def build_asker(
    wire: Wire,
    capabilities: Capabilities,
    ledger: Ledger,
    clock: Clock,
    *,
    random: Callable[[], float],
    new_id: Callable[[], str],
    limits: Limits,
    caps: Caps,
    price: Price | None,
    timeout_s: float = TIMEOUT_S,
    make_scheduler: MakeScheduler = Scheduler,
) -> Asker:
    """The asker of one server, key and model; whatever runs in the process shares it. `random` gives 0 to 1.

    Raises:
        BadSetting: money is capped and the price is not known.
    """
    budgets = Budgets(caps, price=price, model=wire.name)
    accounts = Accounts(ledger, budgets, clock, new_id, server=wire.server, model=wire.name, price=price)
    scheduler = make_scheduler(limits, clock, random, subject=name_subject(wire))
    return Asker(wire, capabilities, scheduler, accounts, clock=clock, new_id=new_id, timeout_s=timeout_s)


def name_subject(wire: Wire) -> str:
    """Whom a message is about."""
    return f"model {wire.name!r} at {wire.server}"


def _breaks_promise(reply: Reply) -> bool:
    """Whether a reply that was finished is no JSON object at all."""
    if reply.finish != "stop" or reply.refusal is not None:
        return False
    try:
        return not isinstance(from_json(reply.text), dict)
    except ValueError:
        return True
