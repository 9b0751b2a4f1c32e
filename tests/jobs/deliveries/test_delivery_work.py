"""Tests of the worker of deliveries: bounded, woken, trying again, never losing or doubling one."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from app.domain.article import Article
from app.domain.delivery import Delivery, DeliveryState
from app.domain.source import Source
from app.errors import BadInput, BudgetSpent, CmsUnavailable, ModelUnavailable, StoreUnavailable
from app.jobs.deliveries.delivery_work import DeliveryWork
from app.jobs.deliveries.means import Means
from app.jobs.deliveries.pace import DeliveryPace
from app.jobs.deliveries.putting_off import put_off
from app.jobs.deliveries.seeing_through import TURN, Seen, see_through
from app.store.claiming import claim_deliveries
from app.store.deliveries import list_deliveries
from app.store.workers import keep_beat
from tests.jobs.deliveries.made_deliveries import Desk, Post, fail_once, make_delivery, make_event
from tests.store.kept_values import NOON

pytestmark = pytest.mark.anyio

QUICK = DeliveryPace(poll_s=0.02, first_wait_s=0.02, most_wait_s=0.02, drain_s=0.2)


def make_work(desk: Desk, *, at_once: int = 4, pace: DeliveryPace = QUICK, **given: object) -> DeliveryWork:
    events = {"woken": asyncio.Event(), "tell_woken": asyncio.Event()}
    about = {"executor_id": "w", "place": "", "at_once": at_once, "pace": pace}
    return DeliveryWork(desk.means, **{**about, **events, **given})  # type: ignore[arg-type]


@asynccontextmanager
async def working(work: DeliveryWork) -> AsyncIterator[None]:
    await work.start()
    try:
        yield
    finally:
        await work.close()


def spend_in_part() -> BudgetSpent:
    error = BudgetSpent("spent", payer="source:blog")
    error.was_paid = True
    return error


async def wait_until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110 - nothing else says so
            await asyncio.sleep(0.01)


async def test_what_waits_is_worked_on(desk: Desk) -> None:
    desk.add()
    for number in range(6):
        desk.keep(make_delivery(make_event(id=str(number)), id=f"d{number}"))
    async with working(make_work(desk)):
        await wait_until(lambda: all(desk.load(f"d{number}").state == "done" for number in range(6)))
    assert len(desk.decider.made) == 6


async def test_a_delivery_that_is_announced_is_taken_at_once(desk: Desk) -> None:
    desk.add()
    woken = asyncio.Event()
    async with working(make_work(desk, pace=QUICK.model_copy(update={"poll_s": 60.0}), woken=woken)):
        await asyncio.sleep(0.05)
        desk.keep(make_delivery())
        woken.set()
        await wait_until(lambda: desk.load().state == "done")


async def test_no_more_than_so_many_are_worked_on_at_once(desk: Desk) -> None:
    at_once = most = 0

    async def see(means: Means, delivery: Delivery) -> Seen:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.02)
        at_once -= 1
        return await see_through(means, delivery)

    for number, source in enumerate(["blog", "shop"] * 4):
        desk.add(name=source)
        desk.keep(make_delivery(make_event(id=str(number)), id=f"d{number}", source=source))
    async with working(make_work(desk, at_once=3, see=see)):
        await wait_until(lambda: all(desk.load(f"d{number}").state == "done" for number in range(8)))
    assert most == 3


async def test_what_the_cms_refuses_is_parked_and_warned_of(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.add()
    desk.decider.before = fail_once(BadInput("The CMS says no."))
    desk.keep(make_delivery())
    async with working(make_work(desk)):
        await wait_until(lambda: "A delivery is parked" in caplog.messages)
    assert desk.load().state == "parked"


async def test_a_worker_that_stops_begins_no_further_article_of_a_call(desk: Desk) -> None:
    desk.add()
    events = [make_event(id=str(number)) for number in range(40)]
    desk.keep(make_delivery(*events))
    work = make_work(desk, pace=QUICK.model_copy(update={"drain_s": 30.0}))
    async with working(work):
        await wait_until(lambda: len(desk.decider.made) >= 2)
    left = desk.load()
    assert left.state == "waiting"
    assert len(left.outcomes) == len(desk.decider.made) < 40


async def test_a_source_whose_cms_hangs_leaves_room_for_others(desk: Desk) -> None:
    hanging = list[str]()

    async def see(means: Means, delivery: Delivery) -> Seen:
        if delivery.source == "slow":
            hanging.append(delivery.id)
            await asyncio.sleep(60)
        return await see_through(means, delivery)

    desk.add(name="slow")
    desk.add()
    for number in range(9):
        desk.keep(make_delivery(make_event(id=str(number)), id=f"s{number}", source="slow"))
    async with working(make_work(desk, at_once=4, see=see)):
        await wait_until(lambda: len(hanging) == 3)
        desk.keep(make_delivery(id="z"))
        await wait_until(lambda: desk.load("z").state == "done")
    assert len(hanging) == 3


async def test_what_waits_of_one_source_alone_follows_as_soon_as_there_is_room(desk: Desk) -> None:
    desk.add()
    for number in range(6):
        desk.keep(make_delivery(make_event(id=str(number)), id=f"d{number}"))
    async with working(make_work(desk, at_once=2, pace=QUICK.model_copy(update={"poll_s": 60.0}))):
        await wait_until(lambda: all(desk.load(f"d{number}").state == "done" for number in range(6)))


async def test_what_is_in_the_way_is_tried_again_until_it_is_gone(desk: Desk) -> None:
    desk.add()
    calls = iter([ModelUnavailable("away"), ModelUnavailable("away"), None])

    def deed() -> None:
        if error := next(calls):
            raise error

    desk.decider.before = deed
    desk.keep(make_delivery())
    times = iter(range(1000))
    means = desk.means
    work = DeliveryWork(
        type(means)(**{**vars(means), "now": lambda: NOON.replace(second=min(next(times), 59))}),
        executor_id="w", place="", at_once=1, pace=QUICK, woken=asyncio.Event(), tell_woken=asyncio.Event(),
    )  # fmt: skip
    async with working(work):
        await wait_until(lambda: desk.load().state == "done")
    assert (desk.load().tries, desk.load().outcomes[0].fate) == (2, "classified")


async def test_where_a_source_cannot_pay_its_deliveries_wait_together_and_those_of_others_are_worked_on(
    desk: Desk,
) -> None:
    desk.add(name="poor")
    desk.add()
    asked, decide = list[str](), desk.decider.decide

    async def decide_for(article: Article, source: Source) -> object:
        if source.name == "poor":
            asked.append(article.key)
            raise BudgetSpent("It is spent.", payer="source:poor")
        return await decide(article, source)

    desk.decider.decide = decide_for  # type: ignore[method-assign, assignment]
    for number in range(9):
        desk.cms.posts[str(number)] = Post()
        desk.keep(make_delivery(make_event(id=str(number)), id=f"p{number}", source="poor"))
    desk.keep(make_delivery(id="z"))
    async with working(make_work(desk, at_once=1)):
        await wait_until(lambda: desk.load("z").state == "done" and desk.load("p8").reason != "")
    waiting = [desk.load(f"p{number}") for number in range(9)]
    assert len(asked) == 1
    assert {(one.state, one.tries, one.reason) for one in waiting} == {("waiting", 0, "It is spent.")}
    assert {one.due_at for one in waiting} == {NOON + timedelta(seconds=QUICK.budget_wait_s)}


async def test_what_is_too_dear_by_itself_holds_up_nothing_else_of_its_source(desk: Desk) -> None:
    desk.add()
    desk.decider.before = fail_once(BudgetSpent("Too dear.", payer="source:blog", is_alone=True))
    for number in range(3):
        desk.cms.posts[str(number)] = Post()
        desk.keep(make_delivery(make_event(id=str(number)), id=f"d{number}"))
    async with working(make_work(desk, at_once=1)):
        await wait_until(lambda: all(desk.load(f"d{number}").state == "done" for number in (1, 2)))
    assert (desk.load("d0").state, desk.load("d0").reason) == ("waiting", "Too dear.")


async def test_a_spent_budget_is_said_once_and_counts_as_no_try(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.add()

    def deed() -> None:
        raise BudgetSpent("SCOPENOTE_BUDGET_DAY_USD is spent.")

    desk.decider.before = deed
    for number in range(3):
        desk.keep(make_delivery(make_event(id=str(number)), id=f"d{number}"))
    with caplog.at_level(logging.WARNING):
        async with working(make_work(desk)):
            await wait_until(lambda: all(desk.load(f"d{number}").reason for number in range(3)))
    assert caplog.text.count("SCOPENOTE_BUDGET_DAY_USD") == 1
    assert {desk.load(f"d{number}").tries for number in range(3)} == {0}
    assert {desk.load(f"d{number}").state for number in range(3)} == {"waiting"}


async def test_a_worker_that_died_leaves_its_deliveries_to_the_next(desk: Desk) -> None:
    desk.add()
    desk.keep(make_delivery())
    desk.database.write_now(lambda c: claim_deliveries(c, "dead", NOON, limit=1, alive=["dead"]))
    async with working(make_work(desk)):
        await wait_until(lambda: desk.load().state == "done")


async def test_a_living_workers_delivery_is_left_to_it(desk: Desk) -> None:
    desk.add()
    desk.keep(make_delivery())
    desk.database.write_now(lambda c: keep_beat(c, "other", "elsewhere"))
    desk.database.write_now(lambda c: claim_deliveries(c, "other", NOON, limit=1, alive=["other"]))
    async with working(make_work(desk)):
        await asyncio.sleep(0.15)
    assert (desk.load().state, desk.load().executor) == ("working", "other")


async def test_whoever_was_taken_for_dead_settles_nothing(desk: Desk) -> None:
    """Another has taken over, decided, and written, before the first one comes to its end."""
    desk.add(callback="https://there.example/hook")
    desk.keep(make_delivery())
    desk.database.write_now(lambda c: claim_deliveries(c, "slow", NOON, limit=1, alive=["slow"]))
    slow = desk.load()
    desk.database.write_now(lambda c: claim_deliveries(c, "w", NOON, limit=1, alive=["w"]))
    await desk.work_on()
    before = desk.load()
    assert (await see_through(desk.means, slow)).error is None
    assert desk.load() == before


async def test_closing_lets_what_was_begun_come_to_its_end(desk: Desk) -> None:
    desk.add()
    begun = asyncio.Event()
    decide = desk.decider.decide

    async def decide_slowly(*given: object) -> object:
        begun.set()
        await asyncio.sleep(0.1)
        return await decide(*given)  # type: ignore[arg-type]

    desk.decider.decide = decide_slowly  # type: ignore[method-assign, assignment]
    desk.keep(make_delivery())
    async with working(make_work(desk)):
        await begun.wait()
    assert desk.load().state == "done"


async def test_closing_gives_back_what_takes_too_long(desk: Desk) -> None:
    desk.add()
    begun = asyncio.Event()

    async def decide_never(*_: object) -> object:
        begun.set()
        return await asyncio.Event().wait()

    desk.decider.decide = decide_never  # type: ignore[method-assign, assignment]
    desk.keep(make_delivery())
    async with working(make_work(desk)):
        await begun.wait()
    assert (desk.load().state, desk.load().executor) == ("waiting", None)


async def test_what_was_claimed_as_the_store_was_lost_is_worked_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server may keep a claim, and be lost before it can say so."""
    desk.add()
    desk.keep(make_delivery())
    write, fail = desk.database.write, fail_once(StoreUnavailable("away"))

    async def write_untold(work: object) -> object:
        done: object = await write(work)  # type: ignore[arg-type]
        if isinstance(done, list) and done:
            fail()
        return done

    monkeypatch.setattr(desk.database, "write", write_untold)
    async with working(make_work(desk)):
        await wait_until(lambda: desk.load().state == "done")


