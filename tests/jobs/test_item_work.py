"""Tests of the work on one item of a job."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

import pytest
from sqlalchemy import update

from app.domain.article import Article
from app.domain.decision import Decision
from app.domain.errand import Errand, Payer
from app.domain.job import Item, Job, JobState, Recipe
from app.domain.verdict import Usage
from app.errors import (
    BadFile,
    BudgetSpent,
    ModelUnavailable,
    PromptTooLong,
    QuotaExhausted,
    StoreUnavailable,
    Unavailable,
)
from app.jobs.working.item_work import ItemWork
from app.jobs.working.pace import Pace
from app.store.database import Database, Work
from app.store.items import keep_items, load_item
from app.store.jobs import load_job, set_state
from app.store.keys import keep_key
from app.store.tables.articles import article_text
from app.store.workers import count_takeover, note_at_work
from tests.jobs.fake_desk import NOON, USAGE, FakeDesk, build_recipe, count, fail, fail_first, keep_job_of
from tests.jobs.keys_of_payers import build_key

pytestmark = pytest.mark.anyio

T = TypeVar("T")

LATER = NOON + timedelta(hours=1)
AWAY = ModelUnavailable("The server does not answer.")


class Naps:
    """Sleeps no time at all, and knows how long it would have."""

    def __init__(self, deed: Callable[[], None] = lambda: None) -> None:
        self.slept: list[float] = []
        self.deed = deed

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.deed()
        await asyncio.sleep(0)


def make_work(
    store: Database, desk: FakeDesk, naps: Naps | None = None, *, at_once: int = 4, pace: Pace | None = None
) -> ItemWork:
    return ItemWork(
        store,
        desk,
        executor_id="w",
        at_once=at_once,
        pace=pace or Pace(),
        now=lambda: LATER,
        sleep=(naps or Naps()).sleep,
    )


async def work_on(work: ItemWork, *numbers: int) -> None:
    await asyncio.gather(*(work.work_on(f"item:j:{number}:0", "j", number) for number in numbers))


def load(store: Database, number: int = 0) -> Item:
    return store.read_now(lambda c: load_item(c, "j", number))


def bring_to(store: Database, state: JobState) -> None:
    store.write_now(lambda c: set_state(c, "j", state, "", NOON, only_from={"running", "paused"}))


async def test_a_decided_item_keeps_its_decision_and_what_it_used(store: Database) -> None:
    keep_job_of(store, 1)
    await work_on(make_work(store, FakeDesk()), 0)
    item = load(store)
    assert (item.state, item.after, item.tries, item.usage) == ("decided", "decision-of-a0", 1, USAGE)


async def test_the_desk_is_told_on_whose_behalf_it_works(store: Database) -> None:
    keep_job_of(store, 1)
    desk = FakeDesk()
    await work_on(make_work(store, desk), 0)
    (errand,) = desk.errands
    assert (errand.urgency, errand.job, errand.most_usd) == ("job", "j", 2.5)


async def test_a_job_is_paid_by_its_key_with_the_budget_that_it_has_now(store: Database) -> None:
    store.write_now(lambda c: keep_key(c, build_key(budget_day_usd=0.5)))
    keep_job_of(store, 1, recipe=build_recipe().model_copy(update={"payer": "key:k"}))
    desk = FakeDesk()
    await work_on(make_work(store, desk), 0)
    (errand,) = desk.errands
    assert (errand.job, errand.payer) == ("j", Payer(kind="key", id="k", name="News", most_day_usd=0.5))


async def test_a_job_whose_key_is_over_rests_and_says_so(store: Database) -> None:
    store.write_now(lambda c: keep_key(c, build_key(revoked_at=NOON)))
    keep_job_of(store, 1, recipe=build_recipe().model_copy(update={"payer": "key:k"}))
    desk = FakeDesk()
    await work_on(make_work(store, desk), 0)
    job = store.read_now(lambda c: load_job(c, "j"))
    assert (job.state, desk.errands, load(store).state) == ("paused", [], "waiting")
    assert job.reason == (
        "The key 'News', which pays for it, was revoked. Whoever resumes the job pays for the rest of it."
    )


async def test_a_decision_that_stood_before_leaves_the_item_unchanged(store: Database) -> None:
    keep_job_of(store, 0)
    digest = keep_another_article(store)
    item = Item(job="j", number=0, article="a0", digest=digest, before="decision-of-a0")
    store.write_now(lambda c: keep_items(c, [item]))
    desk = FakeDesk()
    desk.cached.add("a0")
    await work_on(make_work(store, desk), 0)
    assert (load(store).state, load(store).usage) == ("unchanged", Usage())


def keep_another_article(store: Database) -> str:
    keep_job_of(store, 1, job_id="other")
    return store.read_now(lambda c: load_item(c, "other", 0)).digest


async def test_a_decision_kept_by_this_job_before_a_crash_is_decided_all_the_same(store: Database) -> None:
    keep_job_of(store, 1)
    desk = FakeDesk()
    desk.cached.add("a0")
    await work_on(make_work(store, desk), 0)
    assert load(store).state == "decided"


@pytest.mark.parametrize("write", [True, False])
async def test_tags_are_written_back_where_the_recipe_says_so(store: Database, write: bool) -> None:
    keep_job_of(store, 1, recipe=build_recipe(write=write))
    desk = FakeDesk()
    await work_on(make_work(store, desk), 0)
    assert desk.written == (["a0"] if write else [])


@pytest.mark.parametrize("state", ["paused", "cancelled", "done"])
async def test_an_item_of_a_job_that_does_not_run_is_left_alone(store: Database, state: JobState) -> None:
    keep_job_of(store, 1)
    bring_to(store, state)
    desk = FakeDesk()
    await work_on(make_work(store, desk), 0)
    assert desk.asked == []
    assert load(store).state == "waiting"


async def test_a_settled_item_is_not_worked_on_again(store: Database) -> None:
    keep_job_of(store, 1)
    desk = FakeDesk()
    work = make_work(store, desk)
    await work_on(work, 0)
    await work_on(work, 0)
    assert desk.asked == ["a0"]


async def test_no_item_settles_after_its_job_was_cancelled_in_between(store: Database) -> None:
    keep_job_of(store, 1)
    await work_on(make_work(store, FakeDesk(deeds={"a0": lambda: bring_to(store, "cancelled")})), 0)
    assert load(store).state == "waiting"


async def test_what_is_away_is_tried_again_ever_later(store: Database) -> None:
    keep_job_of(store, 1, recipe=build_recipe(max_tries=4))
    naps = Naps()
    await work_on(make_work(store, FakeDesk(deeds={"a0": fail_first(3, AWAY)}), naps), 0)
    assert (load(store).state, load(store).tries) == ("decided", 4)
    assert naps.slept == [1.0, 2.0, 4.0]


async def test_after_too_many_tries_an_item_is_parked_with_the_reason(store: Database) -> None:
    keep_job_of(store, 1, recipe=build_recipe(max_tries=2))
    desk = FakeDesk(deeds={"a0": fail(AWAY)})
    await work_on(make_work(store, desk), 0)
    item = load(store)
    assert (item.state, item.tries, item.reason) == ("parked", 2, str(AWAY))
    assert len(desk.asked) == 2


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(BadFile("a.md", "it has changed since the plan", "Plan again."), id="drifted"),
        pytest.param(PromptTooLong("Too long."), id="too-long"),
    ],
)
async def test_what_trying_again_cannot_mend_is_parked_at_once(store: Database, error: Exception) -> None:
    keep_job_of(store, 1)
    naps = Naps()
    await work_on(make_work(store, FakeDesk(deeds={"a0": fail(error)}), naps), 0)
    assert (load(store).state, load(store).tries, load(store).reason) == ("parked", 1, str(error))
    assert naps.slept == []


async def test_an_item_that_was_paid_for_but_not_written_back_says_what_it_used(store: Database) -> None:
    keep_job_of(store, 1, recipe=build_recipe(write=True))
    desk = FakeDesk(refusal=BadFile("a.md", "it has changed since the plan", "Plan again."))
    await work_on(make_work(store, desk), 0)
    item = load(store)
    assert (item.state, item.after, item.usage) == ("parked", "decision-of-a0", USAGE)


class Forgiven(FakeDesk):
    """The first write fails, and what was decided by then is given again for nothing."""

    async def decide(self, recipe: Recipe, key: str, article: Article, errand: Errand) -> Decision:
        decision = await super().decide(recipe, key, article, errand)
        return decision if len(self.asked) == 1 else decision.model_copy(update={"cached": True, "usage": Usage()})

    async def write_back(self, job: Job, item: Item, decision: Decision) -> None:
        if len(self.asked) == 1:
            raise Unavailable("The file is being written by another.")
        await super().write_back(job, item, decision)


async def test_what_was_paid_before_a_write_failed_stays_on_the_items_account(store: Database) -> None:
    keep_job_of(store, 1, recipe=build_recipe(write=True))
    await work_on(make_work(store, Forgiven()), 0)
    assert (load(store).state, load(store).usage) == ("decided", USAGE)


async def test_a_text_that_is_damaged_in_the_store_parks_its_item_and_no_other(store: Database) -> None:
    keep_job_of(store, 2)
    digest = load(store).digest
    store.write_now(
        lambda c: c.execute(update(article_text).where(article_text.c.digest == digest).values(sentences="[["))
    )
    await asyncio.wait_for(work_on(make_work(store, FakeDesk()), 0, 1), timeout=5)
    assert (load(store).state, load(store, 1).state) == ("parked", "decided")
    assert "damaged" in load(store).reason


async def test_an_article_that_is_not_kept_parks_its_item(store: Database) -> None:
    keep_job_of(store, 0)
    store.write_now(lambda c: keep_items(c, [Item(job="j", number=0, article="gone", digest="sha256:gone")]))
    await work_on(make_work(store, FakeDesk()), 0)
    assert load(store).state == "parked"
    assert "gone" in load(store).reason


async def test_an_unforeseen_failure_parks_the_item_and_is_logged(
    store: Database, caplog: pytest.LogCaptureFixture
) -> None:
    keep_job_of(store, 2)
    await work_on(make_work(store, FakeDesk(deeds={"a0": fail(ZeroDivisionError("oh"))})), 0, 1)
    assert load(store).state == "parked"
    assert "ZeroDivisionError" in load(store).reason
    assert load(store, 1).state == "decided"
    assert any(record.exc_info for record in caplog.records)


@pytest.mark.parametrize("error", [QuotaExhausted("The account is empty."), BudgetSpent("The cap is reached.")])
async def test_without_money_the_whole_job_is_paused(store: Database, error: Exception) -> None:
    keep_job_of(store, 1)
    await work_on(make_work(store, FakeDesk(deeds={"a0": fail(error)})), 0)
    job = store.read_now(lambda c: load_job(c, "j"))
    assert (job.state, job.reason) == ("paused", str(error))
    assert load(store).state == "waiting"


async def test_while_a_server_is_away_the_job_is_paused_instead_of_parking_its_items(store: Database) -> None:
    keep_job_of(store, 40)
    desk = FakeDesk(deeds={f"a{number}": fail(AWAY) for number in range(40)})
    await work_on(make_work(store, desk, at_once=4), *range(40))
    job = store.read_now(lambda c: load_job(c, "j"))
    assert job.state == "paused"
    assert job.reason.startswith(str(AWAY))
    # Here nobody waits between two tries: those in flight may have had their three before the pause is kept.
    assert count(store).parked <= 4
    assert len(desk.asked) < 20


async def test_failures_among_successes_are_no_outage(store: Database) -> None:
    keep_job_of(store, 60, recipe=build_recipe(max_tries=1))
    desk = FakeDesk(deeds={f"a{number}": fail(AWAY) for number in range(0, 60, 3)})
    await work_on(make_work(store, desk, at_once=2), *range(60))
    assert store.read_now(lambda c: load_job(c, "j")).state == "running"
    assert (count(store).parked, count(store).decided) == (20, 40)


async def test_while_the_store_is_away_an_item_waits_and_no_try_is_counted(store: Database) -> None:
    keep_job_of(store, 1, recipe=build_recipe(max_tries=1))
    naps = Naps()
    desk = FakeDesk(deeds={"a0": fail_first(6, StoreUnavailable("The store is locked."))})
    await work_on(make_work(store, desk, naps), 0)
    assert (load(store).state, load(store).tries) == ("decided", 1)
    assert naps.slept == [1.0, 2.0, 4.0, 8.0, 16.0, 30.0]


async def test_a_store_that_does_not_take_the_result_is_asked_until_it_does(store: Database) -> None:
    keep_job_of(store, 1)
    away = Reluctant(store, times=3)
    await work_on(make_work(away, FakeDesk()), 0)
    assert load(store).state == "decided"
    assert away.times == 0


class Reluctant(Database):
    """A store that cannot be written a few times."""

    def __init__(self, store: Database, times: int) -> None:
        self.__dict__.update(store.__dict__)
        self.times = times

    async def write(self, work: Work[T]) -> T:
        if self.times:
            self.times -= 1
            raise StoreUnavailable("The store is locked.")
        return await super().write(work)


async def test_an_item_that_waits_for_another_try_leaves_when_its_job_is_paused(store: Database) -> None:
    keep_job_of(store, 1, recipe=build_recipe(max_tries=9))
    desk = FakeDesk(deeds={"a0": fail(AWAY)})
    await work_on(make_work(store, desk, Naps(lambda: bring_to(store, "paused"))), 0)
    assert desk.asked == ["a0"]
    assert load(store).state == "waiting"


async def test_once_it_is_closing_what_was_begun_is_settled_and_nothing_else_begun(store: Database) -> None:
    keep_job_of(store, 3)
    desk = FakeDesk(latency_s=0.01)
    work = make_work(store, desk, at_once=1)
    desk.deeds["a0"] = work.close
    await work_on(work, 0, 1, 2)
    assert desk.asked == ["a0"]
    assert (count(store).decided, count(store).waiting) == (1, 2)


async def test_what_failed_is_not_tried_again_once_it_is_closing(store: Database) -> None:
    keep_job_of(store, 1, recipe=build_recipe(max_tries=9))
    desk = FakeDesk(deeds={"a0": fail(AWAY)})
    naps = Naps()
    work = make_work(store, desk, naps)
    naps.deed = work.close
    await work_on(work, 0)
    assert desk.asked == ["a0"]
    assert load(store).state == "waiting"


async def test_no_more_items_are_worked_on_than_there_are_places(store: Database) -> None:
    keep_job_of(store, 20)
    desk = FakeDesk(latency_s=0.01)
    await work_on(make_work(store, desk, at_once=3), *range(20))
    assert desk.most_at_once == 3
    assert count(store).decided == 20


def let_die(store: Database, number: int, times: int) -> None:
    """As many workers died with an item."""
    name = f"item:j:{number}:0"
    for time in range(times):
        store.write_now(lambda c: note_at_work(c, name, "dead"))
        assert store.write_now(lambda c: count_takeover(c, name, "dead")) == time + 1


async def test_an_item_that_workers_died_with_runs_alone(store: Database) -> None:
    keep_job_of(store, 8)
    let_die(store, 3, times=2)
    desk = FakeDesk(latency_s=0.01)
    seen: list[int] = []
    desk.deeds["a3"] = lambda: seen.append(desk.at_once)
    await work_on(make_work(store, desk, at_once=4), *range(8))
    assert seen == [0]
    assert count(store).decided == 8


async def test_few_suspects_run_at_the_same_time_but_beside_others(store: Database) -> None:
    keep_job_of(store, 30)
    for number in range(15):
        let_die(store, number, times=1)
    desk = FakeDesk(latency_s=0.05)
    suspects: list[str] = []
    seen: list[int] = []

    class Watching(FakeDesk):
        async def decide(self, recipe: Recipe, key: str, article: Article, errand: Errand) -> Decision:
            if int(key[1:]) >= 15:
                return await desk.decide(recipe, key, article, errand)
            suspects.append(key)
            seen.append(len(suspects))
            try:
                return await desk.decide(recipe, key, article, errand)
            finally:
                suspects.remove(key)

    await work_on(make_work(store, Watching(), at_once=12), *range(30))
    assert max(seen) == 3
    assert 3 < desk.most_at_once <= 12
    assert count(store).decided == 30


@pytest.mark.parametrize(
    ("deaths", "counted"),
    [
        pytest.param(0, 1, id="in-the-hands-of-a-dead-worker-for-the-first-time"),
        pytest.param(1, 2, id="suspect"),
        pytest.param(2, 3, id="alone"),
        pytest.param(3, 4, id="alone-again"),
    ],
)
async def test_a_worker_that_dies_at_work_on_an_item_is_counted(store: Database, deaths: int, counted: int) -> None:
    keep_job_of(store, 1)
    let_die(store, 0, times=deaths)
    seen: list[int] = []

    def die() -> None:
        seen.append(store.write_now(lambda c: count_takeover(c, "item:j:0:0", "w")))

    await work_on(make_work(store, FakeDesk(deeds={"a0": die})), 0)
    assert seen == [counted]


async def test_an_item_that_a_worker_died_with_while_it_was_alone_waits_before_its_next_turn(store: Database) -> None:
    keep_job_of(store, 2)
    let_die(store, 0, times=2)
    let_die(store, 1, times=3)
    naps = Naps()
    desk = FakeDesk()
    await work_on(make_work(store, desk, naps), 1, 0)
    assert naps.slept == [Pace().alone_wait_s]
    assert count(store).decided == 2


BUG = ZeroDivisionError("oh")


@pytest.mark.parametrize("at_once", [1, 8])
async def test_an_unforeseen_failure_of_one_article_after_another_pauses_the_job(store: Database, at_once: int) -> None:
    keep_job_of(store, 40)
    desk = FakeDesk(deeds={f"a{number}": fail(BUG) for number in range(40)})
    await work_on(make_work(store, desk, at_once=at_once), *range(40))
    job = store.read_now(lambda c: load_job(c, "j"))
    assert job.state == "paused"
    assert "ZeroDivisionError. The log says more." in job.reason
    assert "one article after another" in job.reason
    assert len(set(desk.asked)) <= max(5, at_once)
    assert count(store).parked < 5


async def test_an_article_that_fails_in_an_unforeseen_way_each_time_stops_no_job(store: Database) -> None:
    keep_job_of(store, 5, recipe=build_recipe(max_tries=9))
    desk = FakeDesk(deeds={f"a{number}": fail(BUG) for number in range(4)})
    await work_on(make_work(store, desk, at_once=1), *range(5))
    assert store.read_now(lambda c: load_job(c, "j")).state == "running"
    assert (count(store).parked, count(store).decided) == (4, 1)


async def test_unforeseen_failures_among_successes_pause_no_job(store: Database) -> None:
    keep_job_of(store, 40, recipe=build_recipe(max_tries=1))
    desk = FakeDesk(deeds={f"a{number}": fail(BUG) for number in range(0, 40, 2)})
    await work_on(make_work(store, desk, at_once=2), *range(40))
    assert store.read_now(lambda c: load_job(c, "j")).state == "running"
    assert (count(store).parked, count(store).decided) == (20, 20)
