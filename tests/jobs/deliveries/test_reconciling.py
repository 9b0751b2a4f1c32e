"""Tests of reconciling: what no webhook told of is found in the CMS's own list."""

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta

import pytest

from app.cms.site import Site
from app.domain.delivery import Delivery
from app.domain.source import Source
from app.errors import CmsUnavailable
from app.jobs.deliveries import reconciling
from app.jobs.deliveries.pace import DeliveryPace
from app.jobs.deliveries.reconcile_work import AT_ONCE, ReconcileWork
from app.jobs.deliveries.reconciling import OVERLAP, OVERLAP_GIT, Reconciled, reconcile
from app.store.deliveries import keep_delivery, list_deliveries
from tests.jobs.deliveries.made_deliveries import MINUTE, Desk, make_delivery, make_event
from tests.store.kept_values import NOON

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)


async def look(desk: Desk, source: Source, **given: object) -> Reconciled:
    ids = iter(range(1000))
    return await reconcile(
        desk.database,
        desk.cms,
        source,
        now=desk.clock,
        new_id=lambda: f"r{desk.clock:%H%M}-{next(ids)}",
        **given,  # type: ignore[arg-type]
    )


def list_all(desk: Desk) -> list[Delivery]:
    return desk.database.read_now(lambda c: list_deliveries(c, source="blog"))


async def test_a_missed_event_gets_a_delivery(desk: Desk) -> None:
    source = desk.add()
    desk.cms.events = [make_event(what="updated", updated_at=NOON - MINUTE)]
    report = await look(desk, source)
    assert (report.listed, report.missed) == (1, 1)
    (delivery,) = list_all(desk)
    assert delivery.key == "reconcile:1:2026-11-23T11:59:00+00:00"
    await desk.work_on(delivery.id)
    assert desk.load(delivery.id).outcomes[0].fate == "classified"


async def test_what_a_webhook_told_of_gets_none(desk: Desk) -> None:
    source = desk.add()
    await desk.take(make_event(), make_event(id="2", locale="de"))
    desk.cms.events = [make_event(), make_event(id="2", locale="de"), make_event(id="3", what="withdrawn")]
    assert (await look(desk, source)).missed == 0


async def test_a_newer_version_of_what_is_known_does(desk: Desk) -> None:
    source = desk.add()
    await desk.take()
    desk.cms.events = [make_event(updated_at=NOON + MINUTE)]
    assert (await look(desk, source)).missed == 1


async def test_looking_twice_keeps_nothing_twice(desk: Desk) -> None:
    source = desk.add()
    desk.cms.events = [make_event(id="1"), make_event(id="2", updated_at=None), make_event(id="3", locale="de")]
    assert [(await look(desk, source)).missed for _ in range(2)] == [3, 0]


async def test_the_first_look_begins_when_the_source_was_added_and_the_next_at_the_last(desk: Desk) -> None:
    source = desk.add(created_at=NOON - HOUR)
    await look(desk, source)
    desk.clock = NOON + HOUR
    await look(desk, source)
    assert desk.cms.listed_since == [NOON - HOUR - OVERLAP, NOON - OVERLAP]


async def test_of_a_repository_the_last_days_are_gone_through_again(desk: Desk) -> None:
    source = desk.add(cms="github", created_at=NOON - 1000 * HOUR)
    for _ in range(2):
        await look(desk, source)
    assert desk.cms.listed_since == [NOON - 1000 * HOUR - OVERLAP, NOON - OVERLAP_GIT]


async def test_on_demand_it_begins_where_it_is_told(desk: Desk) -> None:
    await look(desk, desk.add(), since=NOON - 100 * HOUR)
    assert desk.cms.listed_since == [NOON - 100 * HOUR]


async def test_a_look_that_fails_midway_keeps_what_it_found_and_is_made_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconciling, "_PAGE", 2)
    source = desk.add()
    events = [make_event(id=str(number)) for number in range(3)]

    async def list_some(since: object) -> object:
        desk.cms.listed_since.append(since)  # type: ignore[arg-type]
        for event in events:
            yield event
        raise CmsUnavailable("away")

    whole = desk.cms.list_changed
    monkeypatch.setattr(desk.cms, "list_changed", list_some)
    with pytest.raises(CmsUnavailable):
        await look(desk, source)
    assert len(list_all(desk)) == 2
    monkeypatch.setattr(desk.cms, "list_changed", whole)
    desk.cms.events = events
    assert (await look(desk, source)).missed == 1
    assert desk.cms.listed_since[0] == desk.cms.listed_since[1]


async def test_a_list_without_end_is_gone_on_with_at_the_next_look(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconciling, "MOST_LISTED", 3)
    source = desk.add(created_at=NOON - 5 * HOUR)
    desk.cms.events = [make_event(id=str(number), updated_at=NOON - HOUR + number * MINUTE) for number in range(9)]
    report = await look(desk, source, since=NOON - 2 * HOUR)
    assert (report.listed, report.is_whole) == (3, False)
    await look(desk, source)
    assert desk.cms.listed_since[1] == NOON - HOUR + 2 * MINUTE - OVERLAP


async def test_ids_of_any_length_have_a_key(desk: Desk) -> None:
    source = desk.add()
    desk.cms.events = [make_event(id="x" * 400, locale="y" * 40)]
    assert (await look(desk, source)).missed == 1


