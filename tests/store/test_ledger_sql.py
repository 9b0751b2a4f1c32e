"""The ledger in the store: shared by every process, never beyond a cap, and whole whatever is stopped when."""

import asyncio
import logging
import math
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from app.domain.attempt import Allow, Attempt, PayerKind, Spent, Status, Sums, Tokens, name_account, tell_day
from app.domain.errand import Errand, Payer
from app.errors import BudgetSpent, ModelUnavailable
from app.llm.spending.budgets import Caps
from app.llm.spending.ledger import Ledger, MemoryLedger
from app.llm.tab import Tab
from app.store.database import Database
from app.store.ledger import SQLLedger
from app.store.opening import open_database
from app.store.tables.spending import attempt as attempts
from tests.attempts import NOON, allow, build_attempt
from tests.llm.askers import EDITOR, JOB, Rig, answer
from tests.llm.sleepless import LoopClock

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[2]
PATIENCE_S = 10.0
KILLED = """
import asyncio, os, signal, sys
from app.domain.attempt import Attempt
from app.store.ledger import SQLLedger
from app.store.opening import open_database
url, document = sys.argv[1:]
attempt = Attempt.model_validate_json(document)
ledger = SQLLedger(open_database(url), lambda: attempt.at)
asyncio.run(ledger.open(attempt, lambda sums: None))
os.kill(os.getpid(), signal.SIGKILL)
"""


def now() -> datetime:
    """Always noon."""
    return NOON


def cap(tokens: int) -> Allow:
    """Attempts of 100 tokens, up to so many a day."""

    def check(sums: Sums) -> None:
        if sums.day.tokens + 100 > tokens:
            raise BudgetSpent(f"{sums.day.tokens} of {tokens}")

    return check


@pytest.fixture
def ledger(database: Database) -> SQLLedger:
    return SQLLedger(database, now)


@pytest.fixture
def elsewhere(database: Database, database_url: str) -> Iterator[SQLLedger]:
    """The same ledger, as another process has it."""
    assert database
    other = open_database(database_url)
    yield SQLLedger(other, now)
    other.close()


PAYERS: tuple[PayerKind, ...] = ("key", "source")


class Time:
    """A time of day that a test sets."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


class Gate:
    """Holds an attempt in the middle of being opened, and with it those that come after."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.opened = threading.Event()

    def __call__(self, sums: Sums) -> None:
        self.entered.set()
        assert self.opened.wait(PATIENCE_S)

    async def wait(self) -> None:
        """Come back when an attempt is held."""
        assert await asyncio.to_thread(self.entered.wait, PATIENCE_S)


def _find_statuses(database: Database) -> dict[str, str]:
    return database.read_now(lambda c: {row.id: row.status for row in c.execute(select(attempts))})


def _make_history(seed: int) -> Iterator[tuple[str, Attempt]]:
    """Attempts of several jobs and days that are opened and closed, once and again, in any order."""
    chance = random.Random(seed)
    opened: list[Attempt] = []
    for number in range(60):
        attempt = build_attempt(
            str(number), tokens=chance.randrange(1_000), cost_usd=chance.choice([None, 0.25, 0.5, 2.0]),
            job=chance.choice([None, "j", "k"]), at=NOON + timedelta(days=chance.randrange(3)),
        )  # fmt: skip
        attempt = attempt.model_copy(update=chance.choice([{}, {"key": "x"}, {"source": "x"}]))
        opened.append(attempt)
        yield "open", attempt
        if chance.random() < 0.2:
            yield "open", chance.choice(opened)
        if chance.random() < 0.8:
            status: Status = chance.choice(["answered", "failed", "unknown"])
            took = {"tokens": Tokens(output=chance.randrange(1_500)), "cost_usd": chance.choice([None, 0.0, 1.0])}
            yield "close", chance.choice(opened).model_copy(update={"status": status, **took})


@pytest.mark.parametrize("seed", range(3))
async def test_it_says_what_the_ledger_in_memory_says(database: Database, seed: int) -> None:
    time = Time()
    memory, ledger = MemoryLedger(time), SQLLedger(database, time)
    seen: tuple[list[Sums], ...] = ([], [])
    for verb, attempt in _make_history(seed):
        both: tuple[Ledger, Ledger] = memory, ledger
        for kept, sums in zip(both, seen, strict=True):
            await (kept.open(attempt, sums.append) if verb == "open" else kept.close(attempt))
    assert seen[0] == seen[1]
    for day in range(4):
        time.now = NOON + timedelta(days=day)
        assert await ledger.sum_day() == await memory.sum_day()
    payers = [name_account(kind, "x", tell_day(NOON + timedelta(days=day))) for kind in PAYERS for day in range(4)]
    for account in ("j", "k", "unheard of", "", *payers):
        assert await ledger.sum_account(account) == await memory.sum_account(account)


