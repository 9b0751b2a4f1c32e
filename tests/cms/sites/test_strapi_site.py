"""Strapi read back and written: two rows, of which readers see one; relations connected, never replaced."""

from datetime import timedelta

import pytest

from app.domain.job import Fields
from app.errors import BadInput, CmsUnavailable, NotKept
from tests.cms.sites.fake_strapi import DOCUMENT, START, TOKEN, FakeStrapi
from tests.cms.sites.opened_sites import list_all, make_source, opened
from tests.cms.sites.stage import Stage

pytestmark = pytest.mark.anyio


@pytest.fixture
def strapi(stage: Stage) -> FakeStrapi:
    fake = FakeStrapi()
    stage.app = fake.app
    return fake


async def test_an_entry_is_read_with_its_blocks_as_html(stage: Stage, strapi: FakeStrapi) -> None:
    async with opened(make_source("strapi", stage.url, url="https://example.org/{slug}"), [TOKEN]) as site:
        present = await site.look(DOCUMENT, "en")
    assert present.event.body is not None
    assert "<p>Ships queue" in present.event.body.content
    assert (present.event.title, present.event.url) == ("Harbour strike", "https://example.org/harbour")
    assert (present.tags, present.has_draft) == ({"tags": ("labour",)}, False)


async def test_tags_are_connected_and_disconnected(stage: Stage, strapi: FakeStrapi) -> None:
    async with opened(make_source("strapi", stage.url), [TOKEN]) as site:
        written = await site.write(await site.look(DOCUMENT, "en"), {"tags": ("climate-policy", "Ports")}, publish=True)
    change = {"tags": {"connect": ["wbskodlr", "new2"], "disconnect": ["wk5to5m6"]}}
    assert strapi.writes == [(DOCUMENT, "published", change)]
    assert (written.tags, written.has_draft) == ({"tags": ("Climate policy", "Ports")}, False)


async def test_the_same_tags_are_no_write(stage: Stage, strapi: FakeStrapi) -> None:
    async with opened(make_source("strapi", stage.url), [TOKEN]) as site:
        await site.write(await site.look(DOCUMENT, None), {"tags": ("Labour",)}, publish=True)
    assert strapi.writes == []


@pytest.mark.parametrize(
    "looked_at", [pytest.param(True, id="seen-when-looked-at"), pytest.param(False, id="begun-after")]
)
async def test_a_pending_draft_is_not_published(stage: Stage, strapi: FakeStrapi, looked_at: bool) -> None:
    async with opened(make_source("strapi", stage.url), [TOKEN]) as site:
        before = await site.look(DOCUMENT, None)
        strapi.save(DOCUMENT, title="UNFINISHED")
        present = await site.look(DOCUMENT, None)
        assert (present.has_draft, present.event.title) == (True, "Harbour strike")
        with pytest.raises(BadInput, match="unpublished changes"):
            await site.write(present if looked_at else before, {"tags": ()}, publish=True)
    assert strapi.writes == []
    assert strapi.rows[DOCUMENT]["published"]["title"] == "Harbour strike"


async def test_a_draft_that_says_something_else_is_one_whenever_it_was_saved(stage: Stage, strapi: FakeStrapi) -> None:
    strapi.rows[DOCUMENT]["draft"]["title"] = "UNFINISHED"
    async with opened(make_source("strapi", stage.url), [TOKEN]) as site:
        assert (await site.look(DOCUMENT, None)).has_draft


async def test_an_entry_that_nobody_has_seen_is_not_published(stage: Stage, strapi: FakeStrapi) -> None:
    strapi.add("d1", published=False)
    async with opened(make_source("strapi", stage.url), [TOKEN]) as site:
        present = await site.look("d1", None)
        assert (present.event.what, present.has_draft) == ("withdrawn", True)
        with pytest.raises(BadInput, match="unpublished changes"):
            await site.write(present, {"tags": ("labour",)}, publish=True)


