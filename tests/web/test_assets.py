"""Static files are kept by browsers for as long as their content stays, and the page is light."""

import pytest
from httpx import AsyncClient

from app.web.assets import ASSETS, get_url

pytestmark = pytest.mark.anyio

MAX_PAGE_BYTES = 120_000
LOADED = ("style.css", "app.js", "quotes.js", "words.js", "vendor/htmx.min.js")


async def test_a_file_under_its_own_digest_is_kept_forever(client: AsyncClient) -> None:
    answer = await client.get(get_url("style.css"))
    assert answer.headers["content-type"].startswith("text/css")
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_an_outdated_digest_gets_the_file_of_today_and_does_not_keep_it(client: AsyncClient) -> None:
    answer = await client.get("/static/000000000000/style.css")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")


@pytest.mark.parametrize("name", ["nothing.css", "%2e%2e/pages.py", "..%2f..%2fsettings.py", "/etc/passwd"])
async def test_only_static_files_are_served(client: AsyncClient, name: str) -> None:
    assert (await client.get(f"/static/x/{name}")).status_code == 404


def test_what_is_vendored_has_its_licence_beside_it() -> None:
    assert b"Zero-Clause BSD" in ASSETS["vendor/LICENSE"].body


@pytest.mark.parametrize("name", ["style.css", "app.js", "quotes.js", "words.js", "icon.svg"])
def test_our_own_files_name_no_other_host(name: str) -> None:
    text = ASSETS[name].body.decode().replace("http://www.w3.org/2000/svg", "")
    assert "http" not in text.replace("htmx", "")


async def test_the_page_with_a_result_weighs_less_than_its_limit(client: AsyncClient) -> None:
    page = await client.post("/classify/page", data={"article": "An article."})
    weight = len(page.content) + sum(len(ASSETS[name].body) for name in LOADED)
    assert weight < MAX_PAGE_BYTES