async def test_an_attempt_stands_as_it_is_known(ledger: SQLLedger, database: Database) -> None:
    closed = build_attempt(status="failed", job="j").model_copy(update={"failure": "timeout", "latency_ms": 12.5})
    await ledger.open(build_attempt(job="j"), allow)
    await ledger.close(closed)
    row = database.read_now(lambda c: c.execute(select(attempts)).one())
    assert (row.id, row.at, row.job, row.status) == ("a", NOON, "j", "failed")
    assert Attempt.model_validate_json(row.document) == closed


async def test_sums_stay_what_the_attempts_come_to(ledger: SQLLedger) -> None:
    chance = random.Random(1)
    costs = [chance.uniform(0, 0.01) for _ in range(100)]
    for number, cost_usd in enumerate(costs):
        await ledger.open(build_attempt(str(number), cost_usd=chance.uniform(0, 1)), allow)
        await ledger.close(build_attempt(str(number), "answered", cost_usd=cost_usd))
    assert math.isclose((await ledger.sum_day()).cost_usd, math.fsum(costs), abs_tol=1e-9)


async def test_what_other_processes_spend_counts(ledger: SQLLedger, elsewhere: SQLLedger) -> None:
    await ledger.open(build_attempt("a", job="j", tokens=10), allow)
    await elsewhere.open(build_attempt("b", job="j", tokens=20), allow)
    await elsewhere.close(build_attempt("a", "answered", job="j", tokens=11))
    assert (await ledger.sum_day()).tokens == (await elsewhere.sum_account("j")).tokens == 31


async def test_two_processes_cannot_pass_a_cap_together(ledger: SQLLedger, elsewhere: SQLLedger) -> None:
    opening = [
        kept.open(build_attempt(f"{name}{number}", job=f"{name}{number % 3}"), cap(1_050))
        for number in range(15)
        for name, kept in (("a", ledger), ("b", elsewhere))
    ]
    outcomes = await asyncio.gather(*opening, return_exceptions=True)
    assert sum(outcome is None for outcome in outcomes) == 10
    assert all(isinstance(outcome, BudgetSpent) for outcome in outcomes if outcome is not None)
    assert (await ledger.sum_day()).tokens == 1_000


async def test_what_closes_at_the_same_time_is_counted_each(ledger: SQLLedger, elsewhere: SQLLedger) -> None:
    names = [str(number) for number in range(20)]
    for name in names:
        await ledger.open(build_attempt(name), allow)
    closing = [
        kept.close(build_attempt(name, "answered", tokens=30, cost_usd=0.25))
        for name in names
        for kept in (ledger, elsewhere)
    ]
    await asyncio.gather(*closing)
    assert await ledger.sum_day() == Spent(calls=20, tokens=600, cost_usd=5.0)


async def test_a_refused_attempt_is_not_there(ledger: SQLLedger, database: Database) -> None:
    with pytest.raises(BudgetSpent):
        await ledger.open(build_attempt(), cap(50))
    assert _find_statuses(database) == {}
    assert await ledger.sum_day() == Spent()


def test_a_killed_process_leaves_its_attempt_open_at_its_estimate(database: Database, database_url: str) -> None:
    attempt = build_attempt(job="j")
    command = [sys.executable, "-c", KILLED, database_url, attempt.model_dump_json()]
    killed = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, timeout=30)  # noqa: S603 - ours
    assert killed.returncode == -9, killed.stderr.decode()
    assert _find_statuses(database) == {"a": "sent"}
    assert asyncio.run(SQLLedger(database, now).sum_account("j")) == Spent(calls=1, tokens=100, cost_usd=0.5)


async def test_a_store_that_cannot_be_used_has_nothing_sent(ledger: SQLLedger, database: Database) -> None:
    database.close()
    with pytest.raises(ModelUnavailable, match="nothing is sent to the model, because it cannot be written down: "):
        await ledger.open(build_attempt(), allow)
    for look in (ledger.sum_day, partial(ledger.sum_account, "j")):
        with pytest.raises(ModelUnavailable, match="nothing is sent to the model, because what is spent cannot be"):
            await look()


