"""An article's history tells all that was decided and said about it, the newest first."""

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from tests.api.kept_app import ABOUT_GOVERNANCE, decide, open_kept_client

pytestmark = pytest.mark.anyio


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with open_kept_client(tmp_path) as client:
        yield client


async def test_a_history_tells_texts_decisions_and_words_the_newest_first(client: httpx.AsyncClient) -> None:
    first = await decide(client)
    await client.post(f"/classifications/{first['id']}/feedback", json={"category": "baking", "verdict": "accept"})
    last = await decide(client, f"An afterword was added. {ABOUT_GOVERNANCE}")
    body = (await client.get("/articles/boards/history")).json()
    assert (body["article"], body["title"], body["complete"]) == ("boards", "Boards", True)
    kinds = [entry["kind"] for entry in body["entries"]]
    assert kinds == ["decision", "version", "decision", "word", "decision", "version"]
    decided = [entry for entry in body["entries"] if entry["kind"] == "decision"]
    assert [entry["stands"] for entry in decided] == [True, False, False]
    assert (decided[0]["id"], decided[-1]["id"]) == (last["id"], first["id"])
    assert all(len(entry["stood"]) == 1 for entry in decided)


@pytest.mark.parametrize("id_", ["posts/2024/a b.md", "/posts/a", "a/history", "ü?x=1#y", "%2F", "sha256:1"])
async def test_an_article_goes_by_its_id_whatever_is_in_it(client: httpx.AsyncClient, id_: str) -> None:
    await decide(client, id_=id_)
    answer = await client.get(f"/articles/{quote(id_, safe='')}/history")
    assert answer.json()["article"] == id_


async def test_an_article_without_an_id_goes_by_its_digest(client: httpx.AsyncClient) -> None:
    made = await decide(client, id_=None)
    body = (await client.get(f"/articles/{made['article']['digest']}/history")).json()
    assert body["article"] == body["digest"] == made["article"]["digest"]


@pytest.mark.parametrize("path", ["/articles/nothing/history", "/articles//history", "/articles/%00/history"])
async def test_an_article_that_is_not_kept_is_a_problem(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
