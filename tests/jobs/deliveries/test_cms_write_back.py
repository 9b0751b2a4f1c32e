"""Tests of writing tags back to a CMS: what is written, what is left alone, and what a crash leaves."""

from collections.abc import Callable

import pytest

from app.domain.decision import Status
from app.domain.feedback import Word
from app.domain.job import Fields
from app.domain.source import CMS, Mode
from app.errors import BadInput, CmsUnavailable, StoreUnavailable, Unavailable
from app.jobs.deliveries import seeing_through
from app.jobs.deliveries.reopening import work_again
from app.store.callbacks import list_callbacks
from app.store.words import keep_word
from tests.jobs.deliveries.made_deliveries import MINUTE, Desk, fail_once, make_event
from tests.store.kept_values import NOON

pytestmark = pytest.mark.anyio


class Crash(BaseException):
    """The process dies."""


def crash() -> None:
    raise Crash


async def test_tags_are_written_to_what_is_published(desk: Desk) -> None:
    desk.add(mode="apply")
    (outcome,) = await desk.take()
    assert desk.cms.writes == [({"tags": ("cup",)}, True)]
    assert (outcome.fate, outcome.written) == ("classified", ("cup",))
    assert [write.state for write in desk.list_writes()] == ["written"]
    assert (desk.find_tags()["cup"].by, desk.find_tags()["cup"].job) == ("scopenote", "d1")


async def test_tags_are_written_to_a_draft_and_are_ours_once_they_are_published(desk: Desk) -> None:
    desk.add(mode="draft")
    (outcome,) = await desk.take()
    assert desk.cms.writes == [({"tags": ("cup",)}, False)]
    assert outcome.written == ("cup",)
    assert desk.find_tags() == {}
    desk.cms.change(tags={"tags": ("cup",)}, draft=False, at=NOON + MINUTE)
    await desk.take(make_event(updated_at=NOON + MINUTE), id="d2", at=NOON + MINUTE)
    assert [write.state for write in desk.list_writes()] == ["written"]
    assert desk.find_tags()["cup"].by == "scopenote"


async def test_tags_that_wait_in_a_draft_are_not_written_again(desk: Desk) -> None:
    desk.add(mode="draft")
    await desk.take()
    (outcome,) = await desk.take(id="d2")
    assert outcome.fate == "unchanged"
    assert len(desk.cms.writes) == 1


async def test_suggestions_are_kept_and_nothing_is_written(desk: Desk) -> None:
    desk.add(mode="suggest")
    (outcome,) = await desk.take(make_event(tags=("news",)))
    await desk.take(make_event(tags=("news",)), id="d2")
    assert desk.cms.writes == []
    (write,) = desk.list_writes()
    assert (write.state, write.before, write.after) == ("suggested", {"tags": ("news",)}, {"tags": ("news", "cup")})
    assert outcome.written is None


async def test_with_the_mode_off_nothing_is_noted(desk: Desk) -> None:
    desk.add(mode="off")
    await desk.take()
    assert (desk.cms.looks, desk.cms.writes, desk.list_writes()) == (0, [], [])


async def test_an_editors_draft_holds_tags_back_until_it_is_published(desk: Desk) -> None:
    desk.add(mode="apply")
    desk.cms.change(draft=True)
    (outcome,) = await desk.take()
    assert desk.cms.writes == []
    assert outcome.fate == "classified"
    assert "not published" in outcome.reason
    await desk.take(id="d2")
    assert [write.state for write in desk.list_writes()] == ["held"]
    desk.cms.change(draft=False)
    await desk.take(id="d3")
    assert [write.state for write in desk.list_writes()] == ["held", "written"]


async def test_an_article_that_has_its_tags_is_not_written(desk: Desk) -> None:
    desk.add(mode="apply")
    desk.cms.change(tags={"tags": ("Cup",)})
    (outcome,) = await desk.take()
    assert (desk.cms.writes, outcome.fate, outcome.written) == ([], "classified", None)