async def test_drafts_are_written_where_readers_do_not_see_them(stage: Stage, strapi: FakeStrapi) -> None:
    strapi.save(DOCUMENT, title="UNFINISHED", tags=["wk5to5m6", "wbskodlr"])
    async with opened(make_source("strapi", stage.url, mode="draft"), [TOKEN]) as site:
        present = await site.look(DOCUMENT, None)
        assert (present.tags["tags"], present.event.title) == (("labour", "Climate policy"), "Harbour strike")
        written = await site.write(present, {"tags": ("labour", "Climate policy", "Ports")}, publish=False)
    assert strapi.writes == [(DOCUMENT, "draft", {"tags": {"connect": ["new2"]}})]
    assert strapi.rows[DOCUMENT]["published"]["tags"] == ["wk5to5m6"]
    assert written.tags["tags"] == ("labour", "Climate policy", "Ports")


async def test_nothing_is_written_over_what_was_published_after_the_look(stage: Stage, strapi: FakeStrapi) -> None:
    async with opened(make_source("strapi", stage.url), [TOKEN]) as site:
        present = await site.look(DOCUMENT, None)
        strapi.save(DOCUMENT, tags=["wbskodlr"])
        strapi.publish(DOCUMENT)
        with pytest.raises(CmsUnavailable, match="newer version"):
            await site.write(present, {"tags": ("Ports",)}, publish=True)
    assert strapi.writes == []


async def test_an_entry_in_another_locale_is_not_kept(stage: Stage, strapi: FakeStrapi) -> None:
    async with opened(make_source("strapi", stage.url), [TOKEN]) as site:
        with pytest.raises(NotKept, match="this locale"):
            await site.look(DOCUMENT, "de")


async def test_another_token_is_refused(stage: Stage, strapi: FakeStrapi) -> None:
    async with opened(make_source("strapi", stage.url), ["other"]) as site:
        with pytest.raises(BadInput, match="invalid credentials"):
            await site.look(DOCUMENT, None)


async def test_a_token_that_is_not_shown_the_tags_is_told_apart_from_a_missing_field(
    stage: Stage, strapi: FakeStrapi
) -> None:
    strapi.may_find_tags = False
    async with opened(make_source("strapi", stage.url), [TOKEN]) as site:
        with pytest.raises(BadInput, match=r"does not let us GET /api/tags \(HTTP 403\): 'Forbidden'"):
            await site.look(DOCUMENT, None)
    async with opened(make_source("strapi", stage.url, mode="suggest"), [TOKEN]) as site:
        assert (await site.look(DOCUMENT, None)).tags == {}
    async with opened(make_source("strapi", stage.url, fields=Fields(tags="themes")), [TOKEN]) as site:
        assert (await site.look(DOCUMENT, None)).tags == {}


async def test_a_token_that_may_not_make_tags_is_told_by_what_it_may_not(stage: Stage, strapi: FakeStrapi) -> None:
    strapi.may_make_tags = False
    async with opened(make_source("strapi", stage.url), [TOKEN]) as site:
        with pytest.raises(BadInput, match=r"does not let us POST /api/tags \(HTTP 403\)"):
            await site.write(await site.look(DOCUMENT, None), {"tags": ("labour", "Ports")}, publish=True)
    assert strapi.writes == []


async def test_changes_are_listed_in_each_locale(stage: Stage, strapi: FakeStrapi) -> None:
    for number in range(60):
        strapi.add(f"e{number:02}")
    strapi.add("de1", locale="de")
    strapi.add("hidden", published=False)
    async with opened(make_source("strapi", stage.url), [TOKEN]) as site:
        everything = await list_all(site)
    async with opened(make_source("strapi", stage.url, locales="de"), [TOKEN]) as site:
        german = await list_all(site, START + timedelta(seconds=5))
    assert [event.id for event in everything] == [DOCUMENT, *(f"e{number:02}" for number in range(60))]
    assert [(event.id, event.locale) for event in german] == [("de1", "de")]
    assert all(event.body is None for event in everything)
