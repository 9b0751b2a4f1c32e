"""Owns the accounts of one model: an attempt is checked, written down and held before it is sent, and settled after."""

import asyncio
import math
from collections.abc import Callable

from app.domain.attempt import Attempt, Purpose, Spent, Status, Sums, Tokens, tell_day
from app.domain.errand import Errand
from app.domain.verdict import Usage
from app.errors import BudgetSpent
from app.llm.clock import Clock
from app.llm.failures import UNKNOWN_OUTCOME, AttemptFailed
from app.llm.model import Question, Reply
from app.llm.spending.budgets import Budgets, Need
from app.llm.spending.ledger import Ledger
from app.llm.spending.prices import Price
from app.llm.tab import Tab

BYTES_PER_TOKEN = 3
"""For replies whose tokens a server does not report: more tokens than there are in most languages."""


def tell_payer(errand: Errand) -> dict[str, str]:
    """Who pays for an errand, as an attempt has it."""
    return {errand.payer.kind: errand.payer.id} if errand.payer else {}


class Accounts:
    """Keeps ledger, tabs and budgets in step: what one of them holds, the others hold too.

    `price` is None where it is not known; then costs are, too.
    """

    def __init__(
        self,
        ledger: Ledger,
        budgets: Budgets,
        clock: Clock,
        new_id: Callable[[], str],
        *,
        server: str,
        model: str,
        price: Price | None,
    ) -> None:
        self._ledger = ledger
        self._budgets = budgets
        self._clock = clock
        self._new_id = new_id
        self._server = server
        self._model = model
        self._price = price
        self._open: dict[str, Attempt] = {}
        self._settled = 0
        self._waiters: list[asyncio.Future[None]] = []

    def may_free(self, refused: BudgetSpent, tab: Tab) -> bool:
        """Whether attempts of this process are under way that hold more of this cap than they will turn out to need.

        Those that somebody else pays for, or another job or classification, make no room: they may
        follow each other without end.
        """
        if refused.is_alone:
            return tab.has_held
        return any(
            refused.payer in {None, attempt.payer} and refused.job in {None, attempt.job}
            for attempt in self._open.values()
        )

    async def wait_for_settling(self) -> None:
        """Come back when an attempt has been closed, and what it held and did not use is free again."""
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        await waiter

    def estimate(self, question: Question, ratio: float) -> Need:
        """What a question takes at most; `ratio` corrects the estimate of its input."""
        put_in, given_out = math.ceil(question.input_tokens * ratio), question.max_output_tokens
        cost = None if self._price is None else self._price.compute_most(put_in, given_out)
        return Need(input_tokens=put_in, output_tokens=given_out, cost_usd=cost)

    async def check(self, need: Need, errand: Errand, tab: Tab) -> None:
        """Pass what the caps allow; asked before a question waits for its turn, so that none waits for nothing.

        Raises:
            BudgetSpent: a cap does not allow it.
            ModelUnavailable: what is spent cannot be looked up.
        """
        self._budgets.check_call(need, tab)
        while True:
            settled = self._settled
            sums = await self._look_up(errand)
            try:
                return self._budgets.check_sums(need, errand, sums)
            except BudgetSpent:
                if settled == self._settled:
                    raise

    async def open(self, need: Need, purpose: Purpose, errand: Errand, tab: Tab) -> Attempt:
        """Check the caps, write the attempt down and hold what it may need, in one go.

        Raises:
            BudgetSpent: a cap does not allow it.
            ModelUnavailable: it cannot be written down.
        """
        self._budgets.check_call(need, tab)
        attempt = self._begin(need, purpose, errand)
        # Before the ledger is asked: meanwhile others look at the same tab, and at what is under way.
        self._open[attempt.id] = attempt
        tab.hold(attempt.id, need.tokens, need.cost_usd or 0.0)
        try:
            await self._write_down(attempt, need, errand)
        except BaseException:
            del self._open[attempt.id]
            tab.release(attempt.id)
            self._wake()  # who waits for this one is told, whatever else is under way
            raise
        return attempt

    async def close_answered(self, attempt: Attempt, reply: Reply, latency_s: float, tab: Tab) -> Attempt:
        """A reply came: the server's word on tokens and money counts, else an estimate."""
        guessed = Tokens(
            input=attempt.tokens.input,
            output=min(attempt.tokens.output, len(reply.text.encode("utf-8", "replace")) // BYTES_PER_TOKEN + 1),
        )
        tokens = reply.tokens or guessed
        charged = reply.cost_usd is not None
        return await self._close(
            attempt,
            tab,
            status="answered",
            tokens=tokens,
            estimated=reply.tokens is None,
            cost_usd=reply.cost_usd if charged else self._compute_cost(tokens),
            prices_as_of=None if charged else attempt.prices_as_of,
            latency_ms=latency_s * 1000,
        )

    async def close_failed(self, attempt: Attempt, failure: AttemptFailed, latency_s: float, tab: Tab) -> Attempt:
        """No reply came. A plain refusal is not billed; where the server may have answered, all is."""
        unknown = failure.kind in UNKNOWN_OUTCOME
        billed = unknown or failure.kind == "unusable_reply"
        tokens = failure.tokens or (attempt.tokens if billed else Tokens())
        estimated = failure.tokens is None and billed
        return await self._close(
            attempt,
            tab,
            status="unknown" if unknown else "failed",
            failure=failure.kind,
            http_status=failure.status,
            tokens=tokens,
            estimated=estimated,
            cost_usd=attempt.cost_usd if estimated else self._compute_cost(tokens),
            latency_ms=latency_s * 1000,
        )

    async def close_unknown(self, attempt: Attempt, latency_s: float, tab: Tab) -> Attempt:
        """Nobody waits for the reply any more; the server may still give it, and bill it."""
        return await self._close(attempt, tab, status="unknown", latency_ms=latency_s * 1000)

    def _begin(self, need: Need, purpose: Purpose, errand: Errand) -> Attempt:
        return Attempt(
            id=self._new_id(),
            at=self._clock.now(),
            server=self._server,
            model=self._model,
            urgency=errand.urgency,
            job=errand.job,
            **tell_payer(errand),
            purpose=purpose,
            status="sent",
            tokens=Tokens(input=need.input_tokens, output=need.output_tokens),
            estimated=True,
            cost_usd=need.cost_usd,
            prices_as_of=self._price.as_of if self._price else None,
        )

    async def _look_up(self, errand: Errand) -> Sums:
        """What was taken so far, of what a cap is on."""
        day = await self._ledger.sum_day() if self._budgets.caps_day else Spent()
        job = payer = Spent()
        if errand.job is not None and self._budgets.caps_job(errand):
            job = await self._ledger.sum_account(errand.job)
        if errand.payer is not None and errand.payer.most_day_usd is not None:
            payer = await self._ledger.sum_account(errand.payer.name_account(tell_day(self._clock.now())))
        return Sums(day=day, job=job, payer=payer)

    async def _write_down(self, attempt: Attempt, need: Need, errand: Errand) -> None:
        while True:
            settled = self._settled
            try:
                return await self._ledger.open(attempt, lambda sums: self._budgets.check_sums(need, errand, sums))
            except BudgetSpent:
                # What was settled since the sums were read may have made room.
                if settled == self._settled:
                    raise

    async def _close(self, attempt: Attempt, tab: Tab, *, status: Status, **found: object) -> Attempt:
        closed = attempt.model_copy(update={"status": status, **found})
        try:
            await self._ledger.close(closed)
        finally:
            self._settle(closed, tab)
        return closed

    def _settle(self, closed: Attempt, tab: Tab) -> None:
        usage = Usage(
            calls=1,
            input_tokens=closed.tokens.input,
            cached_tokens=closed.tokens.cached,
            output_tokens=closed.tokens.output,
            cost_usd=closed.cost_usd,
            prices_as_of=closed.prices_as_of,
        )
        tab.settle(closed.id, usage)
        self._open.pop(closed.id, None)
        self._settled += 1
        self._wake()

    def _wake(self) -> None:
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    def _compute_cost(self, tokens: Tokens) -> float | None:
        if tokens.input + tokens.output == 0:
            return 0.0
        return None if self._price is None else self._price.compute_cost(tokens)