async def test_the_echo_of_a_write_costs_and_writes_nothing(desk: Desk) -> None:
    desk.add(mode="apply")
    await desk.take()
    (outcome,) = await desk.take(make_event(updated_at=NOON + MINUTE), id="d2", at=NOON + MINUTE)
    assert outcome.fate == "echo"
    assert (len(desk.decider.made), len(desk.cms.writes)) == (1, 1)


@pytest.mark.parametrize(
    ("tags", "minutes"),
    [
        pytest.param(("cup", "ann"), 1, id="a person's tag is there too"),
        pytest.param(("cup",), 60, id="long after it was written"),
    ],
)
async def test_what_an_editor_saves_is_no_echo(desk: Desk, tags: tuple[str, ...], minutes: int) -> None:
    desk.add(mode="apply")
    await desk.take()
    at = NOON + minutes * MINUTE
    desk.cms.change(tags={"tags": tags}, at=at)
    (outcome,) = await desk.take(make_event(updated_at=at), id="d2", at=at)
    assert outcome.fate == "unchanged"


@pytest.mark.parametrize(
    "told",
    [
        pytest.param({"actor": "ann"}, id="somebody else wrote"),
        pytest.param({"touched": ("excerpt", "updated_at")}, id="another field changed"),
    ],
)
async def test_what_the_cms_says_is_somebody_elses_is_no_echo(desk: Desk, told: dict[str, object]) -> None:
    desk.add(mode="apply", options={"actor": "robot"})
    await desk.take()
    (outcome,) = await desk.take(make_event(updated_at=NOON + MINUTE, **told), id="d2", at=NOON + MINUTE)
    assert outcome.fate == "unchanged"


async def test_our_tags_of_a_category_that_is_defined_no_more_go(desk: Desk) -> None:
    desk.add(mode="apply")
    desk.decider.statuses = {"cup": "assigned", "league": "assigned"}
    await desk.take()
    desk.cms.change(tags={"tags": ("cup", "league", "ann")}, at=NOON + MINUTE)
    desk.decider.statuses, desk.decider.former = {"cup": "assigned"}, {"cup": ()}
    await desk.take(id="d2", at=NOON + MINUTE)
    assert desk.cms.posts["1"].tags == {"tags": ("cup", "ann")}


@pytest.mark.parametrize(
    ("status", "tags"),
    [
        pytest.param("assigned", ("news", "cup"), id="stands"),
        pytest.param("review", ("news", "cup"), id="waits for a person"),
        pytest.param("rejected", ("news",), id="fell"),
    ],
)
async def test_a_later_decision_takes_only_our_own_tags_away(desk: Desk, status: Status, tags: tuple[str, ...]) -> None:
    desk.add(mode="apply")
    desk.cms.change(tags={"tags": ("news",)})
    desk.decider.statuses = {"cup": "assigned", "news": "rejected"}
    await desk.take()
    desk.decider.statuses = {"cup": status, "news": "rejected"}
    await desk.take(id="d2", at=NOON + MINUTE)
    assert desk.cms.posts["1"].tags == {"tags": tags}


async def test_a_tag_that_a_person_removed_stays_removed_until_an_editor_accepts_it(desk: Desk) -> None:
    desk.add(mode="apply")
    await desk.take()
    desk.cms.change(tags={"tags": ("ann",)}, at=NOON + 2 * MINUTE)
    desk.clock = NOON + 3 * MINUTE
    await desk.take(id="d2", at=NOON + 2 * MINUTE)
    assert desk.cms.posts["1"].tags == {"tags": ("ann",)}
    assert desk.find_tags()["ann"].by == "person"
    word = Word(category="cup", verdict="accept", at=NOON + 4 * MINUTE)
    desk.database.write_now(lambda c: keep_word(c, "blog:1", word))
    await desk.take(make_event(updated_at=NOON + 5 * MINUTE), id="d3", at=NOON + 5 * MINUTE)
    assert desk.cms.posts["1"].tags == {"tags": ("ann", "cup")}


