"""Tests of the work on one article of a delivery: which concern us, what is decided, and how often."""

from datetime import timedelta

import pytest

from app.domain.article_event import ArticleEvent, Body
from app.domain.delivery import Fate
from app.domain.source import Mode
from app.errors import BudgetSpent, ModelUnavailable, Unavailable
from app.store.articles import load_article
from app.store.cms_articles import find_cms_article
from tests.jobs.deliveries.made_deliveries import MINUTE, Desk, fail_once, make_delivery, make_event
from tests.store.kept_values import NOON

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)
OTHER = Body(format="html", content="<p>Leeds lost the cup.</p>")


async def test_a_published_article_is_decided_about(desk: Desk) -> None:
    desk.add()
    (outcome,) = await desk.take()
    assert (outcome.fate, outcome.decision, outcome.written) == ("classified", "decision-1", None)
    assert desk.load().state == "done"
    assert desk.decider.asked[0].key == "blog:1"


async def test_a_text_that_the_webhook_has_is_not_read_back(desk: Desk) -> None:
    desk.add()
    await desk.take()
    assert desk.cms.looks == 0


async def test_a_text_that_the_webhook_lacks_is_read_back(desk: Desk) -> None:
    desk.add()
    desk.cms.change(body="<p>Read back.</p>")
    await desk.take(make_event(body=None))
    assert desk.decider.asked[0].text == "Read back."
    assert desk.cms.is_open == 0


async def test_without_text_and_site_it_is_parked_with_what_to_do(desk: Desk) -> None:
    desk.add(site=None)
    (outcome,) = await desk.take(make_event(body=None))
    assert outcome.fate == "parked"
    assert "--site" in outcome.reason
    assert desk.load().state == "parked"


@pytest.mark.parametrize(
    ("event", "fate"),
    [
        pytest.param(make_event(what="withdrawn", body=None), "ignored", id="withdrawn"),
        pytest.param(make_event(updated_at=NOON - HOUR, body=OTHER), "outdated", id="older"),
        pytest.param(make_event(actor="Robot", body=OTHER), "echo", id="written by us"),
        pytest.param(make_event(touched=("Tags", "updated_at")), "echo", id="tags alone"),
        pytest.param(
            make_event(touched=("tags",), body=OTHER), "classified", id="says tags alone and has another text"
        ),
        pytest.param(make_event(touched=("title", "tags")), "unchanged", id="more than tags and the same text"),
        pytest.param(make_event(), "unchanged", id="the same text"),
        pytest.param(make_event(actor="Ann", body=OTHER), "classified", id="another text"),
        pytest.param(make_event(body=OTHER, updated_at=NOON + HOUR), "classified", id="newer"),
        pytest.param(make_event(body=OTHER, updated_at=None), "classified", id="without a moment"),
    ],
)
async def test_after_a_first_event(desk: Desk, event: ArticleEvent, fate: Fate) -> None:
    desk.add(options={"actor": "robot"})
    await desk.take()
    (outcome,) = await desk.take(event, id="d2", at=NOON + MINUTE)
    assert outcome.fate == fate
    assert len(desk.decider.made) == (2 if fate == "classified" else 1)


async def test_tags_alone_say_nothing_of_an_article_that_was_never_decided_about(desk: Desk) -> None:
    desk.add()
    (outcome,) = await desk.take(make_event(touched=("tags",)))
    assert outcome.fate == "classified"


async def test_two_events_of_one_publish_are_classified_once(desk: Desk) -> None:
    desk.add()
    first, second = await desk.take(make_event(), make_event(what="updated"))
    assert (first.fate, second.fate) == ("classified", "unchanged")
    assert first.decision == second.decision
    assert len(desk.decider.made) == 1


async def test_each_locale_is_an_article_of_its_own(desk: Desk) -> None:
    desk.add()
    outcomes = await desk.take(make_event(locale="en"), make_event(locale="de", body=OTHER))
    assert [outcome.article for outcome in outcomes] == ["blog:1@en", "blog:1@de"]
    assert {outcome.fate for outcome in outcomes} == {"classified"}


async def test_an_older_version_never_takes_the_place_of_a_newer_one(desk: Desk) -> None:
    desk.add()
    await desk.take(make_event(updated_at=NOON - HOUR, body=OTHER))
    await desk.take(make_event(), id="d2")
    (outcome,) = await desk.take(make_event(updated_at=NOON - MINUTE, body=OTHER), id="d3")
    assert outcome.fate == "outdated"
    article = desk.database.read_now(lambda c: load_article(c, "blog:1"))
    assert article.text == "Leeds won the cup."


@pytest.mark.parametrize("mode", ["off", "apply"])
async def test_a_text_that_waits_for_money_is_decided_about_also_where_its_tags_change_meanwhile(
    desk: Desk, mode: Mode
) -> None:
    desk.add(mode=mode)
    await desk.take(make_event(body=None))
    then, later = NOON + HOUR, NOON + 2 * HOUR
    desk.cms.change(body=OTHER.content, at=then)
    desk.decider.before = fail_once(BudgetSpent("It is spent.", payer="source:blog"))
    with pytest.raises(BudgetSpent):
        await desk.take(make_event(body=None, updated_at=then), id="d2", at=then)
    desk.cms.change(at=later)
    tagged = make_event(body=None, touched=("tags",), updated_at=later)
    assert [one.fate for one in await desk.take(tagged, id="d3", at=later)] == ["echo"]
    assert [one.fate for one in await desk.work_on("d2")] == ["classified"]
    assert desk.decider.asked[-1].text == "Leeds lost the cup."


