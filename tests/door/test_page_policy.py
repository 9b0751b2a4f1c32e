"""On every page nothing runs but what we named ourselves, and what others wrote is text."""

import base64
import hashlib
import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from fastapi.routing import APIRoute

from app.server import PAGES
from tests.api.kept_app import ABOUT_GOVERNANCE
from tests.door.entrance import BROWSER, Entrance, open_entrance

pytestmark = pytest.mark.anyio

HOSTILE = (
    "<script>window.harmed=1</script><img src=x onerror=harm()><style>*{color:red}</style>{{7*7}}'\"><b onclick=x>"
)
LED_ON = {"/", "/classify/page", "/classifications/{classification_id}/feedback/page", "/logout"} | {
    f"/jobs/{{job_id}}/{verb}" for verb in ("pause", "resume", "cancel", "retry", "undo")
}
"""Addresses that have no page: they lead to one."""


class Parsed(HTMLParser):
    """The elements of a page, and what stands in its scripts and styles."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.inline: list[tuple[str, dict[str, str | None], str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        tag, attributes = self.elements[-1] if self.elements else ("", {})
        if self.cdata_elem in {"script", "style"} and data.strip():
            self.inline.append((tag, attributes, data))


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with open_entrance(tmp_path) as entrance, _ask(entrance) as client:
        yield client


def _ask(entrance: Entrance) -> httpx.AsyncClient:
    return entrance.ask(**BROWSER)


async def _fill(browser: httpx.AsyncClient) -> dict[str, str]:
    """The pages over an article and a job that somebody hostile has written, by the routes that show them."""
    article = {
        "id": HOSTILE,
        "title": HOSTILE,
        "text": f"{ABOUT_GOVERNANCE}\n\n{HOSTILE}",
        "url": 'https://a.example/?"><script>window.harmed=1</script>',
    }
    program = {"accept": "application/json"}
    decided = (await browser.post("/classify", json=article, headers=program)).json()
    url = f"/classifications/{decided['id']}"
    word = {"category": "governance", "verdict": "reject", "note": HOSTILE}
    assert (await browser.post(f"{url}/feedback", json=word, headers=program)).status_code == 200
    assert (await browser.post("/classify", json=article | {"id": "b"}, headers=program)).status_code == 200
    job = (await browser.post("/jobs", json={"articles": [article], "dry_run": False}, headers=program)).json()
    return {
        "/classify": "/classify",
        "/classifications/{classification_id}": url,
        "/articles/{article_id:path}/history": f"/articles/{quote(HOSTILE, safe='')}/history",
        "/review": f"/review?said={quote(HOSTILE)}&about={quote(HOSTILE)}",
        "/jobs": "/jobs",
        "/jobs/{job_id}": f"/jobs/{job['id']}",
        "/jobs/{job_id}/report": f"/jobs/{job['id']}/report",
        "/deliveries": f"/deliveries?source={quote(HOSTILE[:40])}",
        "/deliveries/{delivery_id}": f"/deliveries/{quote(HOSTILE.replace('/', ''), safe='')}",
        "/categories": "/categories",
        "/categories/{category_id}": f"/categories/{quote(HOSTILE.replace('/', ''), safe='')}",
        "/docs": "/docs",
        "/login": "/login",
    }


def _check(answer: httpx.Response) -> None:
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    assert (policy["default-src"], policy["frame-ancestors"]) == ("'none'", "'none'")
    nonce = re.fullmatch(r"'nonce-([\w-]{22,})'", policy.get("script-src", ""))
    parsed = Parsed(answer.text)
    for tag, attributes in parsed.elements:
        assert not [name for name in attributes if name.startswith("on") or name == "style"], tag
        assert not (attributes.get("href") or "").lower().startswith("javascript:")
        if tag == "script" or (tag == "link" and attributes.get("rel") == "stylesheet"):
            assert nonce is not None
            assert attributes["nonce"] == nonce[1]
            assert str(attributes.get("src") or attributes.get("href")).startswith("/static/")
    for tag, _, text in parsed.inline:  # the report's own style, named by its digest
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert (tag, policy["style-src"]) == ("style", f"'sha256-{digest}'")
    assert "harmed=1</script>" not in answer.text
    assert "49'" not in answer.text


async def test_every_page_runs_nothing_that_it_did_not_name(browser: httpx.AsyncClient) -> None:
    pages = await _fill(browser)
    shown = {
        route.path
        for part in PAGES
        for route in part.router.routes
        if isinstance(route, APIRoute) and "GET" in (route.methods or ())
    }
    assert shown == pages.keys() | LED_ON
    for path in pages.values():
        answer = await browser.get(path)
        if path == "/login":
            assert answer.status_code == 303
            continue
        assert answer.headers["content-type"] == "text/html; charset=utf-8", path
        _check(answer)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "camera=()" in answer.headers["permissions-policy"]


async def test_a_posted_article_is_text_and_every_answer_has_a_nonce_of_its_own(browser: httpx.AsyncClient) -> None:
    form = {"title": HOSTILE, "article": f"{ABOUT_GOVERNANCE} {HOSTILE}", "format": "text", "categories": ""}
    answers = [await browser.post("/classify/page", data=form) for _ in range(2)]
    for answer in answers:
        _check(answer)
        assert "&lt;script&gt;window.harmed=1" in answer.text
    assert len({answer.headers["content-security-policy"] for answer in answers}) == 2


async def test_the_page_that_takes_a_key_is_as_strict(tmp_path: Path) -> None:
    async with open_entrance(tmp_path) as entrance:
        entrance.keep(HOSTILE[:100])
        async with _ask(entrance) as browser:
            answer = await browser.get(f"/login?next=/{quote(HOSTILE)}")
            _check(answer)
            refused = await browser.post("/login", data={"key": HOSTILE, "next": HOSTILE})
            _check(refused)
    assert (answer.status_code, refused.status_code) == (200, 401)


@pytest.mark.parametrize("path", ["/healthz", "/openapi.json", "/nothing", "/categories", "/jobs/none/events"])
async def test_what_is_no_page_may_do_nothing_in_a_browser_at_all(browser: httpx.AsyncClient, path: str) -> None:
    answer = await browser.get(path, headers={"accept": "application/json"})
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; base-uri 'none'")
    assert (answer.headers["x-content-type-options"], answer.headers["cache-control"]) == ("nosniff", "no-store")
