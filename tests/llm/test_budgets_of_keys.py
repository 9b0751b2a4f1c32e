"""Who has a budget of its own spends no more than that in a day, whoever else spends; the day after it may again."""

import asyncio

import pytest

from app.domain.errand import Errand, Payer
from app.domain.money import write_usd
from app.errors import BudgetSpent
from app.llm.spending.budgets import Caps
from app.llm.tab import Tab
from tests.llm.askers import JOB, PRICE, QUESTION, Rig, answer
from tests.llm.sleepless import run

MOST_USD = PRICE.compute_most(1_000, 200)
DAY_S = 86_400


def pay(name: str = "News", usd: float | None = None) -> Errand:
    """An errand of a key that may spend so much in a day."""
    return Errand(payer=Payer(kind="key", id=f"id-of-{name}", name=name, most_day_usd=usd))


async def _count(rig: Rig, errand: Errand, tries: int) -> int:
    answered = 0
    for _ in range(tries):
        try:
            await rig.ask(errand)
        except BudgetSpent:
            continue
        answered += 1
    return answered


def feed(usd: float | None = None) -> Errand:
    """An errand of a source that goes by the same id as a key."""
    return Errand(urgency="job", payer=Payer(kind="source", id="id-of-News", name="blog", most_day_usd=usd))


async def _spend(rig: Rig, errand: Errand) -> BudgetSpent:
    """What is said when the budget is spent."""
    for _ in range(100):
        try:
            await rig.ask(errand)
        except BudgetSpent as refused:
            return refused
    raise AssertionError("nothing is refused")


@pytest.mark.parametrize(
    ("errand", "said"),
    [
        pytest.param(
            pay(usd=MOST_USD * 2),
            (
                f"Today's budget of the key 'News' ({write_usd(MOST_USD * 2)} USD) is spent, or too little",
                "Ask whoever runs the service for",
            ),
            id="key",
        ),
        pytest.param(
            feed(usd=MOST_USD * 2),
            (
                f"--budget-day={write_usd(MOST_USD * 2)} of the source 'blog' does",
                "`scopenote sources change blog --budget-day USD`",
            ),
            id="source",
        ),
    ],
)
def test_who_has_spent_its_budget_is_refused_and_told_what_can_be_done(errand: Errand, said: tuple[str, ...]) -> None:
    refused = run(_spend(Rig([answer()]), errand))
    assert [
        word for word in (*said, "are spent", "It is free again at midnight UTC.") if word not in str(refused)
    ] == []
    assert errand.payer is not None
    assert (refused.payer, refused.is_alone) == (errand.payer.reference, False)


def test_a_budget_that_no_request_fits_into_is_told_as_such_and_not_to_wait() -> None:
    rig = Rig([answer()])
    refused = run(_spend(rig, pay(usd=MOST_USD / 2)))
    told = f"Today's budget of the key 'News' ({write_usd(MOST_USD / 2)} USD) is less than this request may cost"
    assert str(refused).startswith(told)
    assert f"by itself: it needs at least {MOST_USD:.6f} USD. Ask whoever" in str(refused)
    assert ("midnight" in str(refused), "id-of" in str(refused), rig.wire.sent) == (False, False, [])
    assert (refused.payer, refused.is_alone) == ("key:id-of-News", True)


def test_a_request_that_would_never_fit_is_known_also_when_something_is_spent() -> None:
    rig = Rig([answer()])

    async def ask() -> BudgetSpent:
        await rig.ask(pay(usd=1.0))
        return await _spend(rig, pay(usd=MOST_USD / 2))

    refused = run(ask())
    assert ("are spent" in str(refused), "needs at least" in str(refused), refused.is_alone) == (False, True, True)


def test_jobs_that_a_key_starts_spend_its_budget_together_with_what_it_asks_itself() -> None:
    rig = Rig([answer()])
    payer = pay(usd=MOST_USD * 3).payer
    jobs = [Errand(urgency="job", job=name, most_usd=100.0, payer=payer) for name in ("j1", "j2", "j3")]

    async def ask() -> tuple[list[int], BudgetSpent]:
        counts = [await _count(rig, errand, 2) for errand in (*jobs, pay(usd=MOST_USD * 3))]
        return counts, await _spend(rig, jobs[0])

    counts, refused = run(ask())
    spent = run(rig.kept.sum_account(f"key id-of-News {rig.clock.now().date()}"))
    first = run(rig.kept.sum_account("j1"))
    day = run(rig.kept.sum_day())
    assert (spent.calls >= sum(counts) > first.calls >= 2, spent.cost_usd <= MOST_USD * 3) == (True, True)
    assert (day, refused.payer) == (spent, "key:id-of-News")
    assert "Resume the job with a key that has more" in str(refused)


def test_a_job_keeps_to_its_own_cap_also_where_its_key_has_more() -> None:
    rig = Rig([answer()])
    errand = Errand(urgency="job", job="j", most_usd=MOST_USD / 2, payer=pay(usd=100.0).payer)
    refused = run(_spend(rig, errand))
    assert (str(refused).startswith("--max-cost="), refused.payer) == (True, None)


