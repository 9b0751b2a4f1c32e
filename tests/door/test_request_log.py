"""What is noted of a request: its id, its line in the log, its figures; never its path."""

import io
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse

from app.door.request_log import RequestLog
from app.watching.logs import logging_to
from app.watching.witness import Witness
from tests.door.entrance import AFAR, BROWSER, Entrance, open_entrance

pytestmark = pytest.mark.anyio

OURS = logging.getLogger("app.llm.somewhere")


def _build(witness: Witness) -> FastAPI:
    app, ids = FastAPI(), count(1)

    @app.get("/articles/{article}")
    async def _give(article: str) -> str:
        OURS.warning("a line from below")
        return article

    @app.get("/broken")
    async def _break() -> None:
        raise RuntimeError("swordfish")

    @app.get("/events")
    async def _stream() -> StreamingResponse:
        return StreamingResponse(iter(["data: 1\n\n"]), media_type="text/event-stream")

    timer = count()
    app.add_middleware(
        RequestLog, witness=witness, new_id=lambda: f"made-{next(ids)}", timer_s=lambda: next(timer) / 100
    )
    return app


@asynccontextmanager
async def _ask(witness: Witness, stream: io.StringIO | None = None) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=_build(witness), raise_app_exceptions=False)
    with logging_to(stream or io.StringIO(), "json", "info"):
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            yield client


def _read_lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("sent", "given"),
    [
        pytest.param({}, "made-1", id="none came along"),
        pytest.param({"X-Request-Id": "Ab-1_2.3"}, "Ab-1_2.3", id="a harmless one"),
        pytest.param({"X-Request-Id": "a" * 64}, "a" * 64, id="as long as may be"),
        pytest.param({"X-Request-Id": "a" * 65}, "made-1", id="too long"),
        pytest.param({"X-Request-Id": "a b"}, "made-1", id="a space"),
        pytest.param({"X-Request-Id": "a\x1b[2J"}, "made-1", id="what steers a terminal"),
        pytest.param({"X-Request-Id": "-a"}, "made-1", id="what looks like an option"),
        pytest.param({"X-Request-Id": ""}, "made-1", id="an empty one"),
    ],
)
async def test_the_answer_has_the_id_that_came_along_or_one_that_was_made(sent: dict[str, str], given: str) -> None:
    async with _ask(Witness()) as client:
        assert (await client.get("/articles/1", headers=sent)).headers["x-request-id"] == given


async def test_a_request_is_one_line_and_what_is_logged_meanwhile_carries_its_id() -> None:
    stream = io.StringIO()
    async with _ask(Witness(), stream) as client:
        await client.get("/articles/my-secret-title?token=swordfish", headers={"X-Request-Id": "r-1"})
    below, line = _read_lines(stream)
    assert (below["event"], below["request"]) == ("a line from below", "r-1")
    known = {name: line[name] for name in ("event", "request", "method", "route", "status", "ms", "level")}
    assert known == {
        "event": "request", "request": "r-1", "method": "GET", "route": "/articles/{article}", "status": 200,
        "ms": 10.0, "level": "info",
    }  # fmt: skip
    assert "secret" not in stream.getvalue()
    assert "swordfish" not in stream.getvalue()


async def test_an_error_that_nobody_foresaw_is_answered_with_its_id_and_counted() -> None:
    witness, stream = Witness(), io.StringIO()
    async with _ask(witness, stream) as client:
        response = await client.get("/broken", headers={"X-Request-Id": "r-1"})
    assert (response.status_code, response.headers["x-request-id"]) == (500, "r-1")
    assert response.headers["content-type"] == "application/problem+json"
    assert "swordfish" not in response.text
    assert _read_lines(stream)[-1]["status"] == 500
    labels = {"method": "GET", "route": "/broken", "status": "500"}
    assert witness.meters.registry.get_sample_value("http_requests_total", labels) == 1


async def test_made_up_paths_and_methods_make_no_new_figures() -> None:
    witness = Witness()
    async with _ask(witness) as client:
        for number in range(20):
            await client.request(f"METHOD{number}", f"/nowhere/{number}")
    found = [s for m in witness.meters.registry.collect() for s in m.samples if s.name == "http_requests_total"]
    assert [(s.labels, s.value) for s in found] == [({"method": "other", "route": "unmatched", "status": "404"}, 20)]


async def test_a_stream_is_counted_and_not_timed() -> None:
    witness = Witness()
    async with _ask(witness) as client:
        await client.get("/events")
    read = witness.meters.registry.get_sample_value
    assert read("http_requests_total", {"method": "GET", "route": "/events", "status": "200"}) == 1
    assert read("http_request_duration_seconds_count", {"method": "GET", "route": "/events"}) is None


