"""Tests of the composed whole: the real classifier decides about deliveries, and one call is told to its receiver."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from app.bootstrap.classifying import compose_classifier
from app.bootstrap.delivering import DeliveryOrder, build_opening, working_on_deliveries
from app.cms.site import Present, Site
from app.domain.article_event import Body
from app.domain.source import Source
from app.jobs.deliveries.one_at_a_time import OneAtATime
from app.jobs.deliveries.pace import DeliveryPace
from app.judges.turns import Turns
from app.settings import Settings
from app.store.articles import load_article
from app.store.decisions import find_standing, load_decision
from app.store.workers import keep_beat
from tests.jobs.deliveries.made_deliveries import Desk, FakeCms, Post, make_delivery, make_event, make_source
from tests.store.kept_values import NOON, ROOT, load_example_taxonomy

pytestmark = pytest.mark.anyio


async def wait_until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110 - nothing else says so
            await asyncio.sleep(0.02)


async def test_the_local_judge_decides_about_deliveries_and_its_decision_stands(desk: Desk) -> None:
    classifier = compose_classifier(load_example_taxonomy(), Settings(judge="local"), None, None, desk.database)
    example = next(path for path in (ROOT / "examples").iterdir() if path.name.startswith("16"))
    body = Body(format="markdown", content=example.read_text())
    desk.add(mode="suggest", site=None)
    past = NOON.replace(year=2025)
    for number in range(2):
        event = make_event(body=body, updated_at=past, tags=("news",))
        desk.keep(make_delivery(event, id=f"d{number}", at=past))
    desk.database.write_now(lambda c: keep_beat(c, "w", ""))
    order = DeliveryOrder(
        database=desk.database,
        find_classifier=lambda: classifier,
        open_site=desk.cms.open,
        executor_id="w",
        at_once=2,
        max_words=50_000,
        address="",
        woken=asyncio.Event(),
        pace=DeliveryPace(poll_s=0.05),
    )
    async with working_on_deliveries(order):
        await wait_until(lambda: desk.load("d0").state == desk.load("d1").state == "done")
    first, second = desk.load("d0").outcomes[0], desk.load("d1").outcomes[0]
    assert (first.fate, second.fate) == ("classified", "unchanged")
    assert first.decision == second.decision
    decision = desk.database.read_now(lambda c: load_decision(c, first.decision or ""))
    assert decision.tags == ("ai-product-operating-model",)
    standing = desk.database.read_now(lambda c: find_standing(c, ["blog:1"]))["blog:1"]
    assert standing.decision == decision.id
    assert desk.database.read_now(lambda c: load_article(c, "blog:1")).digest == decision.article.digest
    assert [write.after for write in desk.list_writes()] == [{"tags": ("news", "ai-product-operating-model")}]


async def test_a_repository_is_asked_one_thing_at_a_time() -> None:
    at_once = most = 0

    class Busy(FakeCms):
        async def look(self, id: str, locale: str | None) -> Present:  # noqa: A002
            nonlocal at_once, most
            at_once += 1
            most = max(most, at_once)
            await asyncio.sleep(0.01)
            at_once -= 1
            return await super().look(id, locale)

    turns, cms = Turns(), Busy(p1=Post())
    sites: list[Site] = [OneAtATime(cms, turns, "blog") for _ in range(3)]
    cms.events = [make_event()]
    looks = await asyncio.gather(*(site.look("1", None) for site in sites))
    assert most == 1
    assert [event.id async for event in sites[0].list_changed(None)] == ["1"]
    await sites[0].write(looks[0], {"tags": ("cup",)}, publish=True)
    assert cms.posts["1"].tags == {"tags": ("cup",)}


@pytest.mark.parametrize(
    ("source", "opened"),
    [
        pytest.param(make_source(site=None), None, id="no site"),
        pytest.param(make_source(cms="github", site="https://there.example/site.git"), OneAtATime, id="repository"),
    ],
)
async def test_a_site_is_opened_by_its_cms(
    desk: Desk, tmp_path: Path, source: Source, opened: type[object] | None
) -> None:
    site = await build_opening(desk.database, tmp_path)(source)
    assert type(site) is (opened or type(None))
    if site:
        await site.close()
