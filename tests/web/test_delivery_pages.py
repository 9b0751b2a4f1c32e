"""The pages of deliveries: what came in, what became of each article, and what to do where one is parked."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from fastapi import FastAPI
from markupsafe import escape

from app.domain.article_event import ArticleEvent, What, name_article
from app.domain.decision import Assignment
from app.domain.delivery import MOST_EVENTS, Delivery, DeliveryState, Fate, Outcome, list_parts
from app.domain.source import Source
from app.door.problems import add_problem_handlers
from app.store.articles import keep_article
from app.store.connection import Connection
from app.store.database import Database
from app.store.deliveries import keep_delivery
from app.store.opening import open_database
from app.store.sources import keep_source
from app.web import delivery_page
from app.web.delivery_view import FATES, MEANINGS, DeliveryView
from tests.api.job_app import open_job_client
from tests.store.kept_values import NOON, assign, decide
from tests.store.kept_values import build as build_article
from tests.store.kept_values import keep as keep_decided
from tests.web.test_job_pages import BROWSER
from tests.web.test_pages import HOSTILE, POLICY, Elements, find_policy

pytestmark = pytest.mark.anyio


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path / 'store.db'}")
    yield opened
    opened.close()


@pytest.fixture
async def client(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the pages alone."""
    app = FastAPI()
    app.state.services = SimpleNamespace(database=database)
    app.include_router(delivery_page.router)
    add_problem_handlers(app)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1:8000") as opened:
        yield opened


def build_event(number: int = 1, what: What = "published", **more: object) -> ArticleEvent:
    said = {"what": what, "id": f"a{number}", "title": f"Article {number}", "updated_at": NOON} | more
    return ArticleEvent.model_validate(said)


def build(number: int = 1, *events: ArticleEvent, state: DeliveryState = "waiting", **more: object) -> Delivery:
    at = NOON + timedelta(minutes=number)
    said = {"id": f"d{number}", "source": "blog", "key": f"id:{number}", "received_at": at, "due_at": at}
    return Delivery.model_validate({**said, "events": events, "state": state, **more})


def end(event: ArticleEvent, fate: Fate, **more: object) -> Outcome:
    return Outcome.model_validate({"article": name_article("blog", event), "fate": fate, **more})


def keep(database: Database, *kept: Delivery) -> None:
    def work(c: Connection) -> None:
        for one in kept:
            assert keep_delivery(c, one)

    database.write_now(work)


async def show(client: httpx.AsyncClient, path: str = "/deliveries/d1", status: int = 200) -> str:
    answer = await client.get(path, headers=BROWSER)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    return answer.text


async def test_a_browser_gets_pages_and_a_program_gets_json(tmp_path: Path) -> None:
    async with open_job_client(tmp_path) as (client, services):
        keep(services.database, build(1, build_event()))
        assert "<h1>From blog, " in await show(client)
        assert "<h1>Deliveries</h1>" in await show(client, "/deliveries")
        one, all_ = [(await client.get(path)).json() for path in ("/deliveries/d1", "/deliveries")]
    assert (one["delivery"], [told["delivery"] for told in all_["deliveries"]]) == ("d1", ["d1"])


async def test_each_article_leads_to_its_decision_and_its_history(
    client: httpx.AsyncClient, database: Database
) -> None:
    event = build_event()
    outcome = end(event, "classified", decision="x1", written=("baking", "bread"))
    keep(database, build(1, event, state="done", outcomes=(outcome,)))
    html = await show(client)
    assert {"/classifications/x1", "/articles/blog%3Aa1/history"} <= set(Elements(html).values("href"))
    assert "Written to the CMS: it has <code>baking</code>, <code>bread</code> since." in html


def keep_decision_about(database: Database, id_: str, *assignments: Assignment) -> None:
    decision = decide(id_, *assignments, article=build_article(id_=f"blog:{id_}"))
    database.write_now(lambda c: keep_decided(c, decision))


