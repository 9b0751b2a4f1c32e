"""The webhook door: what is signed is kept once and answered at once, and what is not learns nothing."""

import asyncio
import hashlib
import hmac
import json
import logging
import threading
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import get_args

import httpx
import pytest

from app.cms.adapter import Adapter
from app.cms.arrival import Arrival
from app.domain.article_event import ArticleEvent
from app.domain.delivery import MOST_EVENTS, Outcome
from app.domain.quotes import LEFT_OUT
from app.domain.source import CMS, Source
from app.errors import BadPayload
from app.store.connection import Connection
from app.store.deliveries import list_deliveries, load_delivery, settle_delivery
from app.store.sources import keep_source
from app.webhooks.admitting import pretend
from app.webhooks.receiving import SAME_CALL
from app.webhooks.sparing import SHORT
from tests.webhooks.door_app import (
    MAX_BYTES,
    NOW,
    SECRET,
    Door,
    build_payload,
    open_door,
    replace_reading,
    sign,
)

pytestmark = pytest.mark.anyio

BODY = build_payload()
OTHER = "whsec_" + "QUFB" * 11
FIRST = {"delivery": "d1", "status": "accepted", "classification_url": "/deliveries/d1"}


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    """A door for one source, `blog`, by Standard Webhooks."""
    async with open_door(tmp_path) as opened:
        opened.add("blog", "standard", SECRET)
        yield opened


async def send(
    door: Door, body: bytes = BODY, name: str = "blog", headers: Mapping[str, str | None] | None = None
) -> httpx.Response:
    """A signed call, with these headers in place of its own; None takes one away."""
    chosen = {**sign(body), **(headers or {})}
    given = {key: value for key, value in chosen.items() if value is not None}
    return await door.client.post(f"/webhooks/{name}", content=body, headers=given)


async def test_a_signed_call_is_kept_and_answered_and_the_worker_is_woken(door: Door) -> None:
    assert not door.doors.woken.is_set()
    response = await send(door)
    assert (response.status_code, response.json()) == (202, FIRST)
    assert door.doors.woken.is_set()
    kept = door.doors.database.read_now(lambda c: load_delivery(c, "d1"))
    assert (kept.state, kept.received_at, kept.due_at) == ("waiting", NOW, NOW)
    assert [(event.what, event.id, event.title) for event in kept.events] == [("published", "a1", "Article 1")]


async def test_the_same_call_again_gets_the_same_answer(door: Door) -> None:
    first = await send(door)
    door.doors.woken.clear()
    door.clock.moment += timedelta(seconds=60)
    for body in (
        BODY,
        build_payload(2),
    ):  # its id tells a repetition, and a new try has a time and signature of its own
        response = await send(door, body, headers=sign(body, at=door.clock.moment))
        assert (response.status_code, response.content) == (202, first.content)
    assert len(door.list_kept()) == 1


async def test_the_answer_stays_the_same_once_all_is_decided(door: Door) -> None:
    first = await send(door)
    settle(door, "d1")
    assert (await send(door)).content == first.content


def settle(door: Door, delivery_id: str) -> None:
    """Have it decided."""
    outcome = Outcome(article="blog:a1", fate="classified", decision="x1", written=("baking",))

    def work(c: Connection) -> None:
        settle_delivery(c, load_delivery(c, delivery_id).model_copy(update={"state": "done", "outcomes": (outcome,)}))

    door.doors.database.write_now(work)


async def test_two_of_the_same_at_the_same_moment_are_kept_once(door: Door) -> None:
    responses = await asyncio.gather(*(send(door) for _ in range(10)))
    assert {response.status_code for response in responses} == {202}
    assert len({response.content for response in responses}) == 1
    assert len(door.list_kept()) == 1


