"""A key with a budget spends no more than that in a day, whoever else spends; the day after it may again."""

import asyncio

import pytest

from app.domain.errand import Errand, Payer
from app.errors import BudgetSpent
from app.llm.spending.budgets import Caps
from tests.llm.askers import JOB, PRICE, Rig, answer
from tests.llm.sleepless import run

MOST_USD = PRICE.compute_most(1_000, 200)
DAY_S = 86_400


def pay(name: str = "News", usd: float | None = None) -> Errand:
    """An errand of a key that may spend so much in a day."""
    return Errand(payer=Payer(key=f"id-of-{name}", name=name, most_day_usd=usd))


async def _count(rig: Rig, errand: Errand, tries: int) -> int:
    answered = 0
    for _ in range(tries):
        try:
            await rig.ask(errand)
        except BudgetSpent:
            continue
        answered += 1
    return answered


def test_a_key_is_refused_by_its_own_budget_and_is_named() -> None:
    rig = Rig([answer()])
    with pytest.raises(BudgetSpent, match=r"The key 'News', made with --budget-day=0.001 .* midnight UTC") as refused:
        run(rig.ask(pay(usd=0.001)))
    assert "id-of" not in str(refused.value)
    assert rig.wire.sent == []


def test_a_key_spends_its_budget_and_no_more_and_others_are_not_in_its_way() -> None:
    rig = Rig([answer()])

    async def ask() -> tuple[int, ...]:
        await _count(rig, JOB, 10)
        await _count(rig, Errand(), 10)
        counts = [await _count(rig, pay("News", MOST_USD * 2), 20), await _count(rig, pay("Other", MOST_USD), 20)]
        return (*counts, await _count(rig, pay("Third"), 20))

    news, other, third = run(ask())
    spent = run(rig.kept.sum_job(f"key id-of-News {rig.clock.now().date()}"))
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
