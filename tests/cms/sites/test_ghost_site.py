"""Ghost read back and written: tokens for minutes, tags in their order, nothing else of the post."""

from datetime import timedelta

import pytest

from app.cms.sites.ghost import make_token
from app.domain.article_event import Body
from app.errors import BadInput, CmsUnavailable, NotKept
from tests.cms.sites.fake_ghost import KEY, POST, START, FakeGhost
from tests.cms.sites.opened_sites import NOW, list_all, make_source, opened
from tests.cms.sites.stage import Stage

pytestmark = pytest.mark.anyio


@pytest.fixture
def ghost(stage: Stage) -> FakeGhost:
    fake = FakeGhost(NOW)
    stage.app = fake.app
    return fake


def test_a_token_is_the_one_that_the_standard_describes() -> None:
    # By `openssl dgst -sha256 -mac HMAC -macopt hexkey:00ff` over the two parts, in base64url.
    head = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6ImFiIn0"
    claims = "eyJpYXQiOjE3OTU0MzUyMDAsImV4cCI6MTc5NTQzNTUwMCwiYXVkIjoiL2FkbWluLyJ9"
    assert make_token("ab", b"\x00\xff", NOW) == f"{head}.{claims}.AVOcOUF_7DwJEgo_S72a0yGWWW90g61nGc-wwl8wnxw"


async def test_a_post_is_read_with_its_tags_and_no_author(stage: Stage, ghost: FakeGhost) -> None:
    async with opened(make_source("ghost", stage.url), [KEY]) as site:
        present = await site.look(POST, None)
    assert present.event.title == "Wind &amp; power"
    assert present.event.body == Body(format="html", content="<p>Turbines spin <strong>faster</strong></p>")
    assert (present.tags, present.event.what) == ({"tags": ("Energy", "#auto-tagged")}, "updated")
    assert "@" not in present.model_dump_json()


async def test_tags_are_written_with_the_posts_own_moment(stage: Stage, ghost: FakeGhost) -> None:
    async with opened(make_source("ghost", stage.url), [KEY]) as site:
        present = await site.look(POST, None)
        written = await site.write(present, {"tags": (*present.tags["tags"], "climate-policy", "Wind")}, publish=True)
    tags = [{"id": "t1"}, {"id": "t3"}, {"id": "t2"}, {"name": "Wind"}]
    assert ghost.writes == [{"tags": tags, "updated_at": "2026-11-22T17:01:50.000Z"}]
    assert written.tags["tags"] == ("Energy", "#auto-tagged", "Climate policy", "Wind")


async def test_the_same_tags_are_no_write_and_another_order_is_one(stage: Stage, ghost: FakeGhost) -> None:
    async with opened(make_source("ghost", stage.url), [KEY]) as site:
        present = await site.look(POST, None)
        await site.write(present, {"tags": ("energy", "#auto-tagged")}, publish=True)
        assert ghost.writes == []
        written = await site.write(present, {"tags": ("#auto-tagged", "Energy")}, publish=True)
    assert written.tags["tags"] == ("#auto-tagged", "Energy")


async def test_nothing_is_written_over_tags_that_changed_without_a_new_moment(stage: Stage, ghost: FakeGhost) -> None:
    async with opened(make_source("ghost", stage.url), [KEY]) as site:
        present = await site.look(POST, None)
        ghost.posts[POST]["tags"] = ["t2"]
        with pytest.raises(CmsUnavailable, match="newer version"):
            await site.write(present, {"tags": ("Wind",)}, publish=True)
    assert ghost.writes == []


async def test_a_published_post_has_no_drafts_and_a_draft_is_not_published(stage: Stage, ghost: FakeGhost) -> None:
    ghost.add("d" * 24, status="draft")
    async with opened(make_source("ghost", stage.url), [KEY]) as site:
        with pytest.raises(BadInput, match="no drafts"):
            await site.write(await site.look(POST, None), {"tags": ()}, publish=False)
        await site.write(await site.look("d" * 24, None), {"tags": ("Wind",)}, publish=False)
    assert [set(write) for write in ghost.writes] == [{"tags", "updated_at"}]
    assert ghost.posts["d" * 24]["status"] == "draft"


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("not a key", id="no-form"),
        pytest.param(f"{POST}:abc", id="half-a-byte"),
        pytest.param("6b:zz", id="no-hexadecimal"),
    ],
)
async def test_a_key_in_another_form_is_refused_before_anything_is_asked(stage: Stage, key: str) -> None:
    with pytest.raises(BadInput, match="Admin API key") as refused:
        async with opened(make_source("ghost", stage.url), [key]):
            pass
    assert key not in str(refused.value)


async def test_another_key_is_refused_by_ghost(stage: Stage, ghost: FakeGhost) -> None:
    async with opened(make_source("ghost", stage.url), ["6b031cfc9193f30d3b17b85d:00ff"]) as site:
        with pytest.raises(BadInput, match="Invalid token: invalid signature"):
            await site.look(POST, None)


async def test_a_token_that_has_run_out_is_not_used(stage: Stage, ghost: FakeGhost) -> None:
    ghost.rest()
    async with opened(make_source("ghost", stage.url), [KEY]) as site:
        with pytest.raises(BadInput, match="HTTP 401"):
            await site.look(POST, None)


async def test_a_post_that_is_not_there_is_not_kept(stage: Stage, ghost: FakeGhost) -> None:
    async with opened(make_source("ghost", stage.url), [KEY]) as site:
        with pytest.raises(NotKept, match="cannot read post"):
            await site.look("0" * 24, None)


async def test_changes_are_listed_from_a_moment_on(stage: Stage, ghost: FakeGhost) -> None:
    for number in range(150):
        ghost.add(f"p{number:03}", at=START + timedelta(seconds=number // 60))
    ghost.add("hidden", status="draft", at=START + timedelta(hours=1))
    async with opened(make_source("ghost", stage.url), [KEY]) as site:
        everything = await list_all(site)
        late = await list_all(site, START + timedelta(seconds=2))
    assert sorted(event.id for event in everything) == sorted([POST, *(f"p{number:03}" for number in range(150))])
    assert [event.updated_at for event in everything] == sorted(
        event.updated_at for event in everything if event.updated_at
    )
    assert {event.id for event in late} == {f"p{number:03}" for number in range(120, 150)}
    assert all(event.body is None for event in everything)
