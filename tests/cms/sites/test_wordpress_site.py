"""WordPress read back and written: terms, not names; whole lists; no version for nothing."""

from datetime import timedelta

import pytest

from app.cms.site import compare
from app.domain.article_event import Body
from app.errors import BadInput, CmsUnavailable, NotKept
from tests.cms.sites.fake_wordpress import PASSWORD, START, FakeWordPress
from tests.cms.sites.opened_sites import list_all, make_source, opened
from tests.cms.sites.stage import Stage

pytestmark = pytest.mark.anyio


@pytest.fixture
def wordpress(stage: Stage) -> FakeWordPress:
    fake = FakeWordPress()
    fake.add(4, tags=(7,), title="Fish & chips: a 'history'")
    stage.app = fake.app
    return fake


async def test_a_post_is_read_with_its_entities_decoded(stage: Stage, wordpress: FakeWordPress) -> None:
    async with opened(make_source("wordpress", stage.url)) as site:
        present = await site.look("4", "en-US")
    assert (present.event.title, present.event.locale) == ("Fish & chips: a ’history’", "en-US")
    assert present.event.body == Body(format="html", content="\n<p>Post 4 on cod.</p>\n")
    assert present.tags == {"tags": ("Fish & chips",), "categories": ("News",)}
    assert (present.event.what, present.has_draft) == ("updated", False)


async def test_tags_are_written_by_id_and_the_rest_of_the_post_left_alone(
    stage: Stage, wordpress: FakeWordPress
) -> None:
    async with opened(make_source("wordpress", stage.url, user="bot"), [PASSWORD]) as site:
        present = await site.look("4", None)
        written = await site.write(present, {"tags": ("Fish & chips", "Trawling")}, publish=True)
    assert wordpress.writes == [("/wp-json/wp/v2/tags", "Trawling"), ("/wp-json/wp/v2/posts/4", {"tags": [7, 101]})]
    assert written.tags["tags"] == ("Fish & chips", "Trawling")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("climate-policy", id="another-spelling-with-its-slug"),
        pytest.param("CLIMATE POLICY", id="another-case"),
    ],
)
async def test_a_term_that_is_there_in_another_spelling_is_used(
    stage: Stage, wordpress: FakeWordPress, name: str
) -> None:
    async with opened(make_source("wordpress", stage.url, user="bot"), [PASSWORD]) as site:
        await site.write(await site.look("4", None), {"tags": (name,)}, publish=True)
    assert wordpress.posts[4]["tags"] == [8]
    assert len(wordpress.terms["tags"]) == 2


async def test_a_term_that_only_the_refusal_to_make_it_names_is_used(stage: Stage, wordpress: FakeWordPress) -> None:
    wordpress.terms["tags"][9] = "Морской"
    async with opened(make_source("wordpress", stage.url, user="bot"), [PASSWORD]) as site:
        await site.write(await site.look("4", None), {"tags": ("морской",)}, publish=True)
    assert wordpress.posts[4]["tags"] == [9]


async def test_the_same_tags_are_not_written_again(stage: Stage, wordpress: FakeWordPress) -> None:
    async with opened(make_source("wordpress", stage.url, user="bot"), [PASSWORD]) as site:
        present = await site.look("4", None)
        assert await site.write(present, {"tags": ("fish & CHIPS",)}, publish=True) == present
    assert wordpress.writes == []


async def test_two_terms_of_one_name_both_stay(stage: Stage, wordpress: FakeWordPress) -> None:
    wordpress.terms["categories"][2] = "News"
    wordpress.posts[4]["categories"] = [1, 2]
    async with opened(make_source("wordpress", stage.url, user="bot"), [PASSWORD]) as site:
        await site.write(await site.look("4", None), {"categories": ("News", "Trade")}, publish=True)
    assert wordpress.posts[4]["categories"] == [1, 2, 101]


