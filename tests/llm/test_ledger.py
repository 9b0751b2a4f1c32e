"""The ledger: every attempt counts, by the latest that is known of it, on the day on which it was opened."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from app.domain.attempt import Allow, Attempt, Spent, Status, Sums, name_account
from app.errors import BudgetSpent
from app.llm.spending.ledger import MemoryLedger
from tests.attempts import NOON, allow, build_attempt

pytestmark = pytest.mark.anyio


class _Now:
    """A time of day that a test sets."""

    def __init__(self) -> None:
        self.time = NOON

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def now() -> _Now:
    return _Now()


@pytest.fixture
def ledger(now: _Now) -> MemoryLedger:
    return MemoryLedger(now)


async def _enter(ledger: MemoryLedger, attempt: Attempt, *, allow: Allow = allow) -> None:
    """Opened and closed as it is."""
    await ledger.open(attempt.model_copy(update={"status": "sent"}), allow)
    await ledger.close(attempt)


async def test_nothing_is_spent_at_first(ledger: MemoryLedger) -> None:
    assert await ledger.sum_day() == await ledger.sum_account("j") == Spent()


async def test_an_attempt_under_way_counts_at_its_estimate(ledger: MemoryLedger) -> None:
    await ledger.open(build_attempt(tokens=100), allow)
    assert await ledger.sum_day() == Spent(calls=1, tokens=100, cost_usd=0.5)


@pytest.mark.parametrize("status", ["answered", "failed", "unknown"])
async def test_a_closed_attempt_counts_as_what_it_came_to(ledger: MemoryLedger, status: Status) -> None:
    await ledger.open(build_attempt(tokens=100), allow)
    await ledger.close(build_attempt(status=status, tokens=30, cost_usd=0.125))
    assert await ledger.sum_day() == Spent(calls=1, tokens=30, cost_usd=0.125)


async def test_what_has_no_price_is_counted_apart(ledger: MemoryLedger) -> None:
    await ledger.open(build_attempt("a", cost_usd=None), allow)
    await _enter(ledger, build_attempt("b", "answered", cost_usd=0.5))
    await _enter(ledger, build_attempt("c", "answered", cost_usd=None))
    assert await ledger.sum_day() == Spent(calls=3, tokens=300, cost_usd=0.5, unpriced=2)


async def test_a_job_is_summed_apart(ledger: MemoryLedger) -> None:
    await ledger.open(build_attempt("a", job="j", tokens=20), allow)
    await _enter(ledger, build_attempt("b", "answered", job="j", tokens=30))
    await _enter(ledger, build_attempt("c", "answered", job="k", tokens=50))
    await ledger.open(build_attempt("d"), allow)
    assert await ledger.sum_account("j") == Spent(calls=2, tokens=50, cost_usd=1.0)
    assert await ledger.sum_account("unheard of") == Spent()


async def test_a_new_day_begins_at_midnight(ledger: MemoryLedger, now: _Now) -> None:
    late = NOON.replace(hour=23, minute=59)
    await ledger.open(build_attempt("a", job="j", at=late), allow)
    now.time = NOON + timedelta(hours=12, seconds=1)
    await ledger.close(build_attempt("a", "answered", job="j", at=late))
    assert await ledger.sum_day() == Spent()
    assert await ledger.sum_account("j") == Spent(calls=1, tokens=100, cost_usd=0.5)


async def test_the_day_is_that_of_utc(ledger: MemoryLedger, now: _Now) -> None:
    tokyo = timezone(timedelta(hours=9))
    await ledger.open(build_attempt(at=datetime(2026, 11, 23, 1, tzinfo=tokyo)), allow)
    now.time = datetime(2026, 11, 22, 16, tzinfo=UTC)
    assert (await ledger.sum_day()).calls == 1


async def test_a_job_is_summed_over_all_its_days(ledger: MemoryLedger, now: _Now) -> None:
    for day in range(9):
        now.time = NOON + timedelta(days=day)
        await _enter(ledger, build_attempt(f"a{day}", "answered", job="j", at=now.time))
    assert ((await ledger.sum_day()).calls, (await ledger.sum_account("j")).calls) == (1, 9)


async def test_what_is_allowed_goes_by_the_sums_before_it(ledger: MemoryLedger) -> None:
    await _enter(ledger, build_attempt("a", "answered", job="j", tokens=30))
    await ledger.open(build_attempt("b", tokens=50), allow)
    seen: list[int] = []
    note: Allow = lambda sums: seen.extend([sums.day.tokens, sums.job.tokens])  # noqa: E731
    await ledger.open(build_attempt("c", job="j"), note)
    await ledger.open(build_attempt("d"), note)
    assert seen == [80, 30, 180, 0]


async def test_what_a_job_spends_for_a_key_counts_for_both_and_once_for_the_day(ledger: MemoryLedger) -> None:
    await _enter(ledger, build_attempt("a", "answered", job="j", key="k", tokens=30))
    await _enter(ledger, build_attempt("b", "answered", key="k", tokens=20))
    await _enter(ledger, build_attempt("c", "answered", source="k", tokens=5))
    seen: list[Sums] = []
    await ledger.open(build_attempt("d", job="j", key="k"), seen.append)
    assert [seen[0].day.tokens, seen[0].job.tokens, seen[0].payer.tokens] == [55, 30, 50]


async def test_who_pays_is_whoever_was_said_to_before(ledger: MemoryLedger) -> None:
    await ledger.open(build_attempt("a", key="k"), allow)
    await ledger.close(build_attempt("a", "answered", tokens=30))
    assert (await ledger.sum_account(name_account("key", "k", "2026-11-22"))).tokens == 30
    assert ledger.recent[0].key == "k"


async def test_what_is_not_allowed_is_not_written_down(ledger: MemoryLedger) -> None:
    def refuse(sums: Sums) -> None:
        raise BudgetSpent("no more")

    with pytest.raises(BudgetSpent, match="no more"):
        await ledger.open(build_attempt(), refuse)
    assert await ledger.sum_day() == Spent()


async def test_what_was_opened_before_is_not_counted_again(ledger: MemoryLedger) -> None:
    for _ in range(2):
        await ledger.open(build_attempt(tokens=100), allow)
    assert await ledger.sum_day() == Spent(calls=1, tokens=100, cost_usd=0.5)
    await ledger.close(build_attempt(status="answered", tokens=30, cost_usd=0.25))
    await ledger.open(build_attempt(tokens=100), allow)
    assert await ledger.sum_day() == Spent(calls=1, tokens=30, cost_usd=0.25)


async def test_what_is_not_open_cannot_be_closed(ledger: MemoryLedger) -> None:
    await ledger.close(build_attempt("never opened", "answered"))
    await _enter(ledger, build_attempt("a", "answered", tokens=30))
    await ledger.close(build_attempt("a", "unknown", tokens=100))
    assert (await ledger.sum_day()).tokens == 30


async def test_the_memory_keeps_the_last_ones_only(ledger: MemoryLedger) -> None:
    for number in range(1_100):
        await _enter(ledger, build_attempt(str(number), "answered"))
    assert len(ledger.recent) == 1_000
    assert ledger.recent[-1].id == "1099"
    assert (await ledger.sum_day()).calls == 1_100
