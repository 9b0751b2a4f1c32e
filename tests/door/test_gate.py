"""The whole application at its door: who is let in with what, and how the others are told."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.domain.article import Article
from app.domain.decision import Decision
from app.domain.errand import Errand
from app.domain.key import Scope, includes
from app.domain.progress import Watch
from app.server import create_probe
from app.store.keys import list_keys
from tests.door.entrance import AFAR, BROWSER, Entrance, open_entrance

pytestmark = pytest.mark.anyio

ARTICLE = {"title": "Bread", "text": "Bread and pastry come out of ovens."}


@pytest.fixture
async def entrance(tmp_path: Path) -> AsyncIterator[Entrance]:
    async with open_entrance(tmp_path) as opened:
        yield opened


async def test_without_keys_this_machine_may_do_everything(entrance: Entrance) -> None:
    async with entrance.ask() as client:
        assert (await client.post("/classify", json=ARTICLE)).status_code == 200
        assert [(await client.get(path)).status_code for path in ("/review", "/jobs", "/docs")] == [200, 200, 200]


async def test_without_keys_others_are_refused_even_if_the_service_listens_to_them(entrance: Entrance) -> None:
    answer = await entrance.get("/categories", address=AFAR)
    assert (answer.status_code, "scopenote keys create" in answer.json()["detail"]) == (403, True)
    page = await entrance.get("/classify", address=AFAR, **BROWSER)
    assert (page.status_code, page.headers["content-type"]) == (403, "text/html; charset=utf-8")


@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded", "x-real-ip"])
async def test_without_keys_a_proxy_on_this_machine_lets_nobody_in(entrance: Entrance, header: str) -> None:
    """What it passes on comes from loopback, whoever asked it."""
    assert (await entrance.get("/jobs", **{header: AFAR})).status_code == 403
    entrance.keep()
    assert (await entrance.get("/healthz", **{header: AFAR})).status_code == 200


async def test_without_keys_others_are_let_in_where_that_is_meant(tmp_path: Path) -> None:
    async with open_entrance(tmp_path, allow_open=True) as entrance:
        assert (await entrance.get("/categories", address=AFAR)).status_code == 200


async def test_where_everybody_is_meant_a_key_closes_the_door_all_the_same(tmp_path: Path) -> None:
    async with open_entrance(tmp_path, allow_open=True) as closed:
        closed.keep()
        assert (await closed.get("/categories", address=AFAR)).status_code == 401


NEEDS: list[tuple[str, str, Scope | None]] = [
    ("GET", "/healthz", None),
    ("GET", "/login", None),
    ("GET", "/static/0/style.css", None),
    ("POST", "/webhooks/nothing", None),
    ("POST", "/classify", "classify"),
    ("POST", "/classify/plan", "classify"),
    ("POST", "/classify/page", "classify"),
    ("GET", "/categories", "classify"),
    ("GET", "/categories/baking", "classify"),
    ("GET", "/classifications/x", "classify"),
    ("GET", "/articles/a/b/history", "classify"),
    ("GET", "/docs", "classify"),
    ("GET", "/openapi.json", "classify"),
    ("HEAD", "/categories", "classify"),
    ("GET", "/review", "review"),
    ("POST", "/classifications/x/feedback", "review"),
    ("POST", "/classifications/x/feedback/page", "review"),
    ("GET", "/jobs", "admin"),
    ("POST", "/jobs", "admin"),
    ("GET", "/jobs/x/report", "admin"),
    ("POST", "/jobs/x/undo", "admin"),
    ("POST", "/categories/reload", "admin"),
    ("GET", "/metrics", "watch"),
    ("HEAD", "/metrics", "watch"),
    ("POST", "/metrics", "admin"),
    ("DELETE", "/categories", "admin"),
    ("GET", "/nothing/here", "admin"),
    ("GET", "/healthz/", "admin"),
]


async def test_every_address_needs_the_scope_that_is_written_down_for_it(entrance: Entrance) -> None:
    keys: dict[Scope, str] = {
        "classify": entrance.keep("c", "classify"),
        "review": entrance.keep("r", "review"),
        "watch": entrance.keep("w", "watch"),
        "admin": entrance.keep("a", "admin"),
    }
    found: list[tuple[str, str, Any]] = []
    for method, path, _ in NEEDS:
        async with entrance.ask() as client:
            refused = (await client.request(method, path)).status_code == 401
        let_in = []
        for scope, key in keys.items():
            async with entrance.ask(key) as client:
                if (await client.request(method, path)).status_code not in {401, 403}:
                    let_in.append(scope)
        narrowest = let_in[0] if refused else None
        assert not refused or let_in == [scope for scope in keys if includes(scope, let_in[0])]
        found.append((method, path, narrowest))
    assert found == NEEDS


async def test_a_workers_figures_need_the_same_scope(entrance: Entrance) -> None:
    keys = [entrance.keep(scope, scope) for scope in ("review", "watch", "admin")]
    entrance.app = create_probe(entrance.services, "127.0.0.1")
    assert [(await entrance.get("/metrics", key)).status_code for key in ("", *keys)] == [401, 403, 200, 200]
    assert (await entrance.get("/healthz")).status_code == 200


@pytest.mark.parametrize("headers", [{}, BROWSER, {"hx-request": "true"}], ids=["a program", "a browser", "a script"])
async def test_a_worker_has_no_page_to_sign_in_at_and_names_none(entrance: Entrance, headers: dict[str, str]) -> None:
    entrance.keep()
    entrance.app = create_probe(entrance.services, "127.0.0.1")
    answer = await entrance.get("/metrics", **headers)
    assert (answer.status_code, answer.headers.get("location"), answer.headers.get("hx-redirect")) == (401, None, None)
    assert answer.json()["detail"] == "A key is needed. Send it as `Authorization: Bearer KEY`."


async def test_a_host_header_does_not_make_another_address_of_it(entrance: Entrance) -> None:
    entrance.keep()
    for host in ("127.0.0.1/healthz?", "127.0.0.1/healthz#", "x/static/y?"):
        answer = await entrance.get("/jobs", host=host)
        assert answer.status_code in {400, 401}


@pytest.mark.parametrize(
    ("header", "says"),
    [
        pytest.param(None, "A key is needed", id="none"),
        pytest.param("Bearer nonsense", "not a key", id="no key"),
        pytest.param("Bearer ", "not a key", id="empty"),
        pytest.param("Basic Zm9vOmJhcg==", "A key is needed", id="another scheme"),
        pytest.param("Bearer {mistyped}", "mistyped", id="mistyped"),
        pytest.param("Bearer {expired}", "expired at", id="expired"),
        pytest.param("Bearer {revoked}", "was revoked", id="revoked"),
    ],
)
async def test_who_is_not_let_in_is_told_why_and_what_is_wanted(
    entrance: Entrance, header: str | None, says: str
) -> None:
    past = datetime.now(UTC) - timedelta(days=1)
    texts = {"expired": entrance.keep(expires_at=past), "revoked": entrance.keep(revoked_at=past)}
    texts["mistyped"] = texts["expired"][:-1] + ("0" if texts["expired"][-1] != "0" else "1")
    shown = {} if header is None else {"authorization": header.format(**texts)}
    answer = await entrance.get("/categories", **shown)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.headers["content-type"] == "application/problem+json"
    assert says in answer.json()["detail"]
    assert not any(text in answer.text for text in texts.values())


async def test_a_key_that_is_over_still_closes_the_door(entrance: Entrance) -> None:
    entrance.keep(expires_at=datetime.now(UTC) - timedelta(days=1))
    assert (await entrance.get("/categories")).status_code == 401


async def test_too_narrow_a_key_is_told_the_scope_that_is_needed(entrance: Entrance) -> None:
    key = entrance.keep("Plug-in")
    answer = await entrance.get("/jobs", key)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (403, 'Bearer error="insufficient_scope"')
    assert "'Plug-in' has the scope 'classify', and this needs 'admin'" in answer.json()["detail"]
    page = await entrance.get("/jobs", key, **BROWSER)
    assert (page.status_code, page.headers["content-type"]) == (403, "text/html; charset=utf-8")


async def test_a_body_is_not_read_of_who_is_refused(entrance: Entrance) -> None:
    entrance.keep()
    read = []

    async def send() -> AsyncIterator[bytes]:
        for _ in range(1_000):
            read.append(1)
            yield b"x" * 10_000

    async with entrance.ask() as client:
        answer = await client.post("/classify", content=send(), headers={"content-type": "application/json"})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert read == []


async def test_a_program_is_told_and_a_browser_led_to_the_page_that_takes_a_key(entrance: Entrance) -> None:
    entrance.keep()
    page = await entrance.get("/categories/baking?x=1&y=%2F", **BROWSER)
    assert (page.status_code, page.headers["location"]) == (
        303,
        "/login?next=%2Fcategories%2Fbaking%3Fx%3D1%26y%3D%252F",
    )
    part = await entrance.get(
        "/review", **BROWSER, **{"hx-request": "true", "hx-current-url": "http://h/review?after=a"}
    )
    assert (part.status_code, part.headers["hx-redirect"]) == (401, "/login?next=%2Freview%3Fafter%3Da")
    hostile = await entrance.get("/review", **{"hx-request": "true", "hx-current-url": "http://["})
    assert hostile.headers["hx-redirect"] == "/login?next=%2F"


async def test_an_editors_word_is_kept_under_the_name_of_the_key(entrance: Entrance) -> None:
    key = entrance.keep("Ada at the desk", "review")
    async with entrance.ask(key) as client:
        decided = (await client.post("/classify", json={"id": "a", **ARTICLE})).json()
        url = f"/classifications/{decided['id']}/feedback"
        said = await client.post(url, json={"category": "baking", "verdict": "accept"})
        assert said.status_code == 200
        assert (await client.post(f"{url}/page", data={"reject": "governance"})).status_code == 303
        history = (await client.get("/articles/a/history")).json()
    assert {e["word"]["by"] for e in history["entries"] if e["kind"] == "word"} == {"Ada at the desk"}
    assert len([e for e in history["entries"] if e["kind"] == "word"]) == 2


async def test_a_use_is_written_down(entrance: Entrance) -> None:
    assert (await entrance.get("/categories", entrance.keep())).status_code == 200
    await asyncio.gather(*entrance.app.state.door.keyring._notes)  # noqa: SLF001 - what is written beside the request
    (key,) = entrance.services.database.read_now(list_keys)
    assert key.last_used_at is not None


async def _count(client: httpx.AsyncClient, tries: int) -> list[int]:
    return [(await client.get("/categories")).status_code for _ in range(tries)]


async def test_each_key_has_so_many_requests_a_minute(tmp_path: Path) -> None:
    async with open_entrance(tmp_path, key_per_minute=4) as entrance:
        narrow, usual = entrance.keep(per_minute=2), entrance.keep()
        async with entrance.ask(narrow) as first, entrance.ask(usual) as second:
            assert await _count(first, 3) == [200, 200, 429]
            assert await _count(second, 5) == [200, 200, 200, 200, 429]
            answer = await first.get("/categories")
    assert answer.headers["retry-after"] in {"29", "30"}
    assert "--per-minute" in answer.json()["detail"]


async def test_each_address_has_so_many_and_this_machine_as_many_as_it_likes(tmp_path: Path) -> None:
    async with (
        open_entrance(tmp_path, address_per_minute=2, allow_open=True) as entrance,
        entrance.ask(address=AFAR) as far,
        entrance.ask() as near,
    ):
        assert await _count(far, 3) == [200, 200, 429]
        assert (await far.get("/healthz")).status_code == 429
        assert await _count(near, 5) == [200] * 5


async def test_behind_a_trusted_proxy_each_has_an_address_of_its_own(tmp_path: Path) -> None:
    async with open_entrance(tmp_path, address_per_minute=1, allow_open=True, forwarded_for=1) as entrance:
        statuses = [
            (await entrance.get("/healthz", **{"x-forwarded-for": f"{claim}, {home}"})).status_code
            for claim, home in (("127.0.0.1", AFAR), ("198.51.100.2", AFAR), ("127.0.0.1", "203.0.113.10"))
        ]
    assert statuses == [200, 429, 200]


async def test_where_keys_are_needed_a_proxys_name_is_answered(entrance: Entrance) -> None:
    key = entrance.keep()
    assert (await entrance.get("/categories", key, host="tags.example.org")).status_code == 200


async def test_a_webhooks_sender_may_know_this_machine_by_any_name_and_come_from_anywhere(entrance: Entrance) -> None:
    headers = {"host": "tags.example.org", "origin": "https://cms.example", "sec-fetch-site": "cross-site"}
    async with entrance.ask(address=AFAR, **headers) as client:
        assert (await client.post("/webhooks/nothing")).status_code not in {400, 401, 403}
        assert (await client.post("/classify", json=ARTICLE)).status_code == 400


async def test_the_document_says_which_key_an_operation_needs(entrance: Entrance) -> None:
    paths = (await entrance.get("/openapi.json")).json()["paths"]
    assert paths["/jobs"]["post"]["x-scope"] == "admin"
    assert {"401", "403", "429"} <= paths["/classify"]["post"]["responses"].keys()
    assert "401" not in paths["/healthz"]["get"]["responses"]


async def test_what_an_article_costs_is_the_keys_that_was_shown(
    entrance: Entrance, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = entrance.keep("Plug-in", budget_day_usd=1.5)
    errands: list[Errand] = []
    classify = entrance.services.classifier.classify

    async def observe(article: Article, only: Sequence[str], errand: Errand, watch: Watch) -> Decision:
        errands.append(errand)
        return await classify(article, only, errand, watch)

    monkeypatch.setattr(type(entrance.services.classifier), "classify", staticmethod(observe))
    async with entrance.ask(key) as client:
        for path, sent in (
            ("/classify", {"json": ARTICLE}),
            ("/classify/page", {"data": {"article": ARTICLE["text"]}}),
        ):
            assert (await client.request("POST", path, **sent)).status_code == 200  # type: ignore[arg-type]
        async with client.stream("POST", "/classify", json=ARTICLE, headers={"accept": "text/event-stream"}) as told:
            assert "classification" in "".join([text async for text in told.aiter_text()])
    payers = [errand.payer for errand in errands]
    assert len(payers) == 3
    assert {(payer.name, payer.most_day_usd) for payer in payers if payer} == {("Plug-in", 1.5)}