REFUSALS = [
    pytest.param(
        ("GET", "/categories/swordfish", {}), {"status": 401, "problem": "not-allowed", "scope": "classify"},
        "/categories/{category_id}", id="no key",
    ),
    pytest.param(
        ("POST", "/jobs", {"authorization": "Bearer {narrow}"}),
        {"status": 403, "problem": "not-allowed", "scope": "admin", "key": "{narrow}"}, "/jobs", id="too narrow a key",
    ),
    pytest.param(
        ("GET", "/categories", {"authorization": "Bearer {old}"}),
        {"status": 401, "problem": "not-allowed", "scope": "classify", "key": "{old}"}, "/categories", id="an old key",
    ),
    pytest.param(
        ("GET", "/review", BROWSER), {"status": 303, "problem": "not-allowed", "scope": "review"}, "/review",
        id="a browser that is led to the page for keys",
    ),
    pytest.param(
        ("POST", "/classify", {"content-encoding": "gzip"}),
        {"status": 415, "problem": "encoded", "scope": "classify"}, "/classify", id="a compressed body",
    ),
    pytest.param(
        ("OPTIONS", "/classify", {"origin": "https://swordfish.example", "access-control-request-method": "POST"}),
        {"status": 403, "problem": "cross-site", "scope": "admin"}, "/classify", id="a preflight of another site",
    ),
    pytest.param(
        ("POST", "/classify", {"authorization": "Bearer {narrow}", "content-length": "9"}),
        {"status": 413, "problem": "too-large", "scope": "classify", "key": "{narrow}"}, "/classify",
        id="too large a body",
    ),
    pytest.param(
        ("DELETE", "/categories", {}), {"status": 401, "problem": "not-allowed", "scope": "admin"}, "/categories",
        id="a method that is not answered",
    ),
    pytest.param(
        ("GET", "/swordfish", {}), {"status": 401, "problem": "not-allowed", "scope": "admin"}, "unmatched",
        id="no such address",
    ),
    pytest.param(
        ("POST", "/webhooks/swordfish", {}), {"status": 415, "problem": "not-json"}, "/webhooks/{source}",
        id="a webhook in another form",
    ),
]  # fmt: skip


async def _refuse(entrance: Entrance, method: str, path: str, headers: dict[str, str]) -> dict[str, Any]:
    """The one line of a request from afar that is refused."""
    stream = io.StringIO()
    with logging_to(stream, "json", "info"):
        async with entrance.ask(address=AFAR, **headers) as client:
            await client.request(method, path, params={"q": "swordfish"}, content=b"123456789")
    assert "swordfish" not in stream.getvalue()
    (line,) = [line for line in _read_lines(stream) if line["event"] == "request"]
    return line


@pytest.mark.parametrize(("asked", "told", "route"), REFUSALS)
async def test_who_is_refused_is_told_of_with_what_was_asked_for_and_why(
    tmp_path: Path, asked: tuple[str, str, dict[str, str]], told: dict[str, Any], route: str
) -> None:
    method, path, headers = asked
    async with open_entrance(tmp_path, max_body_bytes=8) as entrance:
        keys = {"narrow": entrance.keep(), "old": entrance.keep(revoked_at=datetime.now(UTC))}
        filled = {name: value.format(**keys) for name, value in headers.items()}
        line = await _refuse(entrance, method, path, filled)
        meters = entrance.app.state.monitor.witness.meters
    ids = {name: key.split("_")[2] for name, key in keys.items()}
    wanted = {name: value.format(**ids) if name == "key" else value for name, value in told.items()}
    known = {"timestamp", "level", "event", "logger", "request", "ms"}
    found = {name: value for name, value in line.items() if name not in known}
    assert found == {"method": method, "route": route, "address": AFAR, **wanted}
    labels = {"method": method, "route": route, "status": str(told["status"])}
    assert meters.registry.get_sample_value("http_requests_total", labels) == 1


async def test_who_comes_too_often_and_who_names_another_host_are_told_of_too(tmp_path: Path) -> None:
    async with open_entrance(tmp_path, address_per_minute=1, allow_open=True) as entrance:
        await _refuse(entrance, "GET", "/categories", {})
        often = await _refuse(entrance, "GET", "/categories", {})
        elsewhere = await _refuse(entrance, "GET", "/categories", {"host": "swordfish.example"})
    assert (often["status"], often["problem"], often["route"]) == (429, "too-many", "/categories")
    assert (elsewhere["status"], elsewhere["problem"], elsewhere["address"]) == (400, "unknown-host", AFAR)


async def test_an_address_is_the_one_that_trusted_proxies_name_and_of_whoever_is_let_in_none_is_kept(
    tmp_path: Path,
) -> None:
    async with open_entrance(tmp_path, forwarded_for=1) as entrance:
        key = entrance.keep()
        relayed = {"x-forwarded-for": "198.51.100.7"}
        refused = await _refuse(entrance, "GET", "/categories", relayed)
        let_in = await _refuse(entrance, "GET", "/categories", relayed | {"authorization": f"Bearer {key}"})
    assert (refused["address"], let_in["status"]) == ("198.51.100.7", 200)
    assert "address" not in let_in
    assert let_in["key"] == key.split("_")[2]


@pytest.mark.parametrize("path", ["/healthz", "/static/0/style.css"])
async def test_what_machines_and_browsers_ask_for_all_the_time_makes_no_line_unless_it_fails(
    tmp_path: Path, path: str
) -> None:
    stream = io.StringIO()
    async with open_entrance(tmp_path) as entrance:
        with logging_to(stream, "json", "info"):
            assert (await entrance.get(path)).status_code == 200
            assert stream.getvalue() == ""
            assert (await entrance.get(path + "x")).status_code in {403, 404}
    assert "request" in stream.getvalue()