async def test_what_was_decided_is_told_apart_from_what_was_written(
    client: httpx.AsyncClient, database: Database
) -> None:
    events = [build_event(number) for number in range(4)]
    keep_decision_about(database, "x1", assign("baking", score=0.7), assign("bread"), assign("tools", "rejected"))
    keep_decision_about(database, "x2", assign("tools", "rejected"))
    outcomes = (
        end(events[0], "classified", decision="x1", written=("bread", "oven")),
        end(events[1], "classified", decision="x1"),
        end(events[2], "classified", decision="x2"),
        end(events[3], "classified", decision="x1", reason="The article was changed meanwhile."),
    )
    keep(database, build(1, *events, state="done", outcomes=outcomes))
    first, second, third, fourth = (await show(client)).split("<h2><bdi>")[1:]
    assert "Assigned: <code>bread</code>, <code>baking</code>.</p>" in first
    assert "it has <code>bread</code>, <code>oven</code> since." in first
    assert "Assigned: <code>bread</code>, <code>baking</code>. Nothing was written to the CMS." in second
    assert "No category is assigned. Nothing was written to the CMS." in third
    assert "changed meanwhile" in fourth
    assert MEANINGS["classified"] not in first + second + third + fourth


@pytest.mark.parametrize("fate", FATES)
async def test_every_fate_has_its_words(client: httpx.AsyncClient, database: Database, fate: Fate) -> None:
    event = build_event()
    keep(database, build(1, event, state="done", outcomes=(end(event, fate),)))
    html = await show(client)
    assert f'<p class="when">{FATES[fate]}</p>' in html
    assert MEANINGS[fate] in html
    assert "/history" not in html, "nothing was decided"


async def test_an_article_that_waits_is_told_from_one_that_is_done(
    client: httpx.AsyncClient, database: Database
) -> None:
    events = build_event(1), build_event(2)
    keep(database, build(1, *events, state="working", outcomes=(end(events[0], "unchanged"),)))
    html = await show(client)
    assert "1 of 2 articles so far" in html
    assert [f'<p class="when">{fate}</p>' in html for fate in ("Unchanged", "Waiting")] == [True, True]


async def test_what_is_parked_says_why_and_how_it_goes_on(client: httpx.AsyncClient, database: Database) -> None:
    event, reason = build_event(), "The token is wrong. See `scopenote sources show blog`."
    keep(database, build(1, event, state="parked", reason=reason, outcomes=(end(event, "parked", reason=reason),)))
    html = await show(client)
    assert "The token is wrong. See <code>scopenote sources show blog</code>." in html
    assert "<code>scopenote sources deliveries blog --again d1</code>" in html


async def test_what_could_not_be_read_says_who_can_mend_it(client: httpx.AsyncClient, database: Database) -> None:
    keep(database, build(1, state="parked", reason="data.title must be text, not a list."))
    html = await show(client)
    assert "data.title must be text, not a list." in html
    assert "have the CMS send the article again" in html
    assert "--again" not in html, "there is nothing to work on"


async def test_what_is_tried_again_says_when(client: httpx.AsyncClient, database: Database) -> None:
    later = NOON + timedelta(hours=1)
    keep(database, build(1, build_event(), reason="The CMS is away.", tries=2, due_at=later))
    html = await show(client)
    assert "2 tries failed. The CMS is away. It is tried again at" in html
    assert "<code>scopenote sources deliveries blog --again d1</code>" in html


@pytest.mark.parametrize(
    ("key", "words"),
    [("id:1", "a webhook call"), ("reconcile:a1:?", "list was looked through"), ("told:1", "made here")],
)
async def test_it_is_told_how_it_came(client: httpx.AsyncClient, database: Database, key: str, words: str) -> None:
    keep(database, build(1, build_event(), key=key))
    assert words in await show(client)