async def test_what_cannot_be_closed_stays_open_and_says_so(
    ledger: SQLLedger, elsewhere: SQLLedger, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    await ledger.open(build_attempt(), allow)
    database.close()
    with caplog.at_level(logging.WARNING):
        await ledger.close(build_attempt(status="answered", tokens=30))
    assert "attempt a stays open in the ledger, at its estimate: " in caplog.text
    assert (await elsewhere.sum_day()).tokens == 100


@pytest.mark.parametrize("times", [1, 3])
async def test_who_is_called_off_while_opening_has_nothing_written_down(
    ledger: SQLLedger, database: Database, times: int
) -> None:
    gate = Gate()
    opening = asyncio.create_task(ledger.open(build_attempt(), gate))
    await gate.wait()
    for _ in range(times):
        opening.cancel()
        await asyncio.sleep(0)
    gate.opened.set()
    with pytest.raises(asyncio.CancelledError):
        await opening
    assert _find_statuses(database) == {}
    assert (await ledger.sum_day()).tokens == 0


@pytest.mark.parametrize("times", [1, 3])
async def test_who_is_called_off_while_closing_has_it_closed(ledger: SQLLedger, database: Database, times: int) -> None:
    await ledger.open(build_attempt("a"), allow)
    gate = Gate()
    held = asyncio.create_task(ledger.open(build_attempt("b"), gate))
    await gate.wait()
    closing = asyncio.create_task(ledger.close(build_attempt("a", "answered", tokens=30)))
    for _ in range(times):
        await asyncio.sleep(0)
        closing.cancel()
    gate.opened.set()
    with pytest.raises(asyncio.CancelledError):
        await closing
    await held
    assert _find_statuses(database) == {"a": "answered", "b": "sent"}
    assert (await ledger.sum_day()).tokens == 130


def test_a_loop_that_comes_to_its_end_lets_an_attempt_be_closed(database: Database) -> None:
    ledger, gate = SQLLedger(database, now), Gate()
    left: set[asyncio.Task[None]] = set()

    async def leave_in_the_middle() -> None:
        await ledger.open(build_attempt("a"), allow)
        left.add(asyncio.create_task(ledger.open(build_attempt("b"), gate)))
        await gate.wait()
        left.add(asyncio.create_task(ledger.close(build_attempt("a", "answered", tokens=30))))
        await asyncio.sleep(0)
        threading.Timer(0.1, gate.opened.set).start()

    asyncio.run(leave_in_the_middle())
    assert _find_statuses(database)["a"] == "answered"


async def test_those_who_ask_share_a_cap_and_wait_for_what_is_not_used(database: Database) -> None:
    ledger = SQLLedger(database, LoopClock().now)
    rig = Rig([answer()], latency_s=0.02, ledger=ledger, caps=Caps(day_tokens=12_000))
    await asyncio.gather(*(rig.ask(JOB) for _ in range(10)))
    assert (len(rig.wire.sent), (await ledger.sum_day()).tokens) == (10, 10_200)


async def test_two_processes_that_ask_stay_within_one_cap(database: Database, elsewhere: SQLLedger) -> None:
    caps = Caps(day_tokens=5_000)
    ledgers = SQLLedger(database, LoopClock().now), elsewhere
    rigs = [
        Rig([answer()], latency_s=0.01, ledger=ledger, caps=caps, prefix=prefix)
        for ledger, prefix in zip(ledgers, "ab", strict=True)
    ]
    outcomes = await asyncio.gather(*(rig.ask(JOB) for rig in rigs for _ in range(8)), return_exceptions=True)
    assert {type(outcome) for outcome in outcomes if isinstance(outcome, BaseException)} == {BudgetSpent}
    assert (await ledgers[0].sum_day()).tokens <= 5_000
    assert 1 <= sum(len(rig.wire.sent) for rig in rigs) <= 4


async def test_a_question_that_is_called_off_is_in_the_store_as_unknown(database: Database) -> None:
    rig, tab = Rig([answer()], latency_s=30.0, ledger=SQLLedger(database, LoopClock().now)), Tab()
    asked = asyncio.create_task(rig.ask(EDITOR, tab))
    while not rig.wire.in_flight:  # noqa: ASYNC110 - the wire tells nobody
        await asyncio.sleep(0.005)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert _find_statuses(database) == {"a00000001": "unknown"}
    assert tab.usage.calls == 1


async def test_what_a_key_spends_in_a_day_is_one_sum_for_all_processes(
    database: Database, elsewhere: SQLLedger
) -> None:
    errand = Errand(payer=Payer(kind="key", id="k", name="News", most_day_usd=0.005))
    ledgers = SQLLedger(database, LoopClock().now), elsewhere
    rigs = [Rig([answer()], ledger=ledger, prefix=prefix) for ledger, prefix in zip(ledgers, "ab", strict=True)]
    outcomes = await asyncio.gather(*(rig.ask(errand) for rig in rigs for _ in range(8)), return_exceptions=True)
    assert {type(outcome) for outcome in outcomes if isinstance(outcome, BaseException)} == {BudgetSpent}
    account = name_account("key", "k", tell_day(LoopClock().now()))
    spent = await ledgers[0].sum_account(account)
    assert (spent == await ledgers[0].sum_day(), 0 < spent.cost_usd <= 0.005) == (True, True)
