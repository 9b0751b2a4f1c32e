"""Wagtail read back and written: the draft that waits is never published, the answer is never believed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from app.cms.site import compare
from app.errors import BadInput, CmsUnavailable, NotKept
from tests.cms.sites.fake_wagtail import EXACT, START, TOKEN, FakeWagtail
from tests.cms.sites.opened_sites import list_all, make_source, opened
from tests.cms.sites.stage import Stage

pytestmark = pytest.mark.anyio

Play = Callable[[FakeWagtail], FakeWagtail]


@pytest.fixture
def play(stage: Stage) -> Play:
    """Put a Wagtail with one page on the stage."""

    def put(fake: FakeWagtail) -> FakeWagtail:
        stage.app = fake.app
        fake.add(4, "economy")
        return fake

    return put


BOTH = pytest.mark.parametrize("shown", [pytest.param((), id="as-it-comes"), pytest.param(EXACT, id="with-all-fields")])


async def test_a_page_is_read_with_its_blocks_as_html(stage: Stage, play: Play) -> None:
    play(FakeWagtail())
    async with opened(make_source("wagtail", stage.url), [TOKEN]) as site:
        present = await site.look("4", "en")
    assert present.event.body is not None
    assert present.event.body.content == '<h2>Why</h2>\n<p data-block-key="9a20b">Inflation <b>fell</b> to 2%.</p>'
    assert (present.event.title, present.event.url) == ("Rates 4", "https://example.org/rates-4/")
    assert (present.tags, present.version, present.has_draft) == ({"tags": ("economy",)}, "1", False)


@BOTH
async def test_tags_are_written_and_published(stage: Stage, play: Play, shown: tuple[str, ...]) -> None:
    wagtail = play(FakeWagtail(shown=shown))
    async with opened(make_source("wagtail", stage.url), [TOKEN]) as site:
        written = await site.write(await site.look("4", None), {"tags": ("rates", "economy")}, publish=True)
    assert wagtail.writes == [{"tags": ["rates", "economy"], "meta": {"action": "publish"}}]
    assert written.tags == {"tags": ("economy", "rates")}
    assert compare({"tags": ("rates", "economy")}, written) == ()


@BOTH
async def test_a_pending_draft_is_seen_and_not_published(stage: Stage, play: Play, shown: tuple[str, ...]) -> None:
    wagtail = play(FakeWagtail(shown=shown))
    wagtail.revise(4, title="UNFINISHED")
    async with opened(make_source("wagtail", stage.url), [TOKEN]) as site:
        present = await site.look("4", None)
        assert (present.has_draft, present.event.title) == (True, "Rates 4")
        with pytest.raises(BadInput, match="unpublished changes"):
            await site.write(present, {"tags": ("rates",)}, publish=True)
    assert wagtail.writes == []


@BOTH
async def test_a_draft_begun_after_the_look_is_not_published(stage: Stage, play: Play, shown: tuple[str, ...]) -> None:
    wagtail = play(FakeWagtail(shown=shown))
    async with opened(make_source("wagtail", stage.url), [TOKEN]) as site:
        present = await site.look("4", None)
        wagtail.revise(4, title="UNFINISHED")
        with pytest.raises(BadInput, match="unpublished changes"):
            await site.write(present, {"tags": ("rates",)}, publish=True)
    assert wagtail.writes == []


@BOTH
async def test_a_page_that_was_taken_back_is_not_published_again(
    stage: Stage, play: Play, shown: tuple[str, ...]
) -> None:
    wagtail = play(FakeWagtail(shown=shown))
    wagtail.pages[4]["live"] = False
    async with opened(make_source("wagtail", stage.url), [TOKEN]) as site:
        present = await site.look("4", None)
        with pytest.raises(BadInput, match="unpublished changes"):
            await site.write(present, {"tags": ("rates",)}, publish=True)
    assert wagtail.writes == []


async def test_a_page_that_nobody_has_seen_counts_as_withdrawn(stage: Stage, play: Play) -> None:
    play(FakeWagtail()).add(5, published=False)
    async with opened(make_source("wagtail", stage.url), [TOKEN]) as site:
        present = await site.look("5", None)
    assert (present.event.what, present.has_draft) == ("withdrawn", True)


async def test_drafts_are_written_where_readers_do_not_see_them(stage: Stage, play: Play) -> None:
    wagtail = play(FakeWagtail())
    wagtail.revise(4, title="UNFINISHED", tags=["economy", "mine"])
    async with opened(make_source("wagtail", stage.url, mode="draft"), [TOKEN]) as site:
        present = await site.look("4", None)
        assert present.tags == {"tags": ("economy", "mine")}
        written = await site.write(present, {"tags": ("economy", "mine", "rates")}, publish=False)
    assert wagtail.writes == [{"tags": ["economy", "mine", "rates"]}]
    assert wagtail.pages[4]["published"]["tags"] == ["economy"]
    assert written.tags == {"tags": ("economy", "mine", "rates")}


async def test_a_field_that_is_not_writable_shows_although_the_answer_is_200(stage: Stage, play: Play) -> None:
    play(FakeWagtail(writable=False))
    async with opened(make_source("wagtail", stage.url), [TOKEN]) as site:
        meant: dict[str, tuple[str, ...]] = {"tags": ("rates",)}
        written = await site.write(await site.look("4", None), meant, publish=True)
    assert [(mismatch.field, mismatch.found) for mismatch in compare(meant, written)] == [("tags", ("economy",))]


async def test_the_same_tags_in_another_order_are_no_write(stage: Stage, play: Play) -> None:
    wagtail = play(FakeWagtail())
    wagtail.add(5, "b", "a")
    async with opened(make_source("wagtail", stage.url), [TOKEN]) as site:
        await site.write(await site.look("5", None), {"tags": ("b", "a")}, publish=True)
    assert wagtail.writes == []


async def test_a_version_that_was_published_after_the_look_is_not_written_over(stage: Stage, play: Play) -> None:
    wagtail = play(FakeWagtail())
    async with opened(make_source("wagtail", stage.url), [TOKEN]) as site:
        present = await site.look("4", None)
        wagtail.revise(4, publish=True, tags=["economy", "mine"])
        with pytest.raises(CmsUnavailable, match="newer version"):
            await site.write(present, {"tags": ("rates",)}, publish=True)
    assert wagtail.writes == []


async def test_another_token_is_refused(stage: Stage, play: Play) -> None:
    play(FakeWagtail())
    async with opened(make_source("wagtail", stage.url), ["wagtail_x"]) as site:
        with pytest.raises(BadInput, match="Unauthorized"):
            await site.look("4", None)


async def test_a_page_that_is_not_there_is_not_kept(stage: Stage, play: Play) -> None:
    play(FakeWagtail())
    async with opened(make_source("wagtail", stage.url), [TOKEN]) as site:
        with pytest.raises(NotKept, match="No Page matches"):
            await site.look("9", None)


async def test_changes_are_listed_by_their_newest_revision_where_it_is_shown(stage: Stage, play: Play) -> None:
    wagtail = play(FakeWagtail(shown=EXACT))
    for number in range(5, 50):
        wagtail.add(number)
    wagtail.add(90, published=False)
    wagtail.revise(6, publish=True, title="New")
    source = make_source("wagtail", stage.url, page_types="blog.ArticlePage")
    async with opened(source, [TOKEN]) as site:
        everything = await list_all(site)
        late = await list_all(site, START + timedelta(seconds=44))
    assert [event.id for event in everything] == ["4", "5", *map(str, range(7, 50)), "6"]
    assert [event.id for event in late] == ["48", "49", "6"]
    assert all(event.body is None and event.locale == "en" for event in everything)


async def test_new_pages_are_listed_where_revisions_are_not_shown(stage: Stage, play: Play) -> None:
    wagtail = play(FakeWagtail())
    for number in range(5, 30):
        wagtail.add(number)
    source = make_source("wagtail", stage.url, page_types="blog.ArticlePage")
    async with opened(source, [TOKEN]) as site:
        late = await list_all(site, START + timedelta(seconds=22))
        assert len(await list_all(site)) == 26
    assert [event.id for event in late] == ["27", "28", "29"]


async def test_a_listing_needs_the_types_of_pages(stage: Stage, play: Play) -> None:
    play(FakeWagtail())
    async with opened(make_source("wagtail", stage.url), [TOKEN]) as site:
        with pytest.raises(BadInput, match="page_types"):
            await list_all(site, datetime(2026, 11, 1, tzinfo=UTC))
