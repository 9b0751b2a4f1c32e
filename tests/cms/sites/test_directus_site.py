"""Directus read back and written: changed fields alone, busy servers waited for, both of its moments listed."""

from datetime import timedelta

import pytest

from app.domain.article_event import Body
from app.errors import BadInput, CmsUnavailable, NotKept
from tests.cms.sites.fake_directus import START, TOKEN, FakeDirectus
from tests.cms.sites.opened_sites import Waits, list_all, make_source, opened
from tests.cms.sites.stage import Stage

pytestmark = pytest.mark.anyio


@pytest.fixture
def directus(stage: Stage) -> FakeDirectus:
    fake = FakeDirectus()
    stage.app = fake.app
    return fake


async def test_an_item_is_read_and_fields_that_hold_no_words_are_left_out(stage: Stage, directus: FakeDirectus) -> None:
    async with opened(make_source("directus", stage.url, url="https://example.org/{slug}?n={id}"), [TOKEN]) as site:
        present = await site.look("1", None)
    assert present.event.title == 'Grain "exports" rise'
    assert present.event.body == Body(format="html", content="<p>Wheat &amp; <b>maize</b></p>")
    assert present.event.url == "https://example.org/grain/1?n=1"
    assert present.tags == {"tags": ("agriculture",)}


async def test_only_the_tags_are_written(stage: Stage, directus: FakeDirectus) -> None:
    async with opened(make_source("directus", stage.url), [TOKEN]) as site:
        written = await site.write(await site.look("1", None), {"tags": ("agriculture", "trade")}, publish=True)
    assert directus.writes == [{"tags": ["agriculture", "trade"]}]
    assert written.tags == {"tags": ("agriculture", "trade")}


async def test_the_same_tags_are_no_write(stage: Stage, directus: FakeDirectus) -> None:
    async with opened(make_source("directus", stage.url), [TOKEN]) as site:
        await site.write(await site.look("1", None), {"tags": ("agriculture",)}, publish=True)
    assert directus.writes == []


async def test_nothing_is_written_over_tags_that_changed_after_the_look(stage: Stage, directus: FakeDirectus) -> None:
    async with opened(make_source("directus", stage.url), [TOKEN]) as site:
        present = await site.look("1", None)
        directus.items["1"]["tags"] = ["mine"]
        with pytest.raises(CmsUnavailable, match="newer version"):
            await site.write(present, {"tags": ("trade",)}, publish=True)
    assert directus.writes == []


async def test_a_published_item_has_no_drafts_to_write_to(stage: Stage, directus: FakeDirectus) -> None:
    async with opened(make_source("directus", stage.url), [TOKEN]) as site:
        with pytest.raises(BadInput, match="no drafts"):
            await site.write(await site.look("1", None), {"tags": ()}, publish=False)


async def test_a_server_under_pressure_is_waited_for_as_long_as_it_says(stage: Stage, directus: FakeDirectus) -> None:
    waits = Waits()
    directus.busy = 2
    async with opened(make_source("directus", stage.url), [TOKEN], sleep=waits) as site:
        assert (await site.look("1", None)).event.id == "1"
    assert waits.seconds == [2, 2]


async def test_a_server_that_stays_under_pressure_is_left_to_a_later_try(stage: Stage, directus: FakeDirectus) -> None:
    directus.busy = 3
    async with opened(make_source("directus", stage.url), [TOKEN]) as site:
        with pytest.raises(CmsUnavailable, match="Under pressure") as refused:
            await site.look("1", None)
    assert refused.value.wait_s == 2


async def test_a_write_is_not_sent_again_by_itself(stage: Stage, directus: FakeDirectus) -> None:
    waits = Waits()
    async with opened(make_source("directus", stage.url), [TOKEN], sleep=waits) as site:
        present = await site.look("1", None)
        send = directus.app

        async def refuse_writes(scope, receive, send_back):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            directus.busy = 1 if scope["method"] == "PATCH" else 0
            await send(scope, receive, send_back)

        stage.app = refuse_writes
        with pytest.raises(CmsUnavailable):
            await site.write(present, {"tags": ("trade",)}, publish=True)
    assert (waits.seconds, directus.writes) == ([], [])


async def test_a_token_that_may_read_alone_is_told_by_what_it_may_not(stage: Stage, directus: FakeDirectus) -> None:
    directus.may_write = False
    async with opened(make_source("directus", stage.url), [TOKEN]) as site:
        with pytest.raises(BadInput, match=r"does not let us PATCH /items/articles/1 \(HTTP 403\)"):
            await site.write(await site.look("1", None), {"tags": ("trade",)}, publish=True)
    assert directus.writes == []


async def test_an_item_that_is_gone_is_no_refusal_of_the_token(stage: Stage, directus: FakeDirectus) -> None:
    async with opened(make_source("directus", stage.url), [TOKEN]) as site:
        with pytest.raises(NotKept, match="no item '7'"):
            await site.look("7", None)


async def test_new_and_changed_items_are_listed_together(stage: Stage, directus: FakeDirectus) -> None:
    for key in range(2, 60):
        directus.add(str(key))
    directus.add("90", status="draft")
    directus.save("1", title="New")
    directus.save("3", title="New")
    async with opened(make_source("directus", stage.url), [TOKEN]) as site:
        everything = await list_all(site)
        late = await list_all(site, START + timedelta(seconds=60))
    assert [event.id for event in everything] == ["2", *map(str, range(4, 60)), "1", "3"]
    assert [event.id for event in late] == ["1", "3"]
    assert all(event.body is None for event in everything)
