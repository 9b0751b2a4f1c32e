"""Owns budgets: caps on tokens and money that no call is sent beyond."""

from typing import Literal

from pydantic import NonNegativeFloat, NonNegativeInt

from app.domain.errand import Errand
from app.domain.value import Value
from app.errors import BadSetting, BudgetSpent
from app.llm.spending.ledger import Ledger, Spent
from app.llm.spending.prices import Price
from app.llm.tab import Tab

Scope = Literal["CALL", "JOB", "DAY"]

_REMEDIES: dict[Scope, str] = {
    "CALL": "Raise it",
    "JOB": "Raise it",
    "DAY": "Raise it, wait for midnight UTC",
}


class Caps(Value):
    """The most that may be spent on one classification (a "call"), by one job, and in one UTC day; None: no cap."""

    call_usd: NonNegativeFloat | None = None
    call_tokens: NonNegativeInt | None = None
    job_usd: NonNegativeFloat | None = None
    job_tokens: NonNegativeInt | None = None
    day_usd: NonNegativeFloat | None = None
    day_tokens: NonNegativeInt | None = None


class Need(Value):
    """What one request takes at most. `cost_usd` is None where the price is not known."""

    input_tokens: NonNegativeInt
    output_tokens: NonNegativeInt
    cost_usd: float | None

    @property
    def tokens(self) -> int:
        """Input and output together."""
        return self.input_tokens + self.output_tokens


class Budgets:
    """Holds every request to the caps, against what the ledger and the tab say is spent.

    Requests under way count as what they take at most, so that many at once stay within a cap as well.

    Raises:
        BadSetting: money is capped and the model's price is not known.
    """

    def __init__(self, caps: Caps, ledger: Ledger, *, price: Price | None, model: str) -> None:
        self._caps = caps
        self._ledger = ledger
        money = {"CALL": caps.call_usd, "JOB": caps.job_usd, "DAY": caps.day_usd}
        capped = [f"SCOPENOTE_BUDGET_{scope}_USD" for scope, cap in money.items() if cap is not None]
        if capped and price is None:
            raise BadSetting(
                f"{capped[0]} cannot be kept, because the price of model {model!r} is not known. "
                "Name the price in a file and the file in SCOPENOTE_PRICES, or cap tokens instead."
            )

    def check(self, need: Need, errand: Errand, tab: Tab) -> None:
        """Pass what fits into every cap.

        Raises:
            BudgetSpent: it does not; the text names the setting, what is spent and what is needed.
        """
        caps = self._caps
        if caps.call_usd is not None or caps.call_tokens is not None:
            spent = Spent(tokens=tab.tokens, cost_usd=tab.cost_usd)
            _check_scope("CALL", spent, need, usd=caps.call_usd, tokens=caps.call_tokens)
        if errand.job is not None and (caps.job_usd is not None or caps.job_tokens is not None):
            spent = self._ledger.sum_job(errand.job)
            _check_scope("JOB", spent, need, usd=caps.job_usd, tokens=caps.job_tokens)
        if caps.day_usd is not None or caps.day_tokens is not None:
            _check_scope("DAY", self._ledger.sum_day(), need, usd=caps.day_usd, tokens=caps.day_tokens)


def _check_scope(scope: Scope, spent: Spent, need: Need, *, usd: float | None, tokens: int | None) -> None:
    if tokens is not None and spent.tokens + need.tokens > tokens:
        raise BudgetSpent(_describe(scope, "TOKENS", str(tokens), f"{spent.tokens:,}", f"{need.tokens:,}"))
    cost = need.cost_usd or 0.0
    if usd is not None and spent.cost_usd + cost > usd:
        raise BudgetSpent(_describe(scope, "USD", f"{usd:g}", f"{spent.cost_usd:.6f} USD", f"{cost:.6f} USD"))


def _describe(scope: Scope, unit: str, cap: str, spent: str, need: str) -> str:
    said = " tokens" if unit == "TOKENS" else ""
    return (
        f"SCOPENOTE_BUDGET_{scope}_{unit}={cap} does not allow this request: {spent}{said} are spent or held for "
        f"requests under way, and it may need up to {need}{said}. {_REMEDIES[scope]}, or set SCOPENOTE_JUDGE=local."
    )