async def test_the_parts_of_a_call_lead_to_each_other(client: httpx.AsyncClient, database: Database) -> None:
    events = [build_event(number) for number in range(MOST_EVENTS + 1)]
    keep(database, *list_parts(build(1, *events)))
    assert "/deliveries/d1.2" in Elements(await show(client)).values("href")
    last = await show(client, "/deliveries/d1.2")
    assert "/deliveries/d1" in Elements(last).values("href")
    assert "2 (this one)" in last


async def test_each_part_of_a_call_says_what_became_of_the_whole(client: httpx.AsyncClient, database: Database) -> None:
    events = [build_event(number) for number in range(2 * MOST_EVENTS + 200)]
    first, second, third = list_parts(build(1, *events))
    ends = tuple(end(event, "classified" if number else "parked") for number, event in enumerate(first.events))
    done = first.model_copy(update={"state": "parked", "outcomes": ends, "reason": "Because."})
    begun = second.model_copy(update={"outcomes": (end(second.events[0], "echo"),)})
    keep(database, done, begun, third)
    for id_, size in (("d1", 500), ("d1.2", 500), ("d1.3", 200)):
        html = await show(client, f"/deliveries/{id_}")
        assert f"with {size} of the call’s 1,200 articles." in html
        assert "Of the articles of all parts: 699 waiting, 499 decided, 1 parked, 1 our own writing." in html
    listed = await show(client, "/deliveries")
    assert [f"500 articles, part {part} of a call" in listed for part in (1, 2)] == [True, True]


async def test_a_damaged_part_keeps_no_other_from_being_shown(client: httpx.AsyncClient, database: Database) -> None:
    events = [build_event(number) for number in range(MOST_EVENTS + 1)]
    keep(database, *list_parts(build(1, *events)))
    database.write_now(lambda c: c.exec_driver_sql("UPDATE delivery SET events = '[{]' WHERE id = 'd1'"))
    assert "with 1 article." in await show(client, "/deliveries/d1.2")


async def test_a_call_of_one_part_is_not_told_in_parts(client: httpx.AsyncClient, database: Database) -> None:
    keep(database, build(1, *(build_event(number) for number in range(MOST_EVENTS))))
    html = await show(client)
    assert "with 500 articles." in html
    assert "all parts" not in html
    assert ">500 articles<" in await show(client, "/deliveries")


async def test_an_article_that_nobody_knows_a_title_of_is_shown_by_its_id(
    client: httpx.AsyncClient, database: Database
) -> None:
    gone, known = build_event(1, "withdrawn", title=""), build_event(2, "withdrawn", title="")
    database.write_now(lambda c: keep_article(c, build_article(id_="a2"), "blog:a2", NOON))
    keep(database, *(build(number, event, state="done") for number, event in ((1, gone), (2, known))))
    for path in ("/deliveries", "/deliveries/d1"):
        assert "Article <code>a1</code>" in await show(client, path)
    for path in ("/deliveries", "/deliveries/d2"):
        assert "<bdi>Cup</bdi>" in await show(client, path)


async def test_what_waits_for_another_try_says_so(client: httpx.AsyncClient, database: Database) -> None:
    keep(database, build(1, build_event(), tries=1, reason="The CMS is away."), build(2, build_event()))
    html = await show(client, "/deliveries")
    assert html.count("Waiting for another try") == 1
    html = await show(client)
    assert "The CMS is away. It is tried again as soon as a worker is free." in html
    assert "--again" not in html


COMMAND = "`scopenote sources change blog --field tags=labels`"


