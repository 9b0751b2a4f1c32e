"""While the store is away, strangers learn that it is so and when to come back; where it lies is for the log."""

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from app.door.withholding import AWAY
from tests.door.entrance import AFAR, BROWSER, Entrance, build_key, open_entrance

pytestmark = pytest.mark.anyio
JSON = {"accept": "application/json"}


@pytest.fixture
async def entrance(tmp_path: Path) -> AsyncIterator[Entrance]:
    async with open_entrance(tmp_path) as opened:
        yield opened


def _take_away(folder: Path) -> None:
    (folder / "store.db").rename(folder / "elsewhere.db")


def _list_causes(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.__dict__["cause"] for record in caplog.records if "cause" in record.__dict__]


@pytest.mark.parametrize(
    ("request_line", "headers"),
    [
        pytest.param("POST /webhooks/blog", JSON, id="a webhook that nobody signed"),
        pytest.param("GET /login", BROWSER, id="the page for a key"),
        pytest.param("POST /login", BROWSER | {"sec-fetch-site": "same-origin"}, id="a key that is shown"),
        pytest.param("POST /logout", BROWSER | {"sec-fetch-site": "same-origin"}, id="signing out"),
        pytest.param("GET /review", JSON, id="an answer"),
        pytest.param("GET /review", BROWSER, id="a page"),
        pytest.param("GET /review", {"hx-request": "true"}, id="a part of a page"),
        pytest.param("GET /review", JSON | {"authorization": "Bearer sn_x"}, id="with a key that cannot be checked"),
        pytest.param("GET /review", JSON | {"host": "elsewhere.example"}, id="under another name"),
        pytest.param("GET /metrics", JSON, id="figures"),
    ],
)
async def test_strangers_learn_neither_where_the_store_lies_nor_what_to_do_about_it(
    entrance: Entrance,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    request_line: str,
    headers: dict[str, str],
) -> None:
    caplog.set_level(logging.INFO, logger="app")
    _take_away(tmp_path)
    method, path = request_line.split()
    fields = {"key": build_key()[1]} if request_line == "POST /login" else None
    body: dict[str, str] | None = {} if method == "POST" and fields is None else None
    cookie = {"cookie": f"scopenote={'A' * 43}"}
    async with entrance.ask(address=AFAR, **headers, **cookie) as client:
        answer = await client.request(method, path, data=fields, json=body)
    assert (answer.status_code, AWAY in answer.text) == (503, True)
    assert not any(word in answer.text for word in (str(tmp_path), "store.db", "backup", "SQLite"))
    (cause,) = _list_causes(caplog)
    assert "store.db is gone" in cause
    assert "Once the file is back there, all goes on by itself" in cause


@pytest.mark.parametrize("path", ["/webhooks/blog", "/review"])
async def test_programs_are_told_when_to_come_back(entrance: Entrance, tmp_path: Path, path: str) -> None:
    _take_away(tmp_path)
    async with entrance.ask(address=AFAR, **JSON) as client:
        answer = await client.request("POST" if "webhooks" in path else "GET", path, json={})
    assert answer.headers["retry-after"] == "10"
    assert answer.json()["type"] == "urn:scopenote:problem:store-unavailable"


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_what_machines_ask_for_says_nothing_of_the_place(entrance: Entrance, tmp_path: Path, path: str) -> None:
    _take_away(tmp_path)
    answer = await entrance.get(path, address=AFAR)
    assert answer.status_code == (200 if path == "/healthz" else 503)
    assert "store.db" not in answer.text


@pytest.mark.parametrize("with_key", [pytest.param(True, id="a key"), pytest.param(False, id="this machine")])
async def test_who_is_let_in_is_told_what_to_do(entrance: Entrance, tmp_path: Path, with_key: bool) -> None:
    key = entrance.keep("Ada", "admin") if with_key else ""
    assert (await entrance.get("/review", key, **JSON)).status_code == 200
    _take_away(tmp_path)
    answer = await entrance.get("/review", key, **JSON)
    assert (answer.status_code, "store.db is gone" in answer.json()["detail"]) == (503, True)


async def test_who_is_let_in_as_everybody_is_stays_a_stranger(tmp_path: Path) -> None:
    async with open_entrance(tmp_path, allow_open=True) as entrance:
        assert (await entrance.get("/review", address=AFAR, **JSON)).status_code == 200
        _take_away(tmp_path)
        answer: httpx.Response = await entrance.get("/review", address=AFAR, **JSON)
    assert (answer.status_code, answer.json()["detail"]) == (503, AWAY)


async def test_a_store_that_comes_back_is_used_again_at_once(entrance: Entrance, tmp_path: Path) -> None:
    assert (await entrance.get("/review", **JSON)).status_code == 200
    _take_away(tmp_path)
    assert (await entrance.get("/review", **JSON)).status_code == 503
    (tmp_path / "elsewhere.db").rename(tmp_path / "store.db")
    assert (await entrance.get("/review", **JSON)).status_code == 200


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        pytest.param("/classify", {"accept": "text/event-stream"}, id="a stream"),
        pytest.param("/classify/page", BROWSER | {"sec-fetch-site": "same-origin"}, id="a form"),
    ],
)
async def test_what_everybody_may_ask_tells_no_more_on_its_way(
    tmp_path: Path, path: str, headers: dict[str, str]
) -> None:
    fields = {"article": "Leeds won the cup."} if path.endswith("page") else None
    async with open_entrance(tmp_path, allow_open=True) as entrance:
        assert (await entrance.get("/review", address=AFAR, **JSON)).status_code == 200
        _take_away(tmp_path)
        async with entrance.ask(address=AFAR, **headers) as client:
            body = None if fields else {"text": "Leeds won the cup."}
            answer = await client.post(path, data=fields, json=body)
    assert (AWAY in answer.text, "store.db" in answer.text) == (True, False)