async def test_closing_gives_back_what_it_was_just_being_given(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.add()
    desk.keep(make_delivery())
    write, claimed = desk.database.write, asyncio.Event()

    async def write_slowly(work: object) -> object:
        done: object = await write(work)  # type: ignore[arg-type]
        if isinstance(done, list) and done:
            claimed.set()
            await asyncio.sleep(5)
        return done

    monkeypatch.setattr(desk.database, "write", write_slowly)
    async with working(make_work(desk)):
        await claimed.wait()
    assert (desk.load().state, desk.load().executor) == ("waiting", None)


async def test_closing_keeps_the_outcomes_that_were_there_already(desk: Desk) -> None:
    desk.add()
    begun, decide = asyncio.Event(), desk.decider.decide

    async def decide_one(article: Article, source: Source) -> object:
        if article.key != "blog:1":
            begun.set()
            await asyncio.Event().wait()
        return await decide(article, source)

    desk.decider.decide = decide_one  # type: ignore[method-assign, assignment]
    desk.keep(make_delivery(make_event(id="1"), make_event(id="2")))
    async with working(make_work(desk)):
        await begun.wait()
    assert [outcome.article for outcome in desk.load().outcomes] == ["blog:1"]


async def test_an_outage_of_the_store_while_looking_is_outlived(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.add()
    desk.keep(make_delivery())
    write, fail = desk.database.write, fail_once(StoreUnavailable("away"))

    async def fail_first(work: object) -> object:
        fail()
        return await write(work)  # type: ignore[arg-type]

    monkeypatch.setattr(desk.database, "write", fail_first)
    async with working(make_work(desk)):
        await wait_until(lambda: desk.load().state == "done")


async def test_a_fault_of_our_own_is_tried_a_few_times_and_parked(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.add()

    def deed() -> None:
        raise ZeroDivisionError

    desk.decider.before = deed
    desk.keep(make_delivery())
    with caplog.at_level(logging.ERROR):
        async with working(make_work(desk, pace=QUICK.model_copy(update={"most_faults": 1}))):
            await wait_until(lambda: desk.load().state == "parked")
    assert "ZeroDivisionError" in desk.load().reason
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize(
    ("error", "tries", "state", "wait_s"),
    [
        pytest.param(CmsUnavailable("busy"), 0, "waiting", 5, id="first"),
        pytest.param(CmsUnavailable("busy"), 2, "waiting", 45, id="third"),
        pytest.param(CmsUnavailable("busy", wait_s=100), 0, "waiting", 100, id="as long as it asks for"),
        pytest.param(CmsUnavailable("busy", wait_s=1), 1, "waiting", 15, id="it asks for less"),
        pytest.param(ModelUnavailable("away"), 9, "waiting", 1800, id="longest"),
        pytest.param(ModelUnavailable("away"), 11, "parked", 0, id="last"),
        pytest.param(StoreUnavailable("away"), 11, "waiting", 5, id="the store counts as no try"),
        pytest.param(BudgetSpent("spent"), 11, "waiting", 600, id="nor does a budget"),
        pytest.param(spend_in_part(), 10, "waiting", 600, id="unless a part was paid for"),
        pytest.param(spend_in_part(), 11, "parked", 0, id="which is not paid for without end"),
        pytest.param(BadInput("refused"), 0, "parked", 0, id="no use"),
        pytest.param(KeyError("x"), 1, "waiting", 15, id="a fault"),
        pytest.param(KeyError("x"), 2, "parked", 0, id="the same fault again"),
    ],
)
def test_putting_off(error: Exception, tries: int, state: DeliveryState, wait_s: float) -> None:
    later = put_off(make_delivery(tries=tries), error, DeliveryPace(), NOON).delivery
    assert later.state == state
    assert (later.due_at - NOON).total_seconds() == wait_s
    assert later.reason


def test_a_part_that_was_paid_for_counts_as_a_try() -> None:
    later = put_off(make_delivery(tries=3), spend_in_part(), DeliveryPace(), NOON)
    assert (later.delivery.tries, later.is_spent) == (4, True)


async def test_two_workers_decide_and_write_once(desk: Desk) -> None:
    desk.add(mode="apply")
    for number in range(8):
        desk.keep(make_delivery(make_event(), id=f"d{number}"))
    desk.database.write_now(lambda c: keep_beat(c, "w", "here"))
    desk.database.write_now(lambda c: keep_beat(c, "v", "here too"))
    async with working(make_work(desk)), working(make_work(desk, executor_id="v")):
        await wait_until(lambda: {one.state for one in desk.database.read_now(list_deliveries)} == {"done"})
    assert (len(desk.decider.made), len(desk.cms.writes)) == (1, 1)


async def test_the_backlog_of_one_source_holds_up_no_other(desk: Desk) -> None:
    desk.add()
    desk.add(name="busy")
    seen = list[str]()

    async def see(means: Means, delivery: Delivery) -> Seen:
        seen.append(delivery.id)
        return await see_through(means, delivery)

    for number in range(20):
        desk.cms.posts[f"{number}"] = Post()
        desk.keep(
            make_delivery(make_event(id=f"{number}"), id=f"b{number:02}", source="busy", key=f"reconcile:{number}")
        )
    for number in range(3):
        desk.keep(make_delivery(make_event(id=f"{number}"), id=f"d{number}", at=NOON + timedelta(seconds=number)))
    later = desk.means.now() + timedelta(hours=1)
    desk.clock = later
    async with working(make_work(desk, at_once=1, see=see)):
        await wait_until(lambda: len(seen) >= 8)
    assert seen[:7] == ["d0", "b00", "d1", "b01", "d2", "b02", "b03"]


def begin_long_call(desk: Desk, *, articles: int) -> Delivery:
    """A call about so many articles that a worker has, where each takes more than half of a turn."""
    desk.add(callback="https://there.example/hook")
    desk.cms.posts.update((f"{number}", Post(body=f"Text {number}")) for number in range(articles))
    desk.keep(make_delivery(*(make_event(id=f"{number}") for number in range(articles))))

    def pass_time() -> None:
        desk.clock += 0.6 * TURN

    desk.decider.before = pass_time
    (taken,) = desk.database.write_now(lambda c: claim_deliveries(c, "w", desk.clock, limit=1, alive=["w"]))
    return taken


async def test_a_call_about_many_articles_gives_way_after_a_while(desk: Desk) -> None:
    taken = begin_long_call(desk, articles=3)
    seen = await see_through(desk.means, taken)
    assert (seen.error, seen.told, seen.delivery) == (None, 2, desk.load().model_copy(update={"executor": "w"}))
    left = desk.load()
    assert (left.state, left.executor, left.due_at, left.tries) == ("waiting", None, desk.clock, 0)
    assert [outcome.article for outcome in left.outcomes] == ["blog:0", "blog:1"]
    (again,) = desk.database.write_now(lambda c: claim_deliveries(c, "w", desk.clock, limit=1, alive=["w"]))
    assert (await see_through(desk.means, again)).delivery.state == "done"
    assert len(desk.decider.asked) == 3


async def test_a_call_that_is_done_as_its_turn_ends_is_done(desk: Desk) -> None:
    taken = begin_long_call(desk, articles=2)
    assert (await see_through(desk.means, taken)).delivery.state == "done"


async def test_what_came_of_a_long_call_stays_where_the_store_is_lost_as_its_turn_ends(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = begin_long_call(desk, articles=3)

    async def fail(*_: object) -> Delivery:
        raise StoreUnavailable("away")

    monkeypatch.setattr("app.jobs.deliveries.seeing_through._wait_for_turn", fail)
    seen = await see_through(desk.means, taken)
    assert isinstance(seen.error, StoreUnavailable)
    assert len(seen.delivery.outcomes) == 2