REFUSED = [
    pytest.param("shop", BODY, {}, "There is no source of that name", id="no such source"),
    pytest.param("%00%ff", BODY, {}, "There is no source of that name", id="a name that nobody can have"),
    pytest.param("blog", BODY.replace(b"Bread", b"Broad"), sign(BODY), "does not hold", id="another body"),
    pytest.param(
        "blog", BODY, sign(BODY, key=b"another secret, and long enough"), "does not hold", id="another secret"
    ),
    pytest.param("blog", BODY, sign(BODY, at=NOW - timedelta(hours=1)), "too old", id="an old signature"),
    pytest.param("blog", BODY, {"webhook-signature": None}, "no webhook-signature", id="no signature"),
    pytest.param("blog", BODY, {"webhook-signature": "v1,%%%"}, "no signature", id="a malformed signature"),
    pytest.param("bare", BODY, {}, "no secret that counts", id="a source without a secret"),
    pytest.param("odd", BODY, {}, "option tolerance", id="an option that cannot be used"),
]


@pytest.mark.parametrize(("name", "body", "headers", "logged"), REFUSED)
async def test_what_is_not_verified_is_refused_in_the_same_words_and_the_log_has_the_cause(
    door: Door,
    *,
    name: str,
    body: bytes,
    headers: dict[str, str | None],
    logged: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    door.add("bare")
    door.add("odd", "standard", SECRET, tolerance="soon")
    response = await send(door, body, name, headers)
    told, plain = response.json(), (await send(door, name="nobody-has-this-name")).json()
    assert (response.status_code, told | {"instance": ""}) == (401, plain | {"instance": ""})
    assert "www-authenticate" in response.headers
    assert logged in caplog.records[0].getMessage()
    assert SECRET.removeprefix("whsec_") not in caplog.text
    assert door.list_kept() == []


async def test_a_name_without_an_end_is_not_logged_without_an_end(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    assert (await send(door, name="x" * 20_000)).status_code == 401
    assert len(caplog.text) < 1000


async def test_while_secrets_are_changed_both_are_good(door: Door) -> None:
    door.add("both", "standard", OTHER, SECRET)
    assert (await send(door, name="both")).status_code == 202


TYPES = [
    pytest.param("application/json", 202, id="JSON"),
    pytest.param("Application/JSON; charset=utf-8", 202, id="JSON with a charset"),
    pytest.param("application/vnd.contentful.management.v1+json", 202, id="a vendor's JSON"),
    pytest.param("text/plain", 415, id="text, which a browser sends without asking"),
    pytest.param("text/plain; application/json", 415, id="text that says it is JSON"),
    pytest.param("multipart/form-data; boundary=x", 415, id="multipart"),
    pytest.param("application/x-www-form-urlencoded", 415, id="a form, where the CMS sends none"),
    pytest.param("", 415, id="nothing"),
    pytest.param(None, 415, id="no header"),
]


@pytest.mark.parametrize(("media_type", "status"), TYPES)
async def test_only_json_is_taken(door: Door, media_type: str | None, status: int) -> None:
    assert (await send(door, headers={"content-type": media_type})).status_code == status
    assert len(door.list_kept()) == (status == 202)


async def test_a_form_does_not_tell_which_sources_there_are(door: Door) -> None:
    form = "application/x-www-form-urlencoded"
    door.add("forms", "wp-webhooks", "secret")
    answers = [
        await send(door, name=name, headers={"content-type": form, "webhook-id": "m"})
        for name in ("blog", "forms", "shop")
    ]
    assert [answer.status_code for answer in answers] == [401, 401, 401]


async def test_what_cannot_be_mapped_is_refused_with_the_field_and_kept(door: Door) -> None:
    body = json.dumps({"type": "article.published", "data": {"id": 1, "title": ["x"], "html": "<p>x</p>"}}).encode()
    answers = [await send(door, body), await send(door, body)]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert "title" in answers[0].json()["detail"]
    assert "delivery d1" in answers[0].json()["detail"]
    assert answers[0].content == answers[1].content
    ((source, state, reason),) = door.list_kept()
    assert (source, state, "title" in reason) == ("blog", "parked", True)
    assert not door.doors.woken.is_set()


async def test_what_could_not_be_mapped_is_taken_once_it_can_be(tmp_path: Path) -> None:
    def refuse(arrival: Arrival, source: Source) -> tuple[ArticleEvent, ...]:
        if source.options.get("tolerance") is None:
            raise BadPayload("data.title is missing")
        return (ArticleEvent(what="published", id="a1"),)

    def change(adapter: Adapter) -> Adapter:
        return replace_reading(adapter, read_events=refuse)

    async with open_door(tmp_path, change=change) as door:
        source = door.add("blog", "standard", SECRET)
        assert (await send(door)).status_code == 422
        mended = source.model_copy(update={"options": {"tolerance": "60"}})
        door.doors.database.write_now(lambda c: keep_source(c, mended))
        response = await send(door)
        assert (response.status_code, response.json()) == (202, FIRST)
        assert door.list_kept() == [("blog", "waiting", "")]


async def test_what_concerns_no_article_is_done_at_once(door: Door) -> None:
    response = await send(door, build_payload(kind="comment.added"))
    assert (response.status_code, response.json()["status"]) == (202, "ignored")
    assert [state for _, state, _ in door.list_kept()] == ["done"]
    assert not door.doors.woken.is_set()


@pytest.mark.parametrize("body", [b"[" * 5000, b"{", b"\xff\xfe", b"null", b"[]", b'"' + b'\\"' * 5000, b""])
async def test_a_body_that_is_no_payload_is_refused_clearly(door: Door, body: bytes) -> None:
    response = await send(door, body)
    assert response.status_code in {401, 422}  # Standard Webhooks signs nothing but UTF-8
    assert response.headers["content-type"] == "application/problem+json"


async def test_a_body_over_the_limit_is_refused_however_it_comes(door: Door) -> None:
    sent = 0

    async def stream() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(100):
            sent += 10_000
            yield b"x" * 10_000

    headers = {"content-type": "application/json"}
    response = await door.client.post("/webhooks/blog", content=stream(), headers=headers)
    assert response.status_code == 413
    assert sent <= MAX_BYTES + 20_000
    assert door.list_kept() == []


async def test_what_is_large_is_read_beside_the_event_loop(tmp_path: Path) -> None:
    seen: list[str] = []

    def watch(adapter: Adapter) -> Adapter:
        def read(arrival: Arrival, source: Source) -> tuple[ArticleEvent, ...]:
            seen.append(threading.current_thread().name)
            return adapter.read_events(arrival, source)

        return replace_reading(adapter, read_events=read)

    async with open_door(tmp_path, change=watch) as door:
        door.add("blog", "standard", SECRET)
        for size in (1, SHORT):
            body = build_payload(size, "x" * size)
            await send(door, body, headers=sign(body, f"m{size}"))
    assert [name.startswith("webhooks") for name in seen] == [False, True]


async def test_what_is_told_begins_with_the_address_that_the_service_is_called_by(tmp_path: Path) -> None:
    async with open_door(tmp_path, address="https://tags.example") as door:
        door.add("blog", "standard", SECRET)
        assert (await send(door)).json()["classification_url"] == "https://tags.example/deliveries/d1"
        settle(door, "d1")
        (outcome,) = (await door.client.get("/deliveries/d1")).json()["outcomes"]
        assert outcome["classification_url"] == "https://tags.example/classifications/x1"


BARE = b'{"event":"articles.items.update","trigger":{"payload":{"tags":["a"]},"keys":["1"],"collection":"articles"}}'


async def post_bare(door: Door) -> str:
    """What Directus sends of a change: neither text, nor date, nor id."""
    headers = {"content-type": "application/json", "authorization": "Bearer shared-token"}
    response = await door.client.post("/webhooks/items", content=BARE, headers=headers)
    assert response.status_code == 202
    return str(response.json()["delivery"])


async def test_the_same_bytes_are_another_call_once_the_first_is_long_dealt_with(door: Door) -> None:
    """Whoever sends only what changed sends the same when a tag is set, taken away, and set again."""
    door.add("items", "directus", "shared-token")
    first = await post_bare(door)
    door.clock.moment += 2 * SAME_CALL
    assert await post_bare(door) == first, "it still waits"
    settle(door, first)
    second = await post_bare(door)
    assert second != first
    assert len(door.list_kept()) == 2


async def test_the_same_bytes_soon_after_are_the_same_call(door: Door) -> None:
    door.add("items", "directus", "shared-token")
    first = await post_bare(door)
    settle(door, first)
    door.clock.moment += SAME_CALL
    assert await post_bare(door) == first


async def test_the_same_bytes_to_another_source_are_another_call(door: Door) -> None:
    for name in ("items", "others"):
        door.add(name, "token", "shared-token")
        headers = {"content-type": "application/json", "authorization": "Bearer shared-token"}
        await door.client.post(f"/webhooks/{name}", content=BODY, headers=headers)
    assert sorted(source for source, _, _ in door.list_kept()) == ["items", "others"]


HUB = "hub-secret"


async def push(door: Door, body: bytes, name: str, event: str = "push") -> str:
    """What GitHub sends, under a name that its signature does not hold."""
    headers = {
        "content-type": "application/json",
        "x-hub-signature-256": "sha256=" + hmac.new(HUB.encode(), body, hashlib.sha256).hexdigest(),
        "x-github-delivery": name,
        "x-github-event": event,
    }
    response = await door.client.post("/webhooks/site", content=body, headers=headers)
    assert response.status_code == 202
    return str(response.json()["delivery"])


def build_push(*paths: str) -> bytes:
    commit = {"id": "c", "message": "m", "author": {"name": "A"}, "added": paths}
    return json.dumps({"ref": "refs/heads/main", "repository": {}, "commits": [commit]}).encode()


async def test_a_name_that_nobody_signed_does_not_suppress_another_call(door: Door) -> None:
    door.add("site", "github", HUB)
    caught = await push(door, build_push("content/a.md"), "n2")
    genuine = await push(door, build_push("content/b.md"), "n2")
    assert caught != genuine
    assert len(door.list_kept()) == 2


async def test_a_caught_call_under_a_new_name_is_the_same_call(door: Door) -> None:
    door.add("site", "github", HUB)
    first = await push(door, build_push("content/a.md"), "n1")
    settle(door, first)
    assert await push(door, build_push("content/a.md"), "n2") == first
    assert len(door.list_kept()) == 1


async def test_what_an_unsigned_header_says_happened_does_not_suppress_what_happened(door: Door) -> None:
    door.add("site", "github", HUB)
    ignored = await push(door, build_push("content/a.md"), "n1", event="ping")
    assert await push(door, build_push("content/a.md"), "n1") != ignored
    assert sorted(state for _, state, _ in door.list_kept()) == ["done", "waiting"]


async def test_whatever_is_written_in_an_unsigned_header_a_caught_call_is_kept_as_few(door: Door) -> None:
    door.add("site", "github", HUB)
    for number in range(20):
        await push(door, build_push("content/a.md"), "n1", event=f"made-up-{number}")
    assert [state for _, state, _ in door.list_kept()] == ["done"]


def test_names_that_there_are_not_answer_as_sources_of_every_cms_do() -> None:
    names = [f"name-{number}" for number in range(1_000)]
    assert {pretend(name) for name in names} == set(get_args(CMS))
    assert [pretend(name) for name in names] == [pretend(name) for name in names]


async def test_bare_bytes_that_come_again_and_again_are_one_call_in_a_while(door: Door) -> None:
    door.add("items", "directus", "shared-token")
    settle(door, await post_bare(door))
    door.clock.moment += 2 * SAME_CALL
    second = await post_bare(door)
    door.clock.moment += SAME_CALL / 2
    settle(door, second)
    assert await post_bare(door) == second
    assert len(door.list_kept()) == 2


async def test_a_call_about_very_many_articles_is_kept_in_parts_that_its_answer_leads_to(door: Door) -> None:
    door.add("site", "github", HUB)
    body = build_push(*(f"content/{number}.md" for number in range(2 * MOST_EVENTS + 1)))
    assert [await push(door, body, name) for name in ("n1", "n2")] == ["d1", "d1"]
    kept = door.doors.database.read_now(list_deliveries)
    assert {one.id: len(one.events) for one in kept} == {"d1": MOST_EVENTS, "d1.2": MOST_EVENTS, "d1.3": 1}
    assert len({event.id for one in kept for event in one.events}) == 2 * MOST_EVENTS + 1
    for part in ("d1", "d1.3"):
        told = (await door.client.get(f"/deliveries/{part}")).json()
        assert told["parts"] == [
            {"delivery": id_, "state": "waiting", "url": f"/deliveries/{id_}"} for id_ in ("d1", "d1.2", "d1.3")
        ]


async def test_what_could_not_be_mapped_gets_all_its_parts_once_it_can_be(tmp_path: Path) -> None:
    def read(arrival: Arrival, source: Source) -> tuple[ArticleEvent, ...]:
        if source.options.get("tolerance") is None:
            raise BadPayload("data.title is missing")
        return tuple(ArticleEvent(what="published", id=f"a{number}") for number in range(MOST_EVENTS + 1))

    async with open_door(tmp_path, change=lambda adapter: replace_reading(adapter, read_events=read)) as door:
        source = door.add("blog", "standard", SECRET)
        assert (await send(door)).status_code == 422
        mended = source.model_copy(update={"options": {"tolerance": "300"}})
        door.doors.database.write_now(lambda c: keep_source(c, mended))
        door.clock.moment += timedelta(seconds=60)
        assert (await send(door)).json() == FIRST
        told = (await door.client.get("/deliveries/d1")).json()
        assert [part["delivery"] for part in told["parts"]] == ["d1", "d1.2"]


async def test_what_could_not_be_mapped_is_logged_with_the_reason_and_without_the_article(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    data = {"id": "Bread\nis 'baked'", "title": "Bread", "html": "<p>Bread</p>"}
    await send(door, json.dumps({"type": "article.published", "data": data}).encode())
    (record,) = [one for one in caplog.records if one.levelno == logging.WARNING]
    told = {name: getattr(record, name) for name in ("delivery", "source", "reason")}
    assert told == {"delivery": "d1", "source": "blog", "reason": f"data.id must be an id, not {LEFT_OUT}."}


async def test_a_sender_cannot_keep_a_name_without_an_end(door: Door) -> None:
    message = "m" * 5_000
    for _ in range(2):
        response = await send(door, headers=sign(BODY, message))
        assert (response.status_code, response.json()) == (202, FIRST)


async def test_a_delivery_tells_what_became_of_it(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await send(door)
    waiting = (await door.client.get("/deliveries/d1")).json()
    assert (waiting["state"], waiting["source"], waiting["outcomes"]) == ("waiting", "blog", [])
    settle(door, "d1")
    done = (await door.client.get("/deliveries/d1")).json()
    assert (done["state"], done["outcomes"]) == (
        "done",
        [
            {
                "article": "blog:a1",
                "fate": "classified",
                "classification_url": "/classifications/x1",
                "reason": "",
                "written": ["baking"],
            }
        ],
    )
    assert "Bread" not in caplog.text + json.dumps(done)


@pytest.mark.parametrize("delivery_id", ["d9", "%00", "x" * 200])
async def test_a_delivery_that_is_not_kept_is_not_found(door: Door, delivery_id: str) -> None:
    response = await door.client.get(f"/deliveries/{delivery_id}")
    assert (response.status_code, response.headers["content-type"]) == (404, "application/problem+json")


async def list_told(door: Door, query: str = "") -> tuple[list[str], str | None]:
    """The ids of what is listed, and what leads on."""
    page = (await door.client.get(f"/deliveries{query}")).json()
    return [told["delivery"] for told in page["deliveries"]], page["next"]


async def test_deliveries_are_listed_page_by_page_by_source_and_state(door: Door) -> None:
    door.add("shop", "standard", SECRET)
    for number, name in enumerate(("blog", "shop", "blog"), 1):
        body = build_payload(number)
        await send(door, body, name, sign(body, f"m{number}"))
        door.clock.moment += timedelta(seconds=1)
    settle(door, "d1")
    assert await list_told(door, "?limit=2") == (["d3", "d2"], "d2")
    assert await list_told(door, "?limit=2&before=d2") == (["d1"], None)
    assert await list_told(door, "?source=blog") == (["d3", "d1"], None)
    assert await list_told(door, "?state=done") == (["d1"], None)
    assert "Bread" not in (await door.client.get("/deliveries")).text


@pytest.mark.parametrize(("query", "status"), [("before=d9", 404), ("state=odd", 422), ("limit=0", 422)])
async def test_a_list_that_there_is_not_is_refused(door: Door, query: str, status: int) -> None:
    assert (await door.client.get(f"/deliveries?{query}")).status_code == status
