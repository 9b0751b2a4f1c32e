"""Owns the protocol of the ledger: every attempt at a model server, written down before it is sent."""

from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from app.domain.attempt import Allow, Attempt, Spent, Sums, add_spent, count_attempt, tell_day

KEPT_ATTEMPTS = 1000


class Ledger(Protocol):
    """Where attempts are written down. The day is the UTC day on which an attempt was opened."""

    async def open(self, attempt: Attempt, allow: Allow) -> None:
        """Write an attempt down, before its bytes leave, if it is allowed.

        Nobody else's attempt comes between the sums that are handed to `allow` and this one. What
        was opened before, by its id, stays as it is and is not counted again. Whoever is called off
        in here has nothing written down.

        Raises:
            BudgetSpent: `allow` did; nothing is written down.
            ModelUnavailable: it cannot be written down, so that it must not be sent.
        """
        ...

    async def close(self, attempt: Attempt) -> None:
        """Write down what became of it, also for whoever is called off in here.

        Who pays is whoever was said to as it was opened. What is not open stays as it is. Where
        writing fails it stays open, at its estimate.
        """
        ...

    async def sum_day(self) -> Spent:
        """What today's attempts took, those under way at their estimates.

        Raises:
            ModelUnavailable: it cannot be read.
        """
        ...

    async def sum_account(self, account: str) -> Spent:
        """The same of one job's attempts, on whatever day, by its id; or of a payer's day, by its `Attempt.account`.

        Raises:
            ModelUnavailable: it cannot be read.
        """
        ...


class MemoryLedger:
    """A ledger that lasts as long as the process: sums, and the last attempts one by one.

    Nothing in it waits, so that nothing comes between.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.recent: deque[Attempt] = deque(maxlen=KEPT_ATTEMPTS)
        self._now = now
        self._known: set[str] = set()
        self._open: dict[str, Attempt] = {}
        self._closed_by_day: dict[str, Spent] = {}
        self._closed_by_account: dict[str, Spent] = {}

    async def open(self, attempt: Attempt, allow: Allow) -> None:
        """See `Ledger.open`."""
        if attempt.id in self._known:
            return
        job, payer = (self._sum_account(account) if account else Spent() for account in (attempt.job, attempt.account))
        allow(Sums(day=self._sum_day(attempt.day), job=job, payer=payer))
        self._known.add(attempt.id)
        self._open[attempt.id] = attempt

    async def close(self, attempt: Attempt) -> None:
        """See `Ledger.close`."""
        opened = self._open.pop(attempt.id, None)
        if opened is None:
            return
        attempt = attempt.model_copy(update={"key": opened.key, "source": opened.source})
        took = count_attempt(attempt)
        self._closed_by_day[attempt.day] = add_spent(self._closed_by_day.get(attempt.day, Spent()), took)
        for account in filter(None, (attempt.job, attempt.account)):
            self._closed_by_account[account] = add_spent(self._closed_by_account.get(account, Spent()), took)
        self.recent.append(attempt)

    async def sum_day(self) -> Spent:
        """See `Ledger.sum_day`."""
        return self._sum_day(tell_day(self._now()))

    async def sum_account(self, account: str) -> Spent:
        """See `Ledger.sum_account`."""
        return self._sum_account(account)

    def _sum_day(self, day: str) -> Spent:
        spent = self._closed_by_day.get(day, Spent())
        for attempt in self._open.values():
            if attempt.day == day:
                spent = add_spent(spent, count_attempt(attempt))
        return spent

    def _sum_account(self, account: str) -> Spent:
        spent = self._closed_by_account.get(account, Spent())
        for attempt in self._open.values():
            if account in (attempt.job, attempt.account):
                spent = add_spent(spent, count_attempt(attempt))
        return spent
