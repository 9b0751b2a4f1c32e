"""A decision is given again as it was made, with the text that its offsets count in."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.api.kept_app import ABOUT_GOVERNANCE, decide, open_kept_client

pytestmark = pytest.mark.anyio


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with open_kept_client(tmp_path) as client:
        yield client


BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


async def test_a_decision_is_given_again_with_its_text(client: httpx.AsyncClient) -> None:
    made = await decide(client, f"\ufeff{ABOUT_GOVERNANCE}")
    kept = (await client.get(f"/classifications/{made['id']}")).json()
    assert kept.pop("text") == ABOUT_GOVERNANCE
    assert kept == made


async def test_every_quote_stands_where_its_offsets_say(client: httpx.AsyncClient) -> None:
    made = await decide(client)
    kept = (await client.get(f"/classifications/{made['id']}")).json()
    evidence = [quote for assignment in kept["assignments"] for quote in assignment["evidence"]]
    assert evidence
    assert all(kept["text"][quote["start"] : quote["end"]] == quote["quote"] for quote in evidence)


@pytest.mark.parametrize("id_", ["nothing", "..%2Fboards", "%00", "x" * 300])
async def test_a_decision_that_is_not_kept_is_a_problem(client: httpx.AsyncClient, id_: str) -> None:
    answer = await client.get(f"/classifications/{id_}")
    assert answer.status_code == (422 if len(id_) > 200 else 404)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_browser_gets_the_page_at_the_same_address(client: httpx.AsyncClient) -> None:
    made = await decide(client)
    page = await client.get(f"/classifications/{made['id']}", headers=BROWSER)
    assert page.headers["content-type"].startswith("text/html")
    assert "decision rights" in page.text


async def test_the_page_of_a_former_decision_leads_to_the_one_that_stands(client: httpx.AsyncClient) -> None:
    former = await decide(client)
    word = {"category": "baking", "verdict": "accept", "note": "It is about dough."}
    today = (await client.post(f"/classifications/{former['id']}/feedback", json=word)).json()
    page = await client.get(f"/classifications/{former['id']}", headers=BROWSER)
    assert f'href="/classifications/{today["id"]}">Another one does' in page.text
    assert "It is about dough." in page.text


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
@pytest.mark.parametrize("path", ["/classifications/{id}", "/articles/boards/history", "/review"])
async def test_what_has_two_forms_says_that_it_varies(client: httpx.AsyncClient, path: str, accept: str) -> None:
    made = await decide(client)
    answer = await client.get(path.format(id=made["id"]), headers={"accept": accept})
    assert answer.status_code == 200
    assert accept in answer.headers["content-type"]
    assert "Accept" in answer.headers["vary"]