async def test_what_is_dropped_shows_in_the_answer(stage: Stage, wordpress: FakeWordPress) -> None:
    wordpress.drops = {"tags"}
    async with opened(make_source("wordpress", stage.url, user="bot"), [PASSWORD]) as site:
        meant: dict[str, tuple[str, ...]] = {"tags": ("Trawling",)}
        written = await site.write(await site.look("4", None), meant, publish=True)
    assert [mismatch.found for mismatch in compare(meant, written)] == [("Fish & chips",)]


async def test_nothing_is_written_over_what_was_saved_after_the_look(stage: Stage, wordpress: FakeWordPress) -> None:
    async with opened(make_source("wordpress", stage.url, user="bot"), [PASSWORD]) as site:
        present = await site.look("4", None)
        wordpress.save(4)
        with pytest.raises(CmsUnavailable, match="newer version of '4'"):
            await site.write(present, {"tags": ()}, publish=True)
    assert wordpress.writes == []


async def test_a_published_post_has_no_drafts_to_write_to(stage: Stage, wordpress: FakeWordPress) -> None:
    async with opened(make_source("wordpress", stage.url, user="bot"), [PASSWORD]) as site:
        with pytest.raises(BadInput, match="suggest or apply"):
            await site.write(await site.look("4", None), {"tags": ("Trawling",)}, publish=False)
    assert wordpress.writes == []


async def test_an_unpublished_post_stays_unpublished(stage: Stage, wordpress: FakeWordPress) -> None:
    wordpress.add(5, status="draft")
    async with opened(make_source("wordpress", stage.url, user="bot"), [PASSWORD]) as site:
        present = await site.look("5", None)
        assert present.event.what == "withdrawn"
        await site.write(present, {"tags": ("Fish & chips",)}, publish=False)
    assert (wordpress.posts[5]["status"], wordpress.posts[5]["tags"]) == ("draft", [7])


async def test_a_post_behind_a_password_counts_as_withdrawn(stage: Stage, wordpress: FakeWordPress) -> None:
    wordpress.posts[4]["protected"] = True
    async with opened(make_source("wordpress", stage.url)) as site:
        assert (await site.look("4", None)).event.what == "withdrawn"


async def test_a_wrong_password_is_told_without_the_password(stage: Stage, wordpress: FakeWordPress) -> None:
    wrong = PASSWORD.replace("5678", "8765")
    async with opened(make_source("wordpress", stage.url, user="bot"), [wrong]) as site:
        with pytest.raises(BadInput, match="sources rotate blog --use write") as refused:
            await site.look("4", None)
    assert wrong not in str(refused.value)


@pytest.mark.parametrize("name", ["99", "../users", "4?context=edit", ""])
async def test_what_is_no_post_is_not_kept(stage: Stage, wordpress: FakeWordPress, name: str) -> None:
    async with opened(make_source("wordpress", stage.url)) as site:
        with pytest.raises(NotKept):
            await site.look(name, None)


async def test_a_field_that_posts_lack_cannot_be_written(stage: Stage, wordpress: FakeWordPress) -> None:
    async with opened(make_source("wordpress", stage.url, user="bot"), [PASSWORD]) as site:
        with pytest.raises(BadInput, match="no field 'topics'"):
            await site.write(await site.look("4", None), {"topics": ("a",)}, publish=True)


async def test_changes_are_listed_oldest_first_beyond_a_page(stage: Stage, wordpress: FakeWordPress) -> None:
    for number in range(10, 240):
        wordpress.add(number)
    wordpress.add(300, status="draft")
    wordpress.save(10)
    async with opened(make_source("wordpress", stage.url)) as site:
        everything = await list_all(site)
        latest = await list_all(site, START + timedelta(seconds=231))
    assert [event.id for event in everything] == ["4", *map(str, range(11, 240)), "10"]
    assert {"239", "10"} <= {event.id for event in latest} <= {"238", "239", "10"}
    assert all(event.body is None and event.updated_at for event in everything)
