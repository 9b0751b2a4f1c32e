"""Tests of undoing what was written to a CMS."""

import pytest

from app.errors import BadInput, CmsUnavailable
from app.jobs.deliveries.undoing import UndoneWrites, undo_writes
from tests.jobs.deliveries.made_deliveries import MINUTE, Desk, Post, fail_once, make_event
from tests.store.kept_values import NOON

pytestmark = pytest.mark.anyio


async def undo(desk: Desk, delivery: str | None = "d1", **given: object) -> UndoneWrites:
    source = desk.add(mode="apply")
    return await undo_writes(
        desk.database,
        desk.cms,
        source,
        now=desk.clock + MINUTE,
        delivery=delivery,
        **given,  # type: ignore[arg-type]
    )


def get_tags(desk: Desk) -> tuple[str, ...]:
    return desk.cms.posts["1"].tags["tags"]


async def test_the_former_tags_come_back(desk: Desk) -> None:
    desk.add(mode="apply")
    desk.cms.change(tags={"tags": ("news",)})
    await desk.take()
    report = await undo(desk)
    assert (report.restored, report.as_before, report.left) == (1, 0, ())
    assert get_tags(desk) == ("news",)
    assert [write.state for write in desk.list_writes()] == ["undone"]


async def test_to_none_at_all_where_there_was_none(desk: Desk) -> None:
    desk.add(mode="apply")
    await desk.take()
    await undo(desk)
    assert get_tags(desk) == ()


async def test_a_tag_that_we_took_away_comes_back(desk: Desk) -> None:
    desk.add(mode="apply")
    await desk.take()
    desk.decider.statuses = {"cup": "rejected", "league": "assigned"}
    await desk.take(id="d2")
    assert get_tags(desk) == ("league",)
    await undo(desk, "d2")
    assert get_tags(desk) == ("cup",)


async def test_what_a_person_did_since_stays_and_is_told(desk: Desk) -> None:
    desk.add(mode="apply")
    desk.decider.statuses = {"cup": "assigned", "league": "assigned"}
    await desk.take()
    desk.cms.change(tags={"tags": ("ann", "league")}, at=NOON + MINUTE)
    report = await undo(desk)
    assert get_tags(desk) == ("ann",)
    assert report.restored == 1
    assert desk.find_tags()["cup"].by == "person"


async def test_a_tag_of_ours_that_a_person_took_up_stays_and_is_told(desk: Desk) -> None:
    """It went and came back between two looks, so that it is the person's now."""
    desk.add(mode="apply")
    await desk.take()
    desk.cms.change(tags={"tags": ()}, at=NOON + MINUTE)
    desk.clock = NOON + 2 * MINUTE
    await desk.take(make_event(updated_at=NOON + MINUTE), id="d2", at=NOON + MINUTE)
    desk.cms.change(tags={"tags": ("cup",)}, at=NOON + 3 * MINUTE)
    desk.clock = NOON + 4 * MINUTE
    report = await undo(desk)
    assert get_tags(desk) == ("cup",)
    assert report.left[0].article == "blog:1"
    assert "'cup'" in report.left[0].reason


async def test_doing_it_again_is_harmless(desk: Desk) -> None:
    desk.add(mode="apply")
    await desk.take()
    await undo(desk)
    report = await undo(desk)
    assert (report.restored, report.as_before, report.left) == (0, 0, ())
    assert len(desk.cms.writes) == 2


async def test_after_an_answer_that_was_lost_it_is_gone_on_with(desk: Desk) -> None:
    desk.add(mode="apply")
    await desk.take()
    desk.cms.after_write = fail_once(CmsUnavailable("timed out"))
    with pytest.raises(CmsUnavailable):
        await undo(desk)
    report = await undo(desk)
    assert report.left == ()
    assert get_tags(desk) == ()
    assert desk.find_tags()["cup"].event == "removed"
    assert desk.find_tags()["cup"].by == "scopenote"
    assert len(desk.cms.writes) == 2


