"""Owns budgets: caps on tokens and money that no call is sent beyond."""

from pydantic import NonNegativeFloat, NonNegativeInt

from app.domain.attempt import Spent
from app.domain.errand import Errand
from app.domain.value import Value
from app.errors import BadSetting, BudgetSpent
from app.llm.spending.prices import Price
from app.llm.tab import Tab

_RAISE = "Raise it, or set SCOPENOTE_JUDGE=local"
_OTHER_KEY = "Wait for midnight UTC, or ask whoever runs the service for a key with more"
_WAIT = "Raise it, wait for midnight UTC, or set SCOPENOTE_JUDGE=local"


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
    """Holds every request to the caps, against what the tab and the ledger say is spent.

    Requests under way count as what they take at most, so that many at once stay within a cap as well.

    Raises:
        BadSetting: money is capped and the model's price is not known.
    """

    def __init__(self, caps: Caps, *, price: Price | None, model: str) -> None:
        self._caps = caps
        self._model = model
        money = {"CALL": caps.call_usd, "JOB": caps.job_usd, "DAY": caps.day_usd}
        capped = [f"SCOPENOTE_BUDGET_{scope}_USD" for scope, cap in money.items() if cap is not None]
        if capped and price is None:
            raise BadSetting(_tell_no_price(capped[0], model))

    @property
    def caps_day(self) -> bool:
        """Whether it matters what the day's attempts took."""
        return self._caps.day_usd is not None or self._caps.day_tokens is not None

    def caps_account(self, errand: Errand) -> bool:
        """Whether it matters what the errand's job took, or today the key that asked."""
        if errand.job is None:
            return errand.payer is not None and errand.payer.most_day_usd is not None
        return any(cap is not None for cap in (self._caps.job_usd, self._caps.job_tokens, errand.most_usd))

    def check_call(self, need: Need, tab: Tab) -> None:
        """Pass what fits into the caps on one classification.

        Raises:
            BudgetSpent: it does not; the text names the setting, what is spent and what is needed.
        """
        spent = Spent(tokens=tab.tokens, cost_usd=tab.cost_usd)
        _check_tokens("SCOPENOTE_BUDGET_CALL_TOKENS", self._caps.call_tokens, spent, need, _RAISE)
        _check_usd("SCOPENOTE_BUDGET_CALL_USD", self._caps.call_usd, spent, need, _RAISE)

    def check_sums(self, need: Need, errand: Errand, day: Spent, account: Spent) -> None:
        """Pass what fits into the caps on the errand's job (else its payer) and on the day, with what each took so far.

        Raises:
            BudgetSpent: it does not; the text names the setting, what is spent and what is needed.
        """
        caps = self._caps
        if errand.job is not None:
            if errand.most_usd is not None and need.cost_usd is None:
                raise BudgetSpent(_tell_no_price("--max-cost", self._model))
            go_on = f"`scopenote jobs resume {errand.job} --max-cost USD` goes on with more"
            _check_usd("--max-cost", errand.most_usd, account, need, go_on)
            _check_tokens("SCOPENOTE_BUDGET_JOB_TOKENS", caps.job_tokens, account, need, _RAISE)
            _check_usd("SCOPENOTE_BUDGET_JOB_USD", caps.job_usd, account, need, _RAISE)
        elif errand.payer is not None and errand.payer.most_day_usd is not None:
            name = f"The key {errand.payer.name!r}, made with --budget-day"
            if need.cost_usd is None:
                raise BudgetSpent(_tell_no_price(name, self._model))
            _check_usd(name, errand.payer.most_day_usd, account, need, _OTHER_KEY)
        _check_tokens("SCOPENOTE_BUDGET_DAY_TOKENS", caps.day_tokens, day, need, _WAIT)
        _check_usd("SCOPENOTE_BUDGET_DAY_USD", caps.day_usd, day, need, _WAIT)


def _check_tokens(name: str, cap: int | None, spent: Spent, need: Need, remedy: str) -> None:
    if cap is not None and spent.tokens + need.tokens > cap:
        raise BudgetSpent(_describe(f"{name}={cap}", f"{spent.tokens:,} tokens", f"{need.tokens:,} tokens", remedy))


def _check_usd(name: str, cap: float | None, spent: Spent, need: Need, remedy: str) -> None:
    cost_usd = need.cost_usd or 0.0
    if cap is not None and spent.cost_usd + cost_usd > cap:
        raise BudgetSpent(_describe(f"{name}={cap:g}", f"{spent.cost_usd:.6f} USD", f"{cost_usd:.6f} USD", remedy))


def _describe(cap: str, spent: str, need: str, remedy: str) -> str:
    return (
        f"{cap} does not allow this request: {spent} are spent or held for requests under way, "
        f"and it may need up to {need}. {remedy}."
    )


def _tell_no_price(name: str, model: str) -> str:
    tokens = "SCOPENOTE_BUDGET_JOB_TOKENS" if name == "--max-cost" else "SCOPENOTE_BUDGET_DAY_TOKENS"
    tokens = name.replace("_USD", "_TOKENS") if name.endswith("_USD") else tokens
    return (
        f"{name} cannot be kept, because the price of model {model!r} is not known. "
        f"Name the price in a file and the file in SCOPENOTE_PRICES, or cap tokens instead: {tokens}."
    )
