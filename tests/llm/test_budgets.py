"""Budgets: no request is sent that could go beyond a cap, however many are under way."""

import asyncio
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errand import Errand
from app.domain.verdict import Usage
from app.errors import BadSetting, BudgetSpent, ModelUnavailable
from app.llm.failures import Kind
from app.llm.model import Tokens
from app.llm.queue.scheduler import Limits
from app.llm.spending.budgets import Budgets, Caps, Need
from app.llm.spending.ledger import Attempt, MemoryLedger
from app.llm.tab import Tab
from tests.llm.askers import JOB, PRICE, Outcome, Rig, answer, fail
from tests.llm.sleepless import START, run

NEED = Need(input_tokens=80, output_tokens=20, cost_usd=0.25)


def _spend(ledger: MemoryLedger, *, tokens: int, cost_usd: float, job: str | None = None, at: datetime = START) -> None:
    attempt = Attempt(
        id="a", at=at, server="s", model="m", urgency="job", job=job, purpose="question", status="answered",
        tokens=Tokens(input=tokens), estimated=False, cost_usd=cost_usd, prices_as_of="d",
    )  # fmt: skip
    ledger.close(attempt)


@pytest.mark.parametrize(
    ("caps", "said"),
    [
        pytest.param(
            Caps(day_usd=1.2),
            ("SCOPENOTE_BUDGET_DAY_USD=1.2", "1.000000 USD", "0.250000 USD", "midnight"),
            id="day, money",
        ),
        pytest.param(
            Caps(day_tokens=1099), ("SCOPENOTE_BUDGET_DAY_TOKENS=1099", "1,000 tokens", "100 tokens"), id="day, tokens"
        ),
        pytest.param(
            Caps(job_usd=1.2), ("SCOPENOTE_BUDGET_JOB_USD=1.2", "1.000000 USD", "0.250000 USD"), id="job, money"
        ),
        pytest.param(Caps(job_tokens=1000), ("SCOPENOTE_BUDGET_JOB_TOKENS=1000", "1,000 tokens"), id="job, tokens"),
        pytest.param(Caps(call_usd=1.0), ("SCOPENOTE_BUDGET_CALL_USD=1", "0.800000 USD"), id="call, money"),
        pytest.param(Caps(call_tokens=199), ("SCOPENOTE_BUDGET_CALL_TOKENS=199", "100 tokens"), id="call, tokens"),
        pytest.param(Caps(day_usd=0.0), ("SCOPENOTE_BUDGET_DAY_USD=0",), id="nothing at all"),
    ],
)
def test_what_does_not_fit_is_refused_with_setting_and_sums(caps: Caps, said: tuple[str, ...]) -> None:
    ledger, tab = MemoryLedger(lambda: START), Tab()
    _spend(ledger, tokens=1_000, cost_usd=1.0, job="j1")
    tab.add(Usage(calls=1, input_tokens=60, output_tokens=40, cost_usd=0.8))
    with pytest.raises(BudgetSpent) as caught:
        Budgets(caps, ledger, price=PRICE, model="m").check(NEED, JOB, tab)
    assert [word for word in said if word not in str(caught.value)] == []


@pytest.mark.parametrize(
    "caps",
    [
        pytest.param(Caps(), id="no cap"),
        pytest.param(Caps(day_usd=1.25, day_tokens=1_100), id="exactly up to the day's"),
        pytest.param(Caps(job_usd=1.25, job_tokens=1_100), id="exactly up to the job's"),
        pytest.param(Caps(call_usd=0.25, call_tokens=100), id="exactly up to the call's"),
    ],
)
def test_what_fits_passes(caps: Caps) -> None:
    ledger = MemoryLedger(lambda: START)
    _spend(ledger, tokens=1_000, cost_usd=1.0, job="j1")
    Budgets(caps, ledger, price=PRICE, model="m").check(NEED, JOB, Tab())


def test_a_jobs_cap_is_its_own() -> None:
    ledger = MemoryLedger(lambda: START)
    _spend(ledger, tokens=1_000, cost_usd=1.0, job="j1")
    budgets = Budgets(Caps(job_usd=1.0), ledger, price=PRICE, model="m")
    budgets.check(NEED, Errand(urgency="job", job="other"), Tab())
    budgets.check(NEED, Errand(), Tab())


def test_the_days_cap_is_whole_again_after_midnight() -> None:
    time = START
    ledger = MemoryLedger(lambda: time)
    _spend(ledger, tokens=1_000, cost_usd=1.0)
    budgets = Budgets(Caps(day_usd=1.0), ledger, price=PRICE, model="m")
    with pytest.raises(BudgetSpent):
        budgets.check(NEED, JOB, Tab())
    time = datetime(2026, 11, 23, tzinfo=UTC)
    budgets.check(NEED, JOB, Tab())


@pytest.mark.parametrize("caps", [Caps(day_usd=1), Caps(job_usd=1), Caps(call_usd=1)], ids=["day", "job", "call"])
def test_a_cap_on_money_needs_a_price(caps: Caps) -> None:
    with pytest.raises(BadSetting, match=r"_USD cannot be kept.*'mystery'.*SCOPENOTE_PRICES"):
        Budgets(caps, MemoryLedger(lambda: START), price=None, model="mystery")