async def test_a_tag_that_a_person_added_right_before_the_write_stays(desk: Desk) -> None:
    desk.add(mode="apply")
    desk.decider.before = lambda: desk.cms.change(tags={"tags": ("ann",)})
    await desk.take()
    assert desk.cms.posts["1"].tags == {"tags": ("ann", "cup")}
    assert (desk.find_tags()["ann"].by, desk.find_tags()["cup"].by) == ("imported", "scopenote")


async def test_a_text_changed_while_it_is_decided_about_is_decided_about_anew(desk: Desk) -> None:
    desk.add(mode="apply")
    desk.decider.before = lambda: desk.cms.change(body="<p>Other.</p>")
    with pytest.raises(Unavailable, match="while it was decided"):
        await desk.take()
    assert desk.cms.writes == []
    await desk.work_on()
    assert [article.text for article in desk.decider.asked] == ["Leeds won the cup.", "Other."]
    assert len(desk.cms.writes) == 1


async def test_an_article_unpublished_while_it_is_decided_about_is_not_written(desk: Desk) -> None:
    desk.add(mode="apply")
    desk.decider.before = lambda: desk.cms.change(withdrawn=True)
    (outcome,) = await desk.take()
    assert (desk.cms.writes, outcome.fate, outcome.decision) == ([], "classified", "decision-1")


@pytest.mark.parametrize(
    ("cms", "words"),
    [
        pytest.param("wagtail", "writable=True", id="Wagtail"),
        pytest.param("directus", "role of the token", id="Directus"),
        pytest.param("github", "can be written", id="any other"),
    ],
)
async def test_a_cms_that_drops_the_tags_is_told_on_with_what_to_do(desk: Desk, cms: CMS, words: str) -> None:
    desk.add(mode="apply", cms=cms)
    desk.cms.drops = {"tags"}
    (outcome,) = await desk.take()
    assert outcome.fate == "parked"
    assert "'tags' has no tags in place of 'cup'" in outcome.reason
    assert words in outcome.reason
    assert (desk.load().state, desk.list_writes()[0].state) == ("parked", "differs")
    assert desk.find_tags() == {}


async def test_what_the_cms_drops_is_not_written_again_at_each_echo(desk: Desk) -> None:
    desk.add(mode="apply")
    desk.cms.drops = {"tags"}
    await desk.take()
    (outcome,) = await desk.take(id="d2", at=NOON + MINUTE)
    assert (outcome.fate, len(desk.cms.writes)) == ("unchanged", 1)


async def test_once_the_field_is_mended_the_same_delivery_can_be_worked_on_again(desk: Desk) -> None:
    desk.add(mode="apply")
    desk.cms.drops = {"tags"}
    await desk.take()
    await desk.take(make_event(updated_at=NOON + MINUTE), id="d2", at=NOON + MINUTE)
    desk.cms.drops = set()
    desk.database.write_now(lambda c: work_again(c, "d1"))
    (outcome,) = await desk.work_on()
    assert outcome.written == ("cup",)
    assert desk.load().state == "done"


async def test_a_tag_that_the_cms_spells_otherwise_is_still_ours(desk: Desk) -> None:
    desk.add(mode="apply")
    desk.cms.respell = str.upper
    (outcome,) = await desk.take()
    assert outcome.written == ("CUP",)
    desk.decider.statuses = {"cup": "rejected"}
    await desk.take(id="d2", at=NOON + MINUTE)
    assert desk.cms.posts["1"].tags == {"tags": ()}


async def test_tags_go_by_titles_where_the_source_says_so(desk: Desk) -> None:
    desk.add(mode="apply", options={"tag_names": "title"})
    await desk.take()
    assert desk.cms.posts["1"].tags == {"tags": ("CUP",)}
    desk.decider.statuses = {"cup": "rejected"}
    await desk.take(id="d2", at=NOON + MINUTE)
    assert desk.cms.posts["1"].tags == {"tags": ()}


async def test_a_field_that_the_cms_lacks_is_told(desk: Desk) -> None:
    desk.add(mode="apply", fields=Fields(tags="labels"))
    (outcome,) = await desk.take()
    assert outcome.fate == "classified"
    assert "no field 'labels'" in outcome.reason
    assert desk.cms.writes == []