def test_a_source_and_a_key_of_the_same_id_have_a_budget_each() -> None:
    rig = Rig([answer()])

    async def ask() -> tuple[int, int]:
        return await _count(rig, pay(usd=MOST_USD), 3), await _count(rig, feed(usd=MOST_USD), 3)

    assert run(ask()) == (1, 1)
    assert [(attempt.key, attempt.source) for attempt in rig.kept.recent] == [
        ("id-of-News", None),
        (None, "id-of-News"),
    ]


def test_a_key_spends_its_budget_and_no_more_and_others_are_not_in_its_way() -> None:
    rig = Rig([answer()])

    async def ask() -> tuple[int, ...]:
        await _count(rig, JOB, 10)
        await _count(rig, Errand(), 10)
        counts = [await _count(rig, pay("News", MOST_USD * 2), 20), await _count(rig, pay("Other", MOST_USD), 20)]
        return (*counts, await _count(rig, pay("Third"), 20))

    news, other, third = run(ask())
    spent = run(rig.kept.sum_account(f"key id-of-News {rig.clock.now().date()}"))
    assert (spent.calls, spent.cost_usd <= MOST_USD * 2) == (news, True)
    assert (2 < news < 20, 1 <= other < news, third) == (True, True, 20)


def test_many_at_once_stay_within_the_budget_together() -> None:
    rig = Rig([answer()], latency_s=1.0)

    async def ask() -> list[object]:
        asked = (rig.ask(pay(usd=MOST_USD * 3)) for _ in range(30))
        return await asyncio.gather(*asked, return_exceptions=True)

    refused = [outcome for outcome in run(ask()) if isinstance(outcome, BudgetSpent)]
    spent = run(rig.kept.sum_day())
    assert (spent.calls + len(refused), spent.cost_usd <= MOST_USD * 3) == (30, True)


@pytest.mark.parametrize(
    "spent",
    [
        pytest.param(pay(usd=MOST_USD * 2), id="key"),
        pytest.param(feed(usd=MOST_USD * 2), id="source"),
        pytest.param(Errand(urgency="job", job="j", most_usd=MOST_USD * 2), id="job"),
    ],
)
def test_whose_budget_is_spent_is_refused_at_once_however_long_others_are_answered(spent: Errand) -> None:
    rig = Rig([answer()], latency_s=10.0)

    async def ask() -> float:
        await _spend(rig, spent)
        others = [asyncio.create_task(_ask_later(rig, 5.0 * number)) for number in range(20)]
        await asyncio.sleep(1)
        begun_s = asyncio.get_running_loop().time()
        await _spend(rig, spent)
        took_s = asyncio.get_running_loop().time() - begun_s
        await asyncio.gather(*others)
        return took_s

    assert run(ask()) < 1.0


def test_a_classification_that_has_its_cap_is_refused_at_once_however_long_others_are_answered() -> None:
    rig, tab = Rig([answer()], latency_s=10.0, caps=Caps(call_tokens=1_500)), Tab()

    async def ask() -> float:
        await rig.asker.complete(QUESTION, Errand(), tab)
        others = [asyncio.create_task(_ask_later(rig, 5.0 * number)) for number in range(20)]
        await asyncio.sleep(1)
        begun_s = asyncio.get_running_loop().time()
        with pytest.raises(BudgetSpent, match="SCOPENOTE_BUDGET_CALL_TOKENS"):
            await rig.asker.complete(QUESTION, Errand(), tab)
        took_s = asyncio.get_running_loop().time() - begun_s
        await asyncio.gather(*others)
        return took_s

    assert run(ask()) < 1.0


def test_whose_budget_another_process_takes_is_refused_at_once_also_where_several_ask_together() -> None:
    rig = Rig([answer()], latency_s=10.0, ledger_delay_s=0.01)
    other = Rig([answer()], ledger=rig.kept, prefix="b")
    errand = pay(usd=MOST_USD)

    async def ask() -> tuple[float, int]:
        long = asyncio.create_task(rig.ask(pay("Other")))
        await asyncio.sleep(1)
        begun_s = asyncio.get_running_loop().time()
        asked = (other.ask(errand), rig.ask(errand), rig.ask(errand))
        outcomes = await asyncio.gather(*asked, return_exceptions=True)
        took_s = asyncio.get_running_loop().time() - begun_s
        await long
        return took_s, sum(isinstance(outcome, BudgetSpent) for outcome in outcomes)

    took_s, refused = run(ask())
    assert (took_s < 1.0, refused) == (True, 2)


async def _ask_later(rig: Rig, wait_s: float) -> None:
    await asyncio.sleep(wait_s)
    await rig.ask(pay("Other"))


def test_the_day_after_a_key_may_spend_again() -> None:
    rig = Rig([answer()])

    async def ask() -> list[int]:
        counts = []
        for _ in range(2):
            counts.append(await _count(rig, pay(usd=MOST_USD), 3))
            await asyncio.sleep(DAY_S)
        return counts

    assert run(ask()) == [1, 1]


def test_the_days_budget_of_all_holds_for_a_key_too() -> None:
    rig = Rig([answer()], caps=Caps(day_usd=MOST_USD))
    assert run(_count(rig, pay(usd=100.0), 3)) == 1


def test_money_that_cannot_be_counted_is_not_spent_by_a_key_with_a_budget() -> None:
    rig = Rig([answer()], price=None)
    with pytest.raises(BudgetSpent, match="SCOPENOTE_PRICES"):
        run(rig.ask(pay(usd=1.0)))
    assert run(_count(rig, pay(), 2)) == 2