def make_work(desk: Desk, executor_id: str = "w", woken: asyncio.Event | None = None) -> ReconcileWork:
    ids = iter(range(1000))
    return ReconcileWork(
        desk.database, desk.cms.open, executor_id=executor_id, woken=woken or asyncio.Event(), pace=DeliveryPace(),
        now=lambda: desk.clock, new_id=lambda: f"r{executor_id}{next(ids)}",
    )  # fmt: skip


async def test_a_source_is_looked_at_every_so_often(desk: Desk) -> None:
    desk.add()
    woken = asyncio.Event()
    desk.cms.events = [make_event()]
    work = make_work(desk, woken=woken)
    for minutes in (0, 14, 15, 29, 30):
        desk.clock = NOON + minutes * MINUTE
        await work.reconcile_due()
    assert len(desk.cms.listed_since) == 3
    assert woken.is_set()
    assert desk.cms.is_open == 0


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"site": None}, id="no site"),
        pytest.param({"options": {"reconcile_minutes": "0"}}, id="switched off"),
        pytest.param({"options": {"reconcile_minutes": "often"}}, id="no number"),
    ],
)
async def test_some_sources_are_not_looked_at(desk: Desk, fields: dict[str, object]) -> None:
    desk.add(**fields)
    await make_work(desk).reconcile_due()
    assert desk.cms.listed_since == []


async def test_one_process_at_a_time_looks_until_it_leaves(desk: Desk) -> None:
    desk.add()
    first, second = make_work(desk, "first"), make_work(desk, "second")
    await first.reconcile_due()
    await second.reconcile_due()
    assert len(desk.cms.listed_since) == 1
    await first.close()
    await second.reconcile_due()
    assert len(desk.cms.listed_since) == 2


async def test_a_cms_that_is_away_is_said_once_and_keeps_no_other_from_being_looked_at(
    desk: Desk, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.add(name="a-blog")
    desk.add()
    opened: list[str] = []

    async def open_some(source: Source) -> object:
        opened.append(source.name)
        if source.name == "a-blog":
            raise CmsUnavailable("It is away.")
        return await desk.cms.open(source)

    work = ReconcileWork(
        desk.database, open_some, executor_id="w", woken=asyncio.Event(), pace=DeliveryPace(),  # type: ignore[arg-type]
        now=lambda: desk.clock, new_id=lambda: "r",
    )  # fmt: skip
    for minutes in (0, 20, 40):
        desk.clock = NOON + minutes * MINUTE
        with caplog.at_level(logging.WARNING):
            await work.reconcile_due()
    assert opened == ["a-blog", "blog"] * 3
    assert caplog.text.count("It is away.") == 1


class SlowCms:
    """Answers for a source once it is let go on; for the others at once."""

    def __init__(self, desk: Desk, *slow: str) -> None:
        self.opened: list[str] = []
        self.ended: list[str] = []
        self.go_on = asyncio.Event()
        self._desk = desk
        self._slow = slow

    async def open(self, source: Source) -> Site | None:
        self.opened.append(source.name)
        if source.name in self._slow:
            await self.go_on.wait()
        self.ended.append(source.name)
        return await self._desk.cms.open(source)

    def work(self, pace: DeliveryPace | None = None) -> ReconcileWork:
        return ReconcileWork(
            self._desk.database, self.open, executor_id="w", woken=asyncio.Event(), pace=pace or DeliveryPace(),
            now=lambda: self._desk.clock, new_id=lambda: "r",
        )  # fmt: skip


async def wait_until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110 - nothing else says so
            await asyncio.sleep(0.005)


async def test_a_slow_cms_does_not_hold_up_the_others(desk: Desk) -> None:
    for name in ("a", "b", "c"):
        desk.add(name=name)
    cms = SlowCms(desk, "a")
    begun = asyncio.create_task(cms.work().reconcile_due())
    await wait_until(lambda: cms.ended == ["b", "c"])
    assert not begun.done()
    cms.go_on.set()
    assert len(await begun) == 3


async def test_only_a_few_are_looked_at_at_the_same_time(desk: Desk) -> None:
    names = [f"s{number}" for number in range(AT_ONCE + 2)]
    for name in names:
        desk.add(name=name)
    cms = SlowCms(desk, *names)
    begun = asyncio.create_task(cms.work().reconcile_due())
    await wait_until(lambda: len(cms.opened) >= AT_ONCE)
    await asyncio.sleep(0.05)
    assert cms.opened == names[:AT_ONCE]
    cms.go_on.set()
    assert len(await begun) == len(names)


async def test_while_one_is_gone_through_the_others_are_looked_at_again_and_it_is_not(desk: Desk) -> None:
    desk.add(name="a")
    desk.add(name="b")
    cms = SlowCms(desk, "a")
    work = cms.work(DeliveryPace(reconcile_poll_s=0.01))
    await work.start()
    await wait_until(lambda: cms.ended == ["b"])
    desk.clock += HOUR
    await wait_until(lambda: cms.ended == ["b", "b"])
    await work.close()
    assert cms.opened == ["a", "b", "b"]


async def test_what_is_done_is_forgotten_after_a_month_and_looked_for_once_a_day(desk: Desk) -> None:
    work = make_work(desk)
    done = [make_delivery(id="old", state="done"), make_delivery(id="parked", state="parked")]
    for delivery in done:
        desk.database.write_now(lambda c, d=delivery: keep_delivery(c, d))  # type: ignore[misc]
    for days, forgotten in ((29, 0), (29.5, 0), (31, 1), (31.5, 0)):
        desk.clock = NOON + timedelta(days=days)
        assert await work.forget_old() == forgotten
    assert desk.database.read_now(lambda c: [one.id for one in list_deliveries(c)]) == ["parked"]
