"""The accounts of batch lines: half the price, and each attempt opened and closed once."""

from datetime import UTC, datetime

import pytest

from app.domain.attempt import Attempt, FailureKind, Tokens
from app.domain.errand import Errand
from app.errors import BadSetting, BudgetSpent
from app.llm.batch.line_accounts import LineAccounts, discount
from app.llm.batch.result_lines import CANCELLED, EXPIRED, MISSING, LineFailure
from app.llm.model import Reply
from app.llm.spending.budgets import Caps
from app.llm.spending.ledger import MemoryLedger
from app.llm.spending.prices import Price

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PRICE = Price(input=1.0, cached=0.2, written=1.25, output=5.0, as_of="2026-10-21")
JOB = Errand(urgency="job", job="j1")
NO_CAPS = Caps()


class Books:
    """Accounts with their ledger in sight."""

    def __init__(self, caps: Caps = NO_CAPS, price: Price | None = PRICE) -> None:
        self.ledger = MemoryLedger(lambda: NOW)
        self.accounts = LineAccounts(self.ledger, server="s", model="m", price=price, caps=caps)
        self.attempt = self.accounts.begin("a1", NOW, "j1", input_tokens=1_000, output_tokens=100)

    @property
    def closed(self) -> Attempt:
        [attempt] = self.ledger.recent
        return attempt


def test_everything_costs_half() -> None:
    tokens = Tokens(input=1_000, cached=300, written=200, output=50)
    assert discount(PRICE).compute_cost(tokens) == pytest.approx(PRICE.compute_cost(tokens) / 2)


def test_a_price_without_cached_tokens_of_their_own_keeps_none() -> None:
    assert discount(Price(input=1.0, output=5.0, as_of="x")).cached is None


async def test_a_line_is_held_at_the_most_that_it_may_take() -> None:
    books = Books()
    await books.accounts.open(books.attempt, JOB)
    assert (await books.ledger.sum_account("j1")).cost_usd == pytest.approx((1_000 * 1.25 + 100 * 5.0) / 2e6)


async def test_an_answer_is_counted_as_it_was_told() -> None:
    books = Books()
    await books.accounts.open(books.attempt, JOB)
    used = Tokens(input=990, cached=500, output=20)
    await books.accounts.close_answered(books.attempt, Reply(text="{}", finish="stop", tokens=used))
    assert (books.closed.status, books.closed.tokens, books.closed.estimated) == ("answered", used, False)
    assert books.closed.cost_usd == pytest.approx((490 * 1.0 + 500 * 0.2 + 20 * 5.0) / 2e6)


async def test_an_answer_of_which_nothing_was_told_is_estimated() -> None:
    books = Books()
    await books.accounts.open(books.attempt, JOB)
    await books.accounts.close_answered(books.attempt, Reply(text="x" * 30, finish="stop"))
    assert (books.closed.tokens, books.closed.estimated) == (Tokens(input=1_000, output=11), True)


async def test_what_the_server_says_it_charged_counts() -> None:
    books = Books()
    await books.accounts.open(books.attempt, JOB)
    await books.accounts.close_answered(books.attempt, Reply(text="{}", finish="stop", cost_usd=0.5))
    assert (books.closed.cost_usd, books.closed.prices_as_of) == (0.5, None)


@pytest.mark.parametrize(
    ("failure", "status", "input_tokens"),
    [
        pytest.param(EXPIRED, "failed", 0, id="never run"),
        pytest.param(CANCELLED, "failed", 0, id="cancelled before"),
        pytest.param(MISSING, "unknown", 1_000, id="nothing said"),
        pytest.param(LineFailure(kind="server_error", message="500"), "failed", 0, id="refused"),
        pytest.param(LineFailure(kind="unusable_reply", message="odd"), "failed", 1_000, id="no use"),
        pytest.param(
            LineFailure(kind="unusable_reply", message="odd", tokens=Tokens(input=7)), "failed", 7, id="no use, told"
        ),
    ],
)
async def test_what_got_no_answer_counts_as_far_as_it_may_be_billed(
    failure: LineFailure, status: str, input_tokens: int
) -> None:
    books = Books()
    await books.accounts.open(books.attempt, JOB)
    await books.accounts.close_failed(books.attempt, failure)
    kind: FailureKind | None = books.closed.failure
    assert (books.closed.status, books.closed.tokens.input, kind) == (status, input_tokens, failure.kind)


async def test_what_was_not_run_costs_nothing() -> None:
    books = Books()
    await books.accounts.open(books.attempt, JOB)
    await books.accounts.close_unrun(books.attempt)
    assert (await books.ledger.sum_account("j1")).cost_usd == 0


async def test_doing_it_twice_changes_nothing() -> None:
    books = Books()
    for _ in range(2):
        await books.accounts.open(books.attempt, JOB)
    for _ in range(2):
        await books.accounts.close_unrun(books.attempt)
    assert (await books.ledger.sum_account("j1")).calls == 1


async def test_a_cap_holds_at_the_price_of_a_batch() -> None:
    cost = (1_000 * 1.25 + 100 * 5.0) / 2e6
    await Books(Caps(job_usd=cost * 1.01)).accounts.open(Books().attempt, JOB)
    books = Books(Caps(job_usd=cost * 0.99))
    with pytest.raises(BudgetSpent):
        await books.accounts.open(books.attempt, JOB)
    assert (await books.ledger.sum_account("j1")).calls == 0


async def test_what_was_found_is_counted_beyond_any_cap() -> None:
    books = Books(Caps(job_usd=0.0))
    await books.accounts.open_found(books.attempt)
    assert (await books.ledger.sum_account("j1")).calls == 1


async def test_without_a_price_the_cost_is_unknown() -> None:
    books = Books(price=None)
    await books.accounts.open(books.attempt, JOB)
    await books.accounts.close_answered(books.attempt, Reply(text="{}", finish="stop", tokens=Tokens(input=5)))
    assert books.closed.cost_usd is None


def test_money_cannot_be_capped_without_a_price() -> None:
    with pytest.raises(BadSetting):
        Books(Caps(job_usd=1.0), price=None)
