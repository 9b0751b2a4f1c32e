"""Pages elsewhere may read an answer where a key names their exact origin, and nowhere else."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.door.entrance import Entrance, open_entrance

pytestmark = pytest.mark.anyio
CMS = "https://cms.example"
CROSS = {"origin": CMS, "sec-fetch-site": "cross-site"}


@pytest.fixture
async def entrance(tmp_path: Path) -> AsyncIterator[Entrance]:
    async with open_entrance(tmp_path) as opened:
        yield opened


async def test_a_page_that_a_key_names_is_answered_a_preflight_and_reads_the_answer(entrance: Entrance) -> None:
    key = entrance.keep(origins=(CMS,))
    asked = {
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
    }
    async with entrance.ask() as browser:
        flight = await browser.options("/classify", headers=CROSS | asked)
    assert flight.status_code == 204
    told = {name: value for name, value in flight.headers.items() if name.startswith("access-control")}
    assert told == {
        "access-control-allow-origin": CMS,
        "access-control-allow-methods": "GET, POST",
        "access-control-allow-headers": "accept, authorization, content-type",
        "access-control-expose-headers": "X-Request-Id, Retry-After",
        "access-control-max-age": "600",
    }
    async with entrance.ask(key, **CROSS) as browser:
        answer = await browser.post("/classify", json={"text": "Bread comes out of ovens."})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, CMS)
    assert "access-control-allow-credentials" not in answer.headers
    assert "Origin" in answer.headers["vary"]


async def test_a_refusal_can_be_read_too(entrance: Entrance) -> None:
    entrance.keep(origins=(CMS,))
    answer = await entrance.get("/categories", **CROSS)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (401, CMS)


@pytest.mark.parametrize(
    ("origin", "method", "headers"),
    [
        pytest.param("https://evil.example", "POST", "", id="another page"),
        pytest.param("http://cms.example", "POST", "", id="another scheme"),
        pytest.param("https://cms.example:8443", "POST", "", id="another port"),
        pytest.param("https://cms.example.evil.example", "POST", "", id="a longer name"),
        pytest.param("https://old.example", "POST", "", id="the page of a key that is over"),
        pytest.param("null", "POST", "", id="a page that hides where it is"),
        pytest.param(CMS, "DELETE", "", id="another method"),
        pytest.param(CMS, "POST", "x-anything", id="another header"),
    ],
)
async def test_no_other_preflight_is_answered(entrance: Entrance, origin: str, method: str, headers: str) -> None:
    entrance.keep(origins=(CMS,))
    entrance.keep(origins=("https://old.example",), revoked_at=datetime.now(UTC))
    asked = {"access-control-request-method": method, "access-control-request-headers": headers, "origin": origin}
    async with entrance.ask() as browser:
        answer = await browser.options("/classify", headers=asked)
    assert (answer.status_code, "access-control-allow-origin" in answer.headers) == (403, False)
    assert "Origin" in answer.headers["vary"]


async def test_a_key_is_for_its_own_pages_only(entrance: Entrance) -> None:
    entrance.keep(origins=(CMS,))
    other = entrance.keep(origins=("https://shop.example",))
    answer = await entrance.get("/categories", other, **CROSS)
    assert (answer.status_code, "not for pages of" in answer.json()["detail"]) == (403, True)
    own = await entrance.get("/categories", other, origin="http://127.0.0.1:8000")
    assert own.status_code == 200


async def test_without_any_origins_nothing_is_said_of_them(entrance: Entrance) -> None:
    key = entrance.keep()
    answer = await entrance.get("/categories", key)
    assert (answer.headers["vary"], "access-control-allow-origin" in answer.headers) == ("Accept", False)