async def test_the_echo_of_undoing_does_not_bring_the_tags_back(desk: Desk) -> None:
    desk.add(mode="apply")
    await desk.take()
    await undo(desk)
    (outcome,) = await desk.take(make_event(updated_at=NOON + 2 * MINUTE), id="d2", at=NOON + 2 * MINUTE)
    assert (outcome.fate, get_tags(desk)) == ("unchanged", ())


async def test_nor_does_a_decision_that_was_made_between_the_write_and_undoing_it(desk: Desk) -> None:
    desk.add(mode="apply")
    await desk.take()
    desk.cms.change(body="<p>Other.</p>")
    await desk.take(make_event(updated_at=NOON + MINUTE), id="d2", at=NOON + MINUTE)
    await undo(desk)
    await desk.take(make_event(updated_at=NOON + 2 * MINUTE), id="d3", at=NOON + 2 * MINUTE)
    assert get_tags(desk) == ()


async def test_a_decision_made_after_undoing_writes_again(desk: Desk) -> None:
    desk.add(mode="apply")
    desk.decider.made_at = NOON
    await desk.take()
    await undo(desk)
    desk.cms.change(body="<p>Other.</p>")
    desk.decider.made_at = NOON + 2 * MINUTE
    await desk.take(make_event(updated_at=NOON + 2 * MINUTE), id="d2", at=NOON + 2 * MINUTE)
    assert get_tags(desk) == ("cup",)


async def test_an_editors_draft_is_not_published(desk: Desk) -> None:
    desk.add(mode="apply")
    await desk.take()
    desk.cms.change(draft=True)
    report = await undo(desk)
    assert get_tags(desk) == ("cup",)
    assert "not published" in report.left[0].reason


async def test_what_waits_in_a_draft_is_left_and_told(desk: Desk) -> None:
    desk.add(mode="draft")
    await desk.take()
    report = await undo(desk)
    assert "draft" in report.left[0].reason


async def test_since_a_moment_all_articles_of_the_source_are_undone(desk: Desk) -> None:
    desk.cms.posts["2"] = Post()
    desk.add(mode="apply")
    await desk.take(make_event(), make_event(id="2"))
    report = await undo(desk, None, since=NOON)
    assert report.restored == 2


async def test_what_was_written_before_the_moment_stays(desk: Desk) -> None:
    desk.add(mode="apply")
    await desk.take()
    report = await undo(desk, None, since=NOON + MINUTE)
    assert (report.restored, get_tags(desk)) == (0, ("cup",))


async def test_it_has_to_be_said_what_is_undone(desk: Desk) -> None:
    with pytest.raises(BadInput, match="Name the delivery"):
        await undo(desk, None)


async def test_an_article_that_is_gone_or_a_cms_that_refuses_is_told(desk: Desk) -> None:
    desk.cms.posts["2"] = Post()
    desk.add(mode="apply")
    await desk.take(make_event(), make_event(id="2"))
    del desk.cms.posts["2"]
    desk.cms.before_write = fail_once(BadInput("The token may not."))
    report = await undo(desk)
    assert {one.article: one.reason for one in report.left} == {
        "blog:1": "The token may not.",
        "blog:2": "The CMS has the article no more.",
    }
    assert (await undo(desk)).restored == 1


@pytest.mark.parametrize("locale", ["en", "pt-BR", None])
async def test_an_article_is_found_by_its_id_and_locale(desk: Desk, locale: str | None) -> None:
    desk.cms.posts["a@b.md"] = Post()
    desk.add(mode="apply")
    await desk.take(make_event(id="a@b.md", locale=locale))
    from sqlalchemy import delete

    from app.store.tables.doors import delivery

    desk.database.write_now(lambda c: c.execute(delete(delivery)).rowcount)
    assert (await undo(desk)).restored == 1
