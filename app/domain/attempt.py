"""Owns the attempt at a model server: what one was, what it is taken to have used, and sums over several."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Literal

from pydantic import AwareDatetime, NonNegativeFloat, NonNegativeInt

from app.domain.value import Value

Purpose = Literal["question", "probe"]
Status = Literal["sent", "answered", "failed", "unknown"]
PayerKind = Literal["key", "source"]
"""Who may have a budget for the day: the key that asked, or the source that sent an article."""
FailureKind = Literal[
    "rate_limited",
    "slow_down",
    "quota_exhausted",
    "overloaded",
    "server_error",
    "timeout",
    "unreachable",
    "disconnected",
    "parameter_refused",
    "too_long",
    "bad_request",
    "unauthorised",
    "not_found",
    "unusable_reply",
]
"""rate_limited, slow_down, overloaded, server_error, timeout, unreachable, disconnected: another attempt may help.
parameter_refused: it helps without that parameter, or with less of it. too_long: a shorter prompt helps.
quota_exhausted, unauthorised, not_found, bad_request: another attempt cannot help. unusable_reply: an answer that is
no chat completion."""


class Tokens(Value):
    """What a server says it used. `cached` and `written` (to its prompt cache) are parts of `input`."""

    input: NonNegativeInt = 0
    cached: NonNegativeInt = 0
    written: NonNegativeInt = 0
    output: NonNegativeInt = 0


class Attempt(Value):
    """One attempt, as it stands: opened as "sent", closed as one of the others.

    `tokens` and `cost_usd` are what it is taken to have used: the server's word, or an estimate
    where `estimated` says so, which is the most that it can be while nothing is known. "unknown":
    the bytes left, and what became of them cannot be told. `cost_usd` is None where the price is
    not known. `job` is None where the errand belongs to none. `key` is the id of the key that pays,
    `source` the name of the source that does; both are None where nobody in particular pays.
    """

    id: str
    at: AwareDatetime
    server: str
    model: str
    urgency: Literal["editor", "job"]
    job: str | None
    key: str | None = None
    source: str | None = None
    purpose: Purpose
    status: Status
    failure: FailureKind | None = None
    http_status: int | None = None
    tokens: Tokens
    estimated: bool
    cost_usd: float | None
    prices_as_of: str | None
    latency_ms: NonNegativeFloat | None = None

    @property
    def day(self) -> str:
        """The UTC day on which it was opened, and whose budget pays: `YYYY-MM-DD`."""
        return tell_day(self.at)

    @property
    def payer(self) -> str | None:
        """What refers to whoever pays, as `app.domain.errand.Payer.reference` does; None where nobody in particular."""
        if self.key is not None:
            return f"key:{self.key}"
        return None if self.source is None else f"source:{self.source}"

    @property
    def account(self) -> str | None:
        """The account of whoever pays for it on its day; None where nobody in particular does."""
        if self.key is not None:
            return name_account("key", self.key, self.day)
        return None if self.source is None else name_account("source", self.source, self.day)


def tell_day(moment: datetime) -> str:
    """The UTC day of a moment, as sums go by it."""
    return moment.astimezone(UTC).date().isoformat()


def name_account(kind: PayerKind, id_: str, day: str) -> str:
    """What the attempts that somebody pays for on one day are summed up under; no job goes by such a name."""
    return f"{kind} {id_} {day}"


class Spent(Value):
    """A sum over attempts. `cost_usd` leaves out the `unpriced` ones, whose price is not known."""

    calls: NonNegativeInt = 0
    tokens: NonNegativeInt = 0
    cost_usd: float = 0.0
    unpriced: NonNegativeInt = 0


class Sums(Value):
    """What attempts took so far: all of the day, those of one job on whatever day, those that one payer pays today."""

    day: Spent = Spent()
    job: Spent = Spent()
    payer: Spent = Spent()


Allow = Callable[[Sums], None]
"""Given what was taken so far; raises `BudgetSpent` where another attempt is too much.

It may be called from another thread, and more than once, so that it goes by what never changes.
"""


def count_attempt(attempt: Attempt) -> Spent:
    """What one attempt adds to a sum."""
    return Spent(
        calls=1,
        tokens=attempt.tokens.input + attempt.tokens.output,
        cost_usd=attempt.cost_usd or 0.0,
        unpriced=attempt.cost_usd is None,
    )


def add_spent(one: Spent, other: Spent) -> Spent:
    """Both together."""
    return Spent(
        calls=one.calls + other.calls,
        tokens=one.tokens + other.tokens,
        cost_usd=one.cost_usd + other.cost_usd,
        unpriced=one.unpriced + other.unpriced,
    )