async def test_a_newer_text_is_not_decided_about_twice_where_an_older_event_comes_in_late(desk: Desk) -> None:
    desk.add(mode="apply")
    desk.cms.change(body=OTHER.content, at=NOON + HOUR)
    await desk.take(make_event(body=None, updated_at=NOON + HOUR))
    (outcome,) = await desk.take(make_event(body=None, updated_at=NOON), id="d2")
    assert outcome.fate == "outdated"
    assert (len(desk.decider.asked), len(desk.cms.writes)) == (1, 1)


async def test_that_an_article_was_withdrawn_before_it_came_back_is_old_news_without_a_site_too(desk: Desk) -> None:
    desk.add(site=None)
    await desk.take()
    (outcome,) = await desk.take(make_event(what="withdrawn", body=None, updated_at=NOON - HOUR), id="d2")
    assert outcome.fate == "outdated"


async def test_a_moment_far_ahead_of_our_clock_is_not_believed(desk: Desk) -> None:
    desk.add()
    await desk.take(make_event(updated_at=NOON + 1000 * HOUR))
    (outcome,) = await desk.take(make_event(body=OTHER, updated_at=None), id="d2", at=NOON + MINUTE)
    assert outcome.fate == "classified"


async def test_an_echo_moves_the_newest_moment(desk: Desk) -> None:
    desk.add()
    await desk.take()
    await desk.take(make_event(touched=("tags",), updated_at=NOON + MINUTE), id="d2", at=NOON + HOUR)
    known = desk.database.read_now(lambda c: find_cms_article(c, "blog:1"))
    assert known is not None
    assert known.newest_at == NOON + MINUTE


async def test_a_text_that_cannot_be_read_parks_its_article_alone(desk: Desk) -> None:
    desk.add()
    empty = make_event(id="2", body=Body(format="html", content="<!-- -->"))
    outcomes = await desk.take(empty, make_event())
    assert [outcome.fate for outcome in outcomes] == ["parked", "classified"]
    assert desk.load().state == "parked"
    assert "blog:2" in desk.load().reason


async def test_an_article_that_is_gone_from_the_cms_is_ignored_where_it_was_seen_there(desk: Desk) -> None:
    desk.add()
    await desk.take(make_event(body=None))
    desk.cms.posts.clear()
    (outcome,) = await desk.take(make_event(body=None), id="d2")
    assert outcome.fate == "ignored"


async def test_an_article_that_is_gone_is_ignored_where_its_withdrawal_came_in_first(desk: Desk) -> None:
    desk.add()
    desk.cms.posts.clear()
    await desk.take(make_event(what="withdrawn", body=None))
    (outcome,) = await desk.take(make_event(body=None, updated_at=NOON - MINUTE), id="d2")
    assert outcome.fate == "ignored"


async def test_an_article_that_was_never_found_in_the_cms_is_parked(desk: Desk) -> None:
    desk.add()
    (outcome,) = await desk.take(make_event(id="7", body=None))
    assert (outcome.fate, outcome.reason) == ("parked", "The CMS has no article '7'.")


async def test_an_article_withdrawn_before_it_is_read_back_is_ignored(desk: Desk) -> None:
    desk.add()
    desk.cms.change(withdrawn=True)
    (outcome,) = await desk.take(make_event(body=None))
    assert outcome.fate == "ignored"


async def test_what_is_in_the_way_is_handed_on_and_the_site_closed(desk: Desk) -> None:
    desk.add()
    desk.cms.before_look = fail_once(Unavailable("busy"))
    with pytest.raises(Unavailable, match="busy"):
        await desk.take(make_event(body=None))
    assert desk.cms.is_open == 0
    assert desk.load().outcomes == ()
    await desk.work_on()
    assert desk.load().state == "done"


async def test_articles_that_have_their_outcome_are_not_worked_on_again(desk: Desk) -> None:
    desk.add()
    events = (make_event(), make_event(id="2", body=OTHER))
    calls = iter([None, ModelUnavailable("away"), None])

    def deed() -> None:
        if error := next(calls):
            raise error

    desk.decider.before = deed
    with pytest.raises(ModelUnavailable):
        await desk.take(*events)
    assert len(desk.load().outcomes) == 1
    await desk.work_on()
    assert [article.key for article in desk.decider.asked] == ["blog:1", "blog:2", "blog:2"]
    assert desk.load().state == "done"


async def test_a_source_that_was_removed_parks_its_deliveries(desk: Desk) -> None:
    await desk.take()
    assert desk.load().state == "parked"
    assert "was removed" in desk.load().reason


async def test_a_delivery_without_articles_is_done(desk: Desk) -> None:
    desk.add()
    desk.keep(make_delivery().model_copy(update={"events": ()}))
    await desk.work_on()
    assert desk.load().state == "done"


@pytest.mark.parametrize("mode", ["draft", "apply"])
async def test_where_tags_are_written_the_text_is_always_the_one_in_the_cms(desk: Desk, mode: Mode) -> None:
    desk.add(mode=mode)
    await desk.take(make_event(body=OTHER))
    assert desk.decider.asked[0].text == "Leeds won the cup."
