"""Budgets: no request is sent that could go beyond a cap, however many are under way."""

import asyncio
import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from app.domain.attempt import FailureKind, Spent, Sums, Tokens
from app.domain.errand import Errand
from app.domain.verdict import Usage
from app.errors import BadSetting, BudgetSpent, ModelUnavailable
from app.llm.queue.scheduler import Limits
from app.llm.spending.budgets import Budgets, Caps, Need
from app.llm.spending.ledger import MemoryLedger
from app.llm.tab import Tab
from tests.llm.askers import JOB, PRICE, Outcome, Rig, answer, fail
from tests.llm.sleepless import run

NEED = Need(input_tokens=80, output_tokens=20, cost_usd=0.25)


DAY, ITS_JOB = Spent(calls=2, tokens=1_500, cost_usd=1.5), Spent(calls=1, tokens=1_000, cost_usd=1.0)
OWN_CAP = Errand(urgency="job", job="j1", most_usd=1.2)


def _check(caps: Caps, errand: Errand = JOB, *, tab: Tab | None = None, need: Need = NEED) -> None:
    budgets = Budgets(caps, price=PRICE, model="m")
    budgets.check_call(need, tab or Tab())
    budgets.check_sums(need, errand, Sums(day=DAY, job=ITS_JOB))


@pytest.mark.parametrize(
    ("caps", "said"),
    [
        pytest.param(
            Caps(day_usd=1.7),
            ("SCOPENOTE_BUDGET_DAY_USD=1.7", "1.500000 USD", "0.250000 USD", "midnight"),
            id="day, money",
        ),
        pytest.param(
            Caps(day_tokens=1599), ("SCOPENOTE_BUDGET_DAY_TOKENS=1599", "1,500 tokens", "100 tokens"), id="day, tokens"
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
    tab = Tab()
    tab.add(Usage(calls=1, input_tokens=60, output_tokens=40, cost_usd=0.8))
    with pytest.raises(BudgetSpent) as caught:
        _check(caps, tab=tab)
    assert [word for word in said if word not in str(caught.value)] == []


@pytest.mark.parametrize(
    "caps",
    [
        pytest.param(Caps(), id="no cap"),
        pytest.param(Caps(day_usd=1.75, day_tokens=1_600), id="exactly up to the day's"),
        pytest.param(Caps(job_usd=1.25, job_tokens=1_100), id="exactly up to the job's"),
        pytest.param(Caps(call_usd=0.25, call_tokens=100), id="exactly up to the call's"),
    ],
)
def test_what_fits_passes(caps: Caps) -> None:
    _check(caps)


def test_a_cap_on_jobs_is_none_on_what_belongs_to_no_job() -> None:
    _check(Caps(job_usd=0.0, job_tokens=0), Errand())


@pytest.mark.parametrize(
    ("most_usd", "fits"), [(1.25, True), (1.24, False), (0.0, False)], ids=["exactly", "too little", "nothing"]
)
def test_a_job_keeps_to_its_own_cap(most_usd: float, fits: bool) -> None:
    errand = OWN_CAP.model_copy(update={"most_usd": most_usd})
    with contextlib.nullcontext() if fits else pytest.raises(BudgetSpent):
        _check(Caps(), errand)


def test_a_jobs_own_cap_is_told_by_its_option() -> None:
    with pytest.raises(BudgetSpent) as caught:
        _check(Caps(), OWN_CAP)
    assert str(caught.value) == (
        "--max-cost=1.2 does not allow this request: 1.000000 USD are spent or held for requests under way, "
        f"and it may need up to 0.250000 USD. `scopenote jobs resume {OWN_CAP.job} --max-cost USD` goes on with more."
    )


def test_a_jobs_own_cap_leaves_those_of_the_settings_in_force() -> None:
    with pytest.raises(BudgetSpent, match=r"SCOPENOTE_BUDGET_JOB_USD=1\.1 "):
        _check(Caps(job_usd=1.1), OWN_CAP.model_copy(update={"most_usd": 100.0}))


def test_a_jobs_own_cap_cannot_be_kept_without_a_price() -> None:
    budgets = Budgets(Caps(), price=None, model="mystery")
    need = NEED.model_copy(update={"cost_usd": None})
    told = r"--max-cost cannot be kept.*'mystery'.*SCOPENOTE_PRICES.*: SCOPENOTE_BUDGET_JOB_TOKENS\."
    with pytest.raises(BudgetSpent, match=told):
        budgets.check_sums(need, OWN_CAP, Sums())


def test_an_errand_without_a_job_has_no_cap_of_its_own() -> None:
    with pytest.raises(ValidationError, match="belongs to none"):
        Errand(most_usd=1.0)


@pytest.mark.parametrize(
    ("caps", "errand", "looks"),
    [
        pytest.param(Caps(call_usd=1.0, call_tokens=9), JOB, (False, False), id="the call's alone"),
        pytest.param(Caps(day_usd=1.0), JOB, (True, False), id="the day's money"),
        pytest.param(Caps(day_tokens=9), JOB, (True, False), id="the day's tokens"),
        pytest.param(Caps(job_usd=1.0), JOB, (False, True), id="the job's money"),
        pytest.param(Caps(job_tokens=9), JOB, (False, True), id="the job's tokens"),
        pytest.param(Caps(job_usd=1.0, job_tokens=9), Errand(), (False, False), id="no job"),
        pytest.param(Caps(), OWN_CAP, (False, True), id="its own"),
    ],
)
def test_only_the_sums_that_matter_are_looked_up(caps: Caps, errand: Errand, looks: tuple[bool, bool]) -> None:
    budgets = Budgets(caps, price=PRICE, model="m")
    assert (budgets.caps_day, budgets.caps_job(errand)) == looks


@pytest.mark.parametrize("caps", [Caps(day_usd=1), Caps(job_usd=1), Caps(call_usd=1)], ids=["day", "job", "call"])
def test_a_cap_on_money_needs_a_price(caps: Caps) -> None:
    with pytest.raises(BadSetting, match=r"_USD cannot be kept.*'mystery'.*SCOPENOTE_PRICES"):
        Budgets(caps, price=None, model="mystery")


def test_tokens_can_be_capped_without_a_price() -> None:
    budgets = Budgets(Caps(day_tokens=100), price=None, model="mystery")
    budgets.check_sums(Need(input_tokens=50, output_tokens=50, cost_usd=None), JOB, Sums())


_KINDS: list[FailureKind] = ["rate_limited", "server_error", "timeout", "disconnected", "too_long", "unusable_reply"]
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
    ledger_delay_s=st.none() | st.floats(0, 5),
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
    *,
    latency_s: float,
    ledger_delay_s: float | None,
    most: int,
    caps: Caps,
) -> None:
    """Questions arrive at any time, on shared tabs, fail in any way, and are called off at any time."""
    rig = Rig(
        outcomes, latency_s=latency_s, caps=caps, timeout_s=10.0, limits=Limits(max_concurrency=most),
        ledger_delay_s=ledger_delay_s,
    )  # fmt: skip
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
    day = run(rig.kept.sum_day())
    assert day.calls == len(rig.wire.sent) == sum(tab.usage.calls for tab in tabs)
    assert day.tokens == sum(tab.usage.input_tokens + tab.usage.output_tokens for tab in tabs)
    assert day.cost_usd == pytest.approx(sum(tab.usage.cost_usd or 0.0 for tab in tabs))
    assert {attempt.id for attempt in rig.kept.recent} == set(rig.wire.sent)


def _check_caps(ledger: MemoryLedger, tabs: list[Tab], caps: Caps) -> None:
    day = run(ledger.sum_day())
    assert caps.day_tokens is None or day.tokens <= caps.day_tokens
    assert caps.day_usd is None or day.cost_usd <= caps.day_usd + 1e-12
    for job in ("j1", "j2"):
        spent = run(ledger.sum_account(job))
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
    assert run(rig.kept.sum_day()).tokens == 4_800


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