@pytest.mark.parametrize(
    ("reason", "shown"),
    [
        pytest.param(f"See {COMMAND}.", f"See {COMMAND}.", id="short"),
        pytest.param("word " * 60, "word " * 40 + "…", id="between words"),
        pytest.param("x" * 300, "x" * 200 + " …", id="one word"),
        pytest.param(f"{'word ' * 35}{COMMAND} mends it.", f"{'word ' * 35}{COMMAND} …", id="command to its end"),
        pytest.param(f"{'word ' * 35}{COMMAND}", f"{'word ' * 35}{COMMAND}", id="command at the end"),
        pytest.param(f"{'word ' * 35}`{'long ' * 60}`", "word " * 35 + "…", id="endless command"),
        pytest.param(f"`{'long ' * 80}`", "…", id="nothing but a command"),
    ],
)
def test_a_reason_in_the_list_is_cut_between_words_and_in_no_command(reason: str, shown: str) -> None:
    view = DeliveryView(delivery=build(1, build_event(), reason=reason), titles={}, assigned={})
    assert view.short_reason == shown


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_what_strangers_wrote_is_text(client: httpx.AsyncClient, database: Database, hostile: str) -> None:
    event = build_event(1, title=hostile, id=hostile)
    outcome = end(event, "parked", reason=hostile, decision=hostile, written=(hostile,))
    keep(database, build(1, event, state="parked", reason=hostile, outcomes=(outcome,)))
    for path in ("/deliveries/d1", "/deliveries"):
        answer = await client.get(path, headers=BROWSER)
        assert find_policy(answer) == POLICY
        assert str(escape(hostile)) in answer.text
        assert hostile not in answer.text or hostile == escape(hostile)


async def test_what_is_not_kept_has_a_page_that_says_so(client: httpx.AsyncClient) -> None:
    assert "There is no delivery" in await show(client, "/deliveries/d9", 404)


async def test_before_the_first_delivery_the_list_says_how_one_comes(
    client: httpx.AsyncClient, database: Database
) -> None:
    assert "scopenote sources add" in await show(client, "/deliveries")
    database.write_now(lambda c: keep_source(c, Source(name="blog", cms="ghost", created_at=NOON)))
    assert "scopenote sources show blog" in await show(client, "/deliveries")


async def test_the_list_tells_what_became_of_each(client: httpx.AsyncClient, database: Database) -> None:
    events = [build_event(number) for number in range(3)]
    outcomes = (end(events[0], "classified"), end(events[1], "classified"), end(events[2], "echo"))
    keep(database, build(1, *events, state="done", outcomes=outcomes), build(2, build_event(7)), build(3, state="done"))
    html = await show(client, "/deliveries")
    for words in (
        ">3 articles<",
        ": 2 decided, 1 our own writing, from blog",
        ">Article 7<",
        "Nothing about an article",
    ):
        assert words in html
    assert html.index("/deliveries/d3") < html.index("/deliveries/d2") < html.index("/deliveries/d1")


async def test_the_list_is_limited_to_a_source_and_a_state(client: httpx.AsyncClient, database: Database) -> None:
    keep(
        database,
        build(1, build_event()),
        build(2, build_event(), state="done"),
        build(3, build_event(), source="shop", state="done"),
    )
    shown = {
        query: [f'"/deliveries/d{number}"' in await show(client, f"/deliveries{query}") for number in (1, 2, 3)]
        for query in ("?state=done", "?source=blog", "?source=blog&state=done", "?source=none")
    }
    assert shown == {
        "?state=done": [False, True, True],
        "?source=blog": [True, True, False],
        "?source=blog&state=done": [False, True, False],
        "?source=none": [False, False, False],
    }
    links = Elements(await show(client, "/deliveries?source=shop&state=done")).values("href")
    assert {"/deliveries?source=shop&state=parked", "/deliveries?state=done"} <= set(links)


async def test_the_list_of_deliveries_has_pages_that_keep_what_was_chosen(
    client: httpx.AsyncClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery_page, "ROWS", 2)
    keep(database, *(build(number, build_event()) for number in range(1, 4)))
    first = await show(client, "/deliveries?state=waiting")
    assert "/deliveries?state=waiting&before=d2" in Elements(first).values("href")
    second = await show(client, "/deliveries?state=waiting&before=d2")
    assert [f'"/deliveries/d{number}"' in second for number in (1, 2, 3)] == [True, False, False]


async def test_a_choice_that_there_is_not_is_refused(client: httpx.AsyncClient) -> None:
    assert (await client.get("/deliveries?state=odd", headers=BROWSER)).status_code == 422