def test_tokens_can_be_capped_without_a_price() -> None:
    budgets = Budgets(Caps(day_tokens=100), MemoryLedger(lambda: START), price=None, model="mystery")
    budgets.check(Need(input_tokens=50, output_tokens=50, cost_usd=None), JOB, Tab())


_KINDS: list[Kind] = ["rate_limited", "server_error", "timeout", "disconnected", "too_long", "unusable_reply"]
REFUSALS = st.sampled_from(_KINDS)
OUTCOMES = st.one_of(
    st.tuples(st.integers(0, 1_000), st.integers(0, 200)).map(
        lambda used: answer(used=Tokens(input=used[0], output=used[1]))
    ),
    st.just(answer(used=None)),
    REFUSALS.map(fail),
)
ASKED = st.lists(
    st.tuples(st.floats(0, 30), st.sampled_from(["j1", "j2", None]), st.integers(0, 2), st.floats(0.5, 90)),
    min_size=1, max_size=12,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    outcomes=st.lists(OUTCOMES, min_size=1, max_size=12),
    asked=ASKED,
    latency_s=st.floats(0, 20),
    most=st.integers(1, 4),
    caps=st.builds(
        Caps,
        day_tokens=st.none() | st.integers(1_200, 6_000), day_usd=st.none() | st.floats(0, 0.02),
        job_tokens=st.none() | st.integers(1_200, 4_000), job_usd=st.none() | st.floats(0, 0.01),
        call_tokens=st.none() | st.integers(1_200, 3_000), call_usd=st.none() | st.floats(0, 0.005),
    ),
)  # fmt: skip
def test_no_interleaving_goes_beyond_a_cap_and_the_tabs_hold_what_the_ledger_holds(
    outcomes: list[Outcome],
    asked: list[tuple[float, str | None, int, float]],
    latency_s: float,
    most: int,
    caps: Caps,
) -> None:
    """Questions arrive at any time, on shared tabs, fail in any way, and are called off at any time."""
    rig = Rig(outcomes, latency_s=latency_s, caps=caps, timeout_s=10.0, limits=Limits(max_concurrency=most))
    tabs = [Tab() for _ in range(3)]

    async def ask(after_s: float, job: str | None, tab: Tab, given_up_after_s: float) -> None:
        await asyncio.sleep(after_s)
        try:
            async with asyncio.timeout(given_up_after_s):
                await rig.ask(Errand(urgency="job", job=job), tab)
        except (ModelUnavailable, BudgetSpent, TimeoutError):
            pass

    async def ask_all() -> None:
        await asyncio.gather(*(ask(after, job, tabs[tab], patience) for after, job, tab, patience in asked))

    run(ask_all())
    _check_caps(rig.kept, tabs, caps)
    day = rig.kept.sum_day()
    assert day.calls == len(rig.wire.sent) == sum(tab.usage.calls for tab in tabs)
    assert day.tokens == sum(tab.usage.input_tokens + tab.usage.output_tokens for tab in tabs)
    assert day.cost_usd == pytest.approx(sum(tab.usage.cost_usd or 0.0 for tab in tabs))
    assert {attempt.id for attempt in rig.kept.recent} == set(rig.wire.sent)


def _check_caps(ledger: MemoryLedger, tabs: list[Tab], caps: Caps) -> None:
    day = ledger.sum_day()
    assert caps.day_tokens is None or day.tokens <= caps.day_tokens
    assert caps.day_usd is None or day.cost_usd <= caps.day_usd + 1e-12
    for job in ("j1", "j2"):
        spent = ledger.sum_job(job)
        assert caps.job_tokens is None or spent.tokens <= caps.job_tokens
        assert caps.job_usd is None or spent.cost_usd <= caps.job_usd + 1e-12
    for tab in tabs:
        assert caps.call_tokens is None or tab.tokens <= caps.call_tokens
        assert caps.call_usd is None or tab.cost_usd <= caps.call_usd + 1e-12


def test_many_at_once_share_what_is_left() -> None:
    rig = Rig([answer(used=Tokens(input=1_000, output=200))], latency_s=1.0, caps=Caps(day_tokens=5_000))

    async def ask_all() -> list[object]:
        return await asyncio.gather(*(rig.ask(JOB) for _ in range(20)), return_exceptions=True)

    answered = [result for result in run(ask_all()) if not isinstance(result, BudgetSpent)]
    assert len(answered) == 4
    assert rig.kept.sum_day().tokens == 4_800


def test_a_cap_that_is_reached_while_waiting_stops_what_waits() -> None:
    rig = Rig(
        [answer(used=Tokens(input=1_000, output=200))], latency_s=1.0, caps=Caps(day_tokens=2_400),
        limits=Limits(max_concurrency=1),
    )  # fmt: skip

    async def ask_all() -> list[object]:
        return await asyncio.gather(*(rig.ask(JOB) for _ in range(4)), return_exceptions=True)

    results = run(ask_all())
    assert sum(isinstance(result, BudgetSpent) for result in results) == 2
    assert len(rig.wire.sent) == 2
