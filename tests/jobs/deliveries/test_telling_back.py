"""Tests of deliveries of our own: a CMS is told of a decision that came to stand here."""

from datetime import timedelta

import pytest

from app.domain.article_event import Body
from app.domain.decision import Decision
from app.domain.delivery import Delivery
from app.domain.feedback import Word
from app.store.callbacks import list_callbacks
from app.store.cms_articles import find_cms_article
from app.store.connection import Connection
from app.store.decisions import keep_decision
from app.store.deliveries import list_deliveries
from app.store.telling import is_own, tell_source
from app.store.words import keep_word
from tests.jobs.deliveries.made_deliveries import MINUTE, Desk, make_event
from tests.store.kept_values import NOON, assign, decide

pytestmark = pytest.mark.anyio

SOON = timedelta(seconds=10)
HOOK = "https://desk.example/hook"
OTHER = Body(format="html", content="<p>Leeds lost the cup.</p>")


def say(desk: Desk, category: str = "league") -> None:
    """An editor accepts a category, and the decision is made by that."""
    word = Word(category=category, verdict="accept", at=desk.clock)

    def work(c: Connection) -> None:
        keep_word(c, "blog:1", word)
        tell_source(c, "blog:1", word.at)

    desk.database.write_now(work)
    desk.decider.statuses = {**desk.decider.statuses, category: "assigned"}


def find_own(desk: Desk) -> Delivery:
    return next(one for one in desk.database.read_now(list_deliveries) if is_own(one))


def keep_standing(desk: Desk, *tags: str, degraded: bool = False) -> Decision:
    article = desk.decider.asked[0]
    decision = decide("standing", *(assign(tag, "assigned") for tag in tags), article=article, at=desk.clock)
    if degraded:
        judge = decision.judge.model_copy(update={"degraded": True})
        decision = decision.model_copy(update={"judge": judge})
    desk.database.write_now(
        lambda c: keep_decision(c, decision, key="blog:1", fingerprint="f", stands=True, job=None, at=desk.clock)
    )
    return decision


async def test_an_editors_word_is_written_to_the_cms_at_once(desk: Desk) -> None:
    desk.add(mode="apply", callback=HOOK)
    await desk.take()
    desk.clock = NOON + 5 * MINUTE
    say(desk)
    (outcome,) = await desk.work_on(find_own(desk).id)
    assert (outcome.fate, outcome.written) == ("classified", ("cup", "league"))
    assert desk.cms.posts["1"].tags == {"tags": ("cup", "league")}
    assert len(desk.database.read_now(lambda c: list_callbacks(c, "blog"))) == 2


async def test_its_echo_is_known(desk: Desk) -> None:
    desk.add(mode="apply")
    await desk.take()
    desk.clock = NOON + 5 * MINUTE
    say(desk)
    await desk.work_on(find_own(desk).id)
    at = desk.cms.posts["1"].at
    (outcome,) = await desk.take(make_event(updated_at=at), id="d2", at=desk.clock)
    assert outcome.fate == "echo"
    assert len(desk.cms.writes) == 2


async def test_working_on_it_again_writes_nothing_twice(desk: Desk) -> None:
    desk.add(mode="apply")
    await desk.take()
    say(desk)
    own = find_own(desk)
    await desk.work_on(own.id)
    desk.database.write_now(lambda c: tell_source(c, "blog:1", desk.clock + SOON))
    (again,) = (one for one in desk.database.read_now(list_deliveries) if is_own(one) and one.id != own.id)
    (outcome,) = await desk.work_on(again.id)
    assert outcome.written is None
    assert len(desk.cms.writes) == 2


async def test_an_edit_that_came_about_before_the_word_and_comes_in_after_it_is_no_old_news(desk: Desk) -> None:
    desk.add(mode="suggest", callback=HOOK)
    await desk.take()
    desk.clock = NOON + 5 * MINUTE
    say(desk)
    await desk.work_on(find_own(desk).id)
    known = desk.database.read_now(lambda c: find_cms_article(c, "blog:1"))
    assert known is not None
    assert known.newest_at == NOON
    event = make_event(body=OTHER, updated_at=NOON + MINUTE)
    (outcome,) = await desk.take(event, id="d2", at=NOON + 6 * MINUTE)
    assert outcome.fate == "classified"


async def test_a_word_is_told_after_a_newer_version_came_in_as_well(desk: Desk) -> None:
    desk.add(mode="apply")
    await desk.take()
    say(desk)
    later = NOON + 30 * MINUTE
    desk.cms.change(at=later)
    await desk.take(make_event(updated_at=later), id="d2", at=later)
    (outcome,) = await desk.work_on(find_own(desk).id)
    assert outcome.fate == "classified"


async def test_where_nothing_is_written_the_callback_goes_out_by_the_kept_article(desk: Desk) -> None:
    desk.add(mode="suggest", callback=HOOK, site=None)
    await desk.take()
    say(desk)
    (outcome,) = await desk.work_on(find_own(desk).id)
    assert (outcome.fate, outcome.written, desk.cms.looks) == ("classified", None, 0)
    bodies = [one.body for one in desk.database.read_now(lambda c: list_callbacks(c, "blog"))]
    assert any('"tags": ["cup", "league"]' in body for body in bodies)


async def test_the_decision_that_stands_is_told_and_no_judge_asked(desk: Desk) -> None:
    desk.add(mode="apply")
    await desk.take()
    standing = keep_standing(desk, "cup", "final")
    desk.database.write_now(lambda c: tell_source(c, "blog:1", desk.clock))
    asked = len(desk.decider.asked)
    (outcome,) = await desk.work_on(find_own(desk).id)
    assert (outcome.decision, outcome.written) == (standing.id, ("cup", "final"))
    assert len(desk.decider.asked) == asked


@pytest.mark.parametrize("way", ["a stand-in's", "a word since", "another text"])
async def test_one_that_does_not_hold_is_made_anew(desk: Desk, way: str) -> None:
    desk.add(mode="apply")
    await desk.take()
    keep_standing(desk, "final", degraded=way == "a stand-in's")
    desk.clock = NOON + MINUTE
    if way == "a word since":
        say(desk, "cup")
    if way == "another text":
        desk.cms.change(body=OTHER.content)
    desk.database.write_now(lambda c: tell_source(c, "blog:1", desk.clock))
    (outcome,) = await desk.work_on(find_own(desk).id)
    assert outcome.decision != "standing"
    assert desk.cms.posts["1"].tags == {"tags": ("cup",)}


async def test_an_article_that_is_gone_from_the_cms_is_ignored(desk: Desk) -> None:
    desk.add(mode="apply")
    await desk.take()
    say(desk)
    desk.cms.posts.clear()
    (outcome,) = await desk.work_on(find_own(desk).id)
    assert outcome.fate == "ignored"
