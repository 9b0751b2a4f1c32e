"""Pages show what the key of their reader allows and no more, and a refusal knows who is signed in."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import unescape
from pathlib import Path

import httpx
import pytest

from app.domain.key import Scope
from tests.door.entrance import AFAR, BROWSER, Entrance, open_entrance

pytestmark = pytest.mark.anyio
ARTICLE = {"article": "Bread and pastry come out of ovens.", "title": "Bread"}
OWN = {"sec-fetch-site": "same-origin"}
BACK = '<a href="/review">what waits for a person</a>'


@pytest.fixture
async def entrance(tmp_path: Path) -> AsyncIterator[Entrance]:
    async with open_entrance(tmp_path) as opened:
        yield opened


@asynccontextmanager
async def _sign_in(entrance: Entrance, scope: Scope) -> AsyncIterator[httpx.AsyncClient]:
    async with entrance.ask(**BROWSER, **OWN) as browser:
        signed = await browser.post("/login", data={"key": entrance.keep("Ada", scope)})
        assert signed.status_code == 303
        yield browser


def _read_links(html: str) -> list[str]:
    """Where the navigation of a page leads; nothing where it has none."""
    found = re.search(r"<nav\b.*?</nav>", html, re.DOTALL)
    return re.findall(r'href="/(\w+)"', found[0]) if found else []


@pytest.mark.parametrize("scope", ["classify", "review", "admin"])
async def test_the_navigation_leads_nowhere_that_is_refused(entrance: Entrance, scope: Scope) -> None:
    async with _sign_in(entrance, scope) as browser:
        led = _read_links((await browser.get("/classify")).text)
        assert {name: (await browser.get(f"/{name}")).status_code for name in led} == dict.fromkeys(led, 200)
    missing = {"classify": {"review", "jobs"}, "review": {"jobs"}, "admin": set()}[scope]
    assert {"classify", "review", "jobs", "categories", "docs"} - set(led) == missing


async def test_where_no_key_is_needed_the_navigation_leads_everywhere(entrance: Entrance) -> None:
    page = await entrance.get("/classify", **BROWSER)
    assert {"classify", "review", "jobs", "categories", "docs"} <= set(_read_links(page.text))


async def test_who_has_yet_to_sign_in_is_led_nowhere_else(entrance: Entrance) -> None:
    entrance.keep()
    assert _read_links((await entrance.get("/login", **BROWSER)).text) == []


async def test_a_refusal_knows_who_is_signed_in_and_says_what_is_needed_and_who_can_help(entrance: Entrance) -> None:
    async with _sign_in(entrance, "review") as browser:
        page = await browser.get("/jobs")
    text = unescape(page.text)
    assert page.status_code == 403
    assert all(words in text for words in ("Signed in as", "Sign out", "scope 'review', and this needs 'admin'"))
    assert "<code>scopenote keys create NAME --scope admin</code>" in text
    assert ("jobs" not in _read_links(text), BACK in text) == (True, True)


async def test_a_refusal_leads_only_where_its_reader_is_let_in(entrance: Entrance) -> None:
    async with _sign_in(entrance, "classify") as browser:
        page = await browser.get("/review")
    assert (page.status_code, BACK in page.text, 'href="/classify"' in page.text) == (403, False, True)


async def test_a_refusal_of_a_machine_without_keys_leads_nowhere(entrance: Entrance) -> None:
    page = await entrance.get("/classify", address=AFAR, **BROWSER)
    assert (page.status_code, _read_links(page.text), "Sign out" in page.text) == (403, [], False)
    assert "<code>scopenote keys create NAME</code>" in page.text


@pytest.mark.parametrize(("scope", "may_speak"), [("classify", False), ("review", True), ("admin", True)])
async def test_only_who_may_overrule_is_offered_it(entrance: Entrance, scope: Scope, may_speak: bool) -> None:
    async with _sign_in(entrance, scope) as browser:
        result = await browser.post("/classify/page", data=ARTICLE)
        kept = re.search(r'href="(/classifications/[^"#]+)"', result.text)
        assert kept
        pages = (result, await browser.get(kept[1]))
        forms = [page.text.count('action="/classifications/') for page in pages]
    assert [page.status_code for page in pages] == [200, 200]
    assert [number > 0 for number in forms] == [may_speak, may_speak]
    assert ["Your word" in page.text for page in pages] == [may_speak, may_speak]


async def test_a_key_for_figures_is_led_nowhere(entrance: Entrance) -> None:
    page = await entrance.get("/jobs", entrance.keep("prometheus", "watch"), **BROWSER)
    assert (page.status_code, _read_links(page.text), "Elsewhere" in page.text) == (403, [], False)


async def test_a_browser_is_shown_a_page_where_nothing_is_and_a_program_told(entrance: Entrance) -> None:
    async with _sign_in(entrance, "admin") as browser:
        page = await browser.get("/nothing/here")
        told = await browser.get("/nothing/here", headers={"accept": "application/json"})
    assert (page.status_code, "There is no page at this address." in page.text) == (404, True)
    assert "Sign out" in page.text
    assert (told.status_code, told.headers["content-type"]) == (404, "application/problem+json")


async def test_a_browser_is_told_of_an_address_that_was_not_copied_whole(entrance: Entrance) -> None:
    page = await entrance.get("/jobs?before=%20", **BROWSER)
    told = await entrance.get("/jobs?before=%20", accept="application/json")
    assert (page.status_code, "was not copied whole" in page.text, bool(_read_links(page.text))) == (422, True, True)
    assert (told.status_code, told.headers["content-type"]) == (422, "application/problem+json")
