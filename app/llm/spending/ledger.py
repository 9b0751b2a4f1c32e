"""Owns the ledger: every attempt at a model server, written down before it is sent."""

from collections import deque
from collections.abc import Callable
from datetime import date, datetime
from typing import Literal, Protocol

from pydantic import AwareDatetime, NonNegativeFloat, NonNegativeInt

from app.domain.value import Value
from app.llm.failures import Kind
from app.llm.model import Tokens

Purpose = Literal["question", "probe"]
Status = Literal["sent", "answered", "failed", "unknown"]

KEPT_DAYS = 7
"""A job's spending is summed over this many days, today included."""
KEPT_ATTEMPTS = 1000


class Attempt(Value):
    """One attempt, as it stands: opened as "sent", closed as one of the others.

    `tokens` and `cost_usd` are what it is taken to have used: the server's word, or an estimate
    where `estimated` says so, which is the most that it can be while nothing is known. "unknown":
    the bytes left, and what became of them cannot be told. `cost_usd` is None where the price is
    not known. `job` is None where the errand belongs to none.
    """

    id: str
    at: AwareDatetime
    server: str
    model: str
    urgency: Literal["editor", "job"]
    job: str | None
    purpose: Purpose
    status: Status
    failure: Kind | None = None
    http_status: int | None = None
    tokens: Tokens
    estimated: bool
    cost_usd: float | None
    prices_as_of: str | None
    latency_ms: NonNegativeFloat | None = None


class Spent(Value):
    """A sum over attempts. `cost_usd` leaves out the `unpriced` ones, whose price is not known."""

    calls: NonNegativeInt = 0
    tokens: NonNegativeInt = 0
    cost_usd: float = 0.0
    unpriced: NonNegativeInt = 0


class Ledger(Protocol):
    """Where attempts are written down. The day is the UTC day on which an attempt was opened."""

    def open(self, attempt: Attempt) -> None:
        """Write an attempt down, before its bytes leave.

        Raises:
            ModelUnavailable: it cannot be written down, so that it must not be sent.
        """
        ...

    def close(self, attempt: Attempt) -> None:
        """Write down what became of it. Where that fails it stays open, at its estimate."""
        ...

    def sum_day(self) -> Spent:
        """What today's attempts took, those under way at their estimates."""
        ...

    def sum_job(self, job: str) -> Spent:
        """The same of one job's attempts, over the days that are kept."""
        ...


class Sums:
    """Adds up the attempts of one day, each by the latest that is known of it."""

    def __init__(self) -> None:
        self._open: dict[str, Attempt] = {}
        self._closed = Spent()
        self._closed_by_job: dict[str, Spent] = {}

    def take(self, attempt: Attempt) -> None:
        """Count an attempt that was opened or closed."""
        if attempt.status == "sent":
            self._open[attempt.id] = attempt
            return
        self._open.pop(attempt.id, None)
        self._closed = _add(self._closed, attempt)
        if attempt.job is not None:
            self._closed_by_job[attempt.job] = _add(self._closed_by_job.get(attempt.job, Spent()), attempt)

    def sum_all(self) -> Spent:
        """Every attempt of the day."""
        spent = self._closed
        for attempt in self._open.values():
            spent = _add(spent, attempt)
        return spent

    def sum_job(self, job: str, so_far: Spent) -> Spent:
        """One job's attempts of the day, on top of those of other days."""
        closed = self._closed_by_job.get(job, Spent())
        spent = Spent(
            calls=so_far.calls + closed.calls,
            tokens=so_far.tokens + closed.tokens,
            cost_usd=so_far.cost_usd + closed.cost_usd,
            unpriced=so_far.unpriced + closed.unpriced,
        )
        for attempt in self._open.values():
            if attempt.job == job:
                spent = _add(spent, attempt)
        return spent


def _add(spent: Spent, attempt: Attempt) -> Spent:
    return Spent(
        calls=spent.calls + 1,
        tokens=spent.tokens + attempt.tokens.input + attempt.tokens.output,
        cost_usd=spent.cost_usd + (attempt.cost_usd or 0.0),
        unpriced=spent.unpriced + (attempt.cost_usd is None),
    )


class Days:
    """The sums of the last few days."""

    def __init__(self) -> None:
        self._sums: dict[date, Sums] = {}

    def get(self, day: date) -> Sums:
        """One day's sums, empty where nothing was counted yet; days long past are let go."""
        sums = self._sums.get(day)
        if sums is None:
            sums = self._sums[day] = Sums()
            for old in sorted(self._sums)[:-KEPT_DAYS]:
                del self._sums[old]
        return sums

    def forget(self, day: date) -> None:
        """Count a day anew."""
        self._sums.pop(day, None)

    def sum_job(self, job: str) -> Spent:
        """One job's attempts on all the days."""
        spent = Spent()
        for sums in self._sums.values():
            spent = sums.sum_job(job, spent)
        return spent


class MemoryLedger:
    """A ledger that lasts as long as the process: sums, and the last attempts one by one."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.recent: deque[Attempt] = deque(maxlen=KEPT_ATTEMPTS)
        self._now = now
        self._days = Days()

    def open(self, attempt: Attempt) -> None:
        """See `Ledger.open`."""
        self._days.get(attempt.at.date()).take(attempt)

    def close(self, attempt: Attempt) -> None:
        """See `Ledger.close`."""
        self._days.get(attempt.at.date()).take(attempt)
        self.recent.append(attempt)

    def sum_day(self) -> Spent:
        """See `Ledger.sum_day`."""
        return self._days.get(self._now().date()).sum_all()

    def sum_job(self, job: str) -> Spent:
        """See `Ledger.sum_job`."""
        return self._days.sum_job(job)
