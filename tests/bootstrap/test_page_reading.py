"""Articles of which only the address came: refused where fetching is off, fetched and read where it is on."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from app.bootstrap.page_reading import PageReader
from app.bootstrap.services import build_services
from app.errors import BadInput
from app.parsing.submission import Offer, Submission
from app.server import create_app
from app.settings import Settings
from tests.fetching.internet import SITE, Internet, Sent

pytestmark = pytest.mark.anyio

WORDS = "The council decides who may spend what, and an escalation path leads from every team to the board."
PAGE = f"<!doctype html><title>Who decides</title><nav>Menu</nav><main>{f'<p>{WORDS}</p>' * 4}</main>"
URL = "https://site.example/a"


class _Connected(Internet):
    """Connections to one site and nowhere else, as the service opens them."""

    def __init__(self) -> None:
        super().__init__({"site.example": [[SITE]], "inside.example": [["127.0.0.1"]]}, {SITE: self._answer})
        self.transport = self

    async def close(self) -> None:
        await self.aclose()

    def _answer(self, _request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"content-type": "text/html"}, stream=Sent(PAGE.encode()))


@pytest.fixture
def one_site(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.fetching.connecting.Connections", _Connected)


@pytest.fixture
async def client(tmp_path: Path, one_site: None) -> AsyncIterator[httpx.AsyncClient]:
    (tmp_path / "baking.md").write_text("---\ntitle: Baking\ndescription: Bread, pastry and ovens.\n---\n")
    services = build_services(Settings(categories=tmp_path, judge="local", fetch_urls=True))
    transport = httpx.ASGITransport(app=create_app(services))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        yield client
    await services.close()


async def test_an_address_alone_is_fetched_and_read(client: httpx.AsyncClient) -> None:
    answer = await client.post("/classify", json={"url": URL, "id": "7"})
    article = answer.json()["article"]
    assert (answer.status_code, article["title"], article["url"], article["id"]) == (200, "Who decides", URL, "7")


async def test_the_editors_page_shows_what_was_fetched_as_it_shows_a_text(client: httpx.AsyncClient) -> None:
    answer = await client.post("/classify/page", data={"url": URL.removeprefix("https://"), "article": ""})
    assert answer.status_code == 200
    assert '<p class="article-title">Who decides</p>' in answer.text
    assert (WORDS in answer.text, "Menu" in answer.text) == (True, False)
    assert f'From <a href="{URL}"' in answer.text


async def test_the_editors_page_says_why_an_address_was_not_fetched(client: httpx.AsyncClient) -> None:
    answer = await client.post("/classify/page", data={"url": "inside.example/a"})
    assert answer.status_code == 422
    assert "is not the name or address of a public server" in answer.text


async def test_a_plan_can_be_had_for_an_address_too(client: httpx.AsyncClient) -> None:
    assert (await client.post("/classify/plan", json={"url": URL})).status_code == 200


@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param({"url": "http://127.0.0.1/"}, "public server", id="this machine"),
        pytest.param({"url": "http://inside.example/"}, "public server", id="a name of this machine"),
        pytest.param({"url": "/news/a"}, "none was given", id="a path on nobody's site"),
        pytest.param({"url": URL, "title": "A", "colour": "red"}, "Extra inputs", id="a field that is not there"),
    ],
)
async def test_what_is_not_fetched_is_a_problem_of_the_request(
    client: httpx.AsyncClient, body: dict[str, str], said: str
) -> None:
    answer = await client.post("/classify", json=body)
    assert (answer.status_code, said in answer.json()["detail"]) == (422, True)


async def test_an_article_that_came_along_is_read_and_its_address_left_alone() -> None:
    reader = PageReader(Settings(fetch_urls=True))
    article = await reader.read(Submission(text=WORDS, url="https://unknown.example/"))
    assert (article.text, article.url) == (WORDS, "https://unknown.example/")
    await reader.close()


@pytest.mark.usefixtures("one_site")
async def test_nothing_is_fetched_unless_it_was_asked_for() -> None:
    with pytest.raises(BadInput, match="SCOPENOTE_FETCH_URLS"):
        await PageReader(Settings()).read(Offer(url=URL))