async def test_fields_are_found_whatever_their_case_and_written_by_the_cmss_name(desk: Desk) -> None:
    desk.add(mode="apply", fields=Fields(tags="tags"))
    desk.cms.change(tags={"Tags": ("news",)})
    await desk.take()
    assert desk.cms.writes == [({"Tags": ("news", "cup")}, True)]
    assert desk.find_tags()["cup"].field == "tags"


async def test_a_refusal_parks_with_the_cmss_reason_and_the_decision(desk: Desk) -> None:
    desk.add(mode="apply")
    desk.cms.before_write = fail_once(BadInput("The token may not."))
    (outcome,) = await desk.take()
    assert (outcome.fate, outcome.decision, outcome.reason) == ("parked", "decision-1", "The token may not.")
    assert desk.list_writes()[0].state == "failed"


@pytest.mark.parametrize("mode", ["apply", "draft"])
@pytest.mark.parametrize("when", ["before_write", "after_write"])
async def test_after_a_crash_around_the_write_the_tags_are_there_once(desk: Desk, when: str, mode: Mode) -> None:
    desk.add(mode=mode)
    setattr(desk.cms, when, crash)
    with pytest.raises(Crash):
        await desk.take()
    setattr(desk.cms, when, lambda: None)
    (outcome,) = await desk.work_on()
    assert outcome.fate == "classified"
    assert outcome.written == ("cup",)
    if mode == "apply":
        assert len(desk.cms.writes) == 1
        assert desk.cms.posts["1"].tags == {"tags": ("cup",)}
        assert desk.find_tags()["cup"].by == "scopenote"
    assert len(desk.decider.made) == 1


async def test_a_write_whose_answer_was_lost_is_found_and_not_written_again(desk: Desk) -> None:
    desk.add(mode="apply")
    desk.cms.after_write = fail_once(CmsUnavailable("timed out"))
    with pytest.raises(CmsUnavailable):
        await desk.take()
    assert desk.list_writes()[0].state == "begun"
    (outcome,) = await desk.work_on()
    assert (outcome.written, len(desk.cms.writes)) == (("cup",), 1)
    assert [write.state for write in desk.list_writes()] == ["written"]


async def test_after_a_crash_a_persons_tags_are_told_from_ours(desk: Desk) -> None:
    desk.add(mode="apply")
    desk.cms.after_write = crash
    with pytest.raises(Crash):
        await desk.take()
    desk.cms.after_write = lambda: None
    desk.cms.change(tags={"tags": ("ann", "cup")})
    await desk.work_on()
    assert (desk.find_tags()["ann"].by, desk.find_tags()["cup"].by) == ("person", "scopenote")


async def test_after_a_crash_between_the_write_and_the_outcome_it_is_told_as_the_first_time(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.add(mode="apply", callback="https://there.example/hook")
    with monkeypatch.context() as patch:
        patch.setattr(seeing_through, "settle_delivery", lambda *_: crash())
        with pytest.raises(Crash):
            await desk.take()
    assert [write.state for write in desk.list_writes()] == ["written"]
    (outcome,) = await desk.work_on()
    assert (outcome.fate, outcome.written, len(desk.cms.writes)) == ("classified", ("cup",), 1)
    assert len(desk.database.read_now(lambda c: list_callbacks(c, "blog"))) == 1


async def test_an_outage_of_the_store_after_the_write_ends_like_a_crash(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.add(mode="apply")
    write: Callable[..., object] = desk.database.write

    def go_away() -> None:
        async def fail(_: object) -> None:
            raise StoreUnavailable("away")

        monkeypatch.setattr(desk.database, "write", fail)

    desk.cms.after_write = go_away
    with pytest.raises(StoreUnavailable):
        await desk.take()
    monkeypatch.setattr(desk.database, "write", write)
    desk.cms.after_write = lambda: None
    (outcome,) = await desk.work_on()
    assert (outcome.fate, outcome.written, len(desk.cms.writes)) == ("classified", ("cup",), 1)
