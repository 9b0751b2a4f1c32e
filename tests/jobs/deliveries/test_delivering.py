"""Tests of the composed whole: the real classifier decides about deliveries, and one call is told to its receiver."""

import asyncio
from collections.abc import Callable

import pytest

from app.bootstrap.classifying import compose_classifier
from app.bootstrap.delivering import DeliveryOrder, working_on_deliveries
from app.domain.article_event import Body
from app.jobs.deliveries.pace import DeliveryPace
from app.settings import Settings
from app.store.articles import load_article
from app.store.decisions import find_standing, load_decision
from app.store.workers import keep_beat
from tests.jobs.deliveries.made_deliveries import Desk, make_delivery, make_event
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
