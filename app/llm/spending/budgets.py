"""Owns budgets: caps on tokens and money that no call is sent beyond."""

from pydantic import NonNegativeFloat, NonNegativeInt

from app.domain.attempt import PayerKind, Spent, Sums
from app.domain.errand import Errand
from app.domain.money import write_usd
from app.domain.value import Value
from app.errors import BadSetting, BudgetSpent
from app.llm.spending.prices import Price
from app.llm.tab import Tab

_MORE_FOR: dict[PayerKind, str] = {
    "key": "Ask whoever runs the service for a key with more",
    "source": "`scopenote sources change {} --budget-day USD` gives it more",
}
_MORE_FOR_JOB = "Resume the job with a key that has more, or from the command line"


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

    def caps_job(self, errand: Errand) -> bool:
        """Whether it matters what the errand's job took."""
        caps = (self._caps.job_usd, self._caps.job_tokens, errand.most_usd)
        return errand.job is not None and any(cap is not None for cap in caps)

    def check_call(self, need: Need, tab: Tab) -> None:
        """Pass what fits into the caps on one classification.

        Raises:
            BudgetSpent: it does not; the text names the setting, what is spent and what is needed.
        """
        spent = Spent(tokens=tab.tokens, cost_usd=tab.cost_usd)
        _check_tokens(_Cap(name="SCOPENOTE_BUDGET_CALL_TOKENS", is_calls=True), self._caps.call_tokens, spent, need)
        _check_usd(_Cap(name="SCOPENOTE_BUDGET_CALL_USD", is_calls=True), self._caps.call_usd, spent, need)

    def check_sums(self, need: Need, errand: Errand, sums: Sums) -> None:
        """Pass what fits into the caps on the errand's job, on its payer's day and on the day, with what each took.

        Raises:
            BudgetSpent: it does not; the text names the setting, what is spent and what is needed.
        """
        if errand.job is not None:
            self._check_job(errand.job, errand.most_usd, sums.job, need)
        # Before the payer: what holds for all is nothing that another payer could pay for.
        free = "It is free again at midnight UTC."
        _check_tokens(_Cap(name="SCOPENOTE_BUDGET_DAY_TOKENS", free=free), self._caps.day_tokens, sums.day, need)
        _check_usd(_Cap(name="SCOPENOTE_BUDGET_DAY_USD", free=free), self._caps.day_usd, sums.day, need)
        payer = errand.payer
        if payer is not None and payer.most_day_usd is not None:
            of = f" of the {payer.kind} {payer.name!r}"
            if need.cost_usd is None:
                raise BudgetSpent(_tell_no_price(f"--budget-day{of}", self._model), payer=payer.reference)
            remedy = _MORE_FOR_JOB if errand.job else _MORE_FOR[payer.kind].format(payer.name)
            words = f"Today's budget{of}" if payer.kind == "key" else ""
            cap = _Cap(name="--budget-day", of=of, words=words, remedy=remedy, free=free, payer=payer.reference)
            _check_usd(cap, payer.most_day_usd, sums.payer, need)

    def _check_job(self, job: str, most_usd: float | None, spent: Spent, need: Need) -> None:
        if most_usd is not None and need.cost_usd is None:
            raise BudgetSpent(_tell_no_price("--max-cost", self._model), job=job)
        go_on = f"`scopenote jobs resume {job} --max-cost USD` goes on with more"
        _check_usd(_Cap(name="--max-cost", remedy=go_on, job=job), most_usd, spent, need)
        _check_tokens(_Cap(name="SCOPENOTE_BUDGET_JOB_TOKENS", job=job), self._caps.job_tokens, spent, need)
        _check_usd(_Cap(name="SCOPENOTE_BUDGET_JOB_USD", job=job), self._caps.job_usd, spent, need)


class _Cap(Value):
    """How a cap is told: what it is called, whose it is, what to do, and when it is free again by itself.

    `words` are for whoever asks with a key, and knows no options. `payer` refers to whoever pays, `job`
    is the job that it is on. `is_calls`: it holds for each classification anew.
    """

    name: str
    of: str = ""
    words: str = ""
    remedy: str = "Raise it, or set SCOPENOTE_JUDGE=local"
    free: str = ""
    payer: str | None = None
    job: str | None = None
    is_calls: bool = False

    def refuse(self, most: str, spent: str, need: str, *, is_alone: bool) -> BudgetSpent:
        """That a request is too much; where it is so alone, that waiting is no help."""
        cap = f"{self.words} ({most} USD)" if self.words else f"{self.name}={most}{self.of}"
        spending = "is spent, or too little of it is left for" if self.words else "does not allow"
        told = (
            f"{cap} is less than this request may cost by itself: it needs at least {need}. {self.remedy}."
            if is_alone
            else f"{cap} {spending} this request: {spent} are spent or held for requests under way, "
            f"and it may need up to {need}. {self.remedy}. {self.free}"
        )
        return BudgetSpent(told.rstrip(), payer=self.payer, job=self.job, is_alone=is_alone or self.is_calls)


def _check_tokens(cap: _Cap, most: int | None, spent: Spent, need: Need) -> None:
    if most is not None and spent.tokens + need.tokens > most:
        told, asked = f"{spent.tokens:,} tokens", f"{need.tokens:,} tokens"
        raise cap.refuse(str(most), told, asked, is_alone=need.tokens > most)


def _check_usd(cap: _Cap, most: float | None, spent: Spent, need: Need) -> None:
    cost_usd = need.cost_usd or 0.0
    if most is not None and spent.cost_usd + cost_usd > most:
        told, asked = f"{spent.cost_usd:.6f} USD", f"{cost_usd:.6f} USD"
        raise cap.refuse(write_usd(most), told, asked, is_alone=cost_usd > most)


def _tell_no_price(name: str, model: str) -> str:
    tokens = "SCOPENOTE_BUDGET_JOB_TOKENS" if name == "--max-cost" else "SCOPENOTE_BUDGET_DAY_TOKENS"
    tokens = name.replace("_USD", "_TOKENS") if name.endswith("_USD") else tokens
    return (
        f"{name} cannot be kept, because the price of model {model!r} is not known. "
        f"Name the price in a file and the file in SCOPENOTE_PRICES, or cap tokens instead: {tokens}."
    )
