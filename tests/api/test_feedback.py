"""An editor's word holds at once, is final, and can be changed."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.api.kept_app import ABOUT_GOVERNANCE, decide, find_status, open_kept_client

pytestmark = pytest.mark.anyio


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with open_kept_client(tmp_path) as client:
        yield client


async def say(client: httpx.AsyncClient, id_: str, category: str, verdict: str, **more: str) -> httpx.Response:
    body = {"category": category, "verdict": verdict, **more}
    return await client.post(f"/classifications/{id_}/feedback", json=body)


@pytest.mark.parametrize(
    ("category", "verdict", "status"),
    [
        pytest.param("governance", "accept", "assigned", id="what waits, accepted"),
        pytest.param("governance", "reject", "rejected", id="what waits, turned down"),
        pytest.param("baking", "accept", "assigned", id="what does not apply, accepted"),
        pytest.param("baking", "reject", "rejected", id="what does not apply, confirmed"),
    ],
)
async def test_a_word_already_holds_in_the_answer(
    client: httpx.AsyncClient, category: str, verdict: str, status: str
) -> None:
    made = await decide(client)
    answer = (await say(client, made["id"], category, verdict)).json()
    assert find_status(answer, category) == status
    assert next(a["decided_by"] for a in answer["assignments"] if a["category"] == category) == "person"
    assert answer["usage"]["calls"] == 0


async def test_a_word_holds_when_the_article_is_classified_again(client: httpx.AsyncClient) -> None:
    made = await decide(client)
    await say(client, made["id"], "baking", "accept")
    assert find_status(await decide(client), "baking") == "assigned"
    changed = await decide(client, f"An afterword was added. {ABOUT_GOVERNANCE}")
    assert find_status(changed, "baking") == "assigned"


async def test_a_word_is_about_its_own_article_alone(client: httpx.AsyncClient) -> None:
    made = await decide(client)
    await say(client, made["id"], "baking", "accept")
    assert find_status(await decide(client, id_="another"), "baking") == "rejected"


async def test_a_word_can_be_changed_and_changed_back(client: httpx.AsyncClient) -> None:
    made = await decide(client)
    for verdict, status in (("accept", "assigned"), ("reject", "rejected"), ("accept", "assigned")):
        answer = (await say(client, made["id"], "baking", verdict)).json()
        assert find_status(answer, "baking") == status
        kept = (await client.get("/articles/boards/history")).json()
        (standing,) = [entry["id"] for entry in kept["entries"] if entry["kind"] == "decision" and entry["stands"]]
        assert standing == answer["id"]


async def test_a_word_on_a_former_decision_leaves_the_text_of_today_alone(client: httpx.AsyncClient) -> None:
    former = await decide(client)
    today = await decide(client, f"An afterword was added. {ABOUT_GOVERNANCE}")
    answer = (await say(client, former["id"], "baking", "accept")).json()
    assert answer["article"]["digest"] == today["article"]["digest"]
    assert (await client.get("/articles/boards/history")).json()["digest"] == today["article"]["digest"]


async def test_a_word_says_who_when_why_and_of_what(client: httpx.AsyncClient) -> None:
    made = await decide(client)
    await say(client, made["id"], "baking", "accept", note=" It is about\r\nboards of \u202edough. ")
    kept = (await client.get("/articles/boards/history")).json()
    (word,) = [entry["word"] for entry in kept["entries"] if entry["kind"] == "word"]
    assert word.pop("at").endswith("Z")
    assert word == {
        "category": "baking", "verdict": "accept", "note": "It is about\nboards of dough.", "by": "", "decision": made["id"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("body", "told"),
    [
        pytest.param({"category": "nope", "verdict": "accept"}, "'nope'", id="an unknown category"),
        pytest.param({"category": "baking", "verdict": "maybe"}, "verdict", id="an unknown verdict"),
        pytest.param({"category": "baking"}, "verdict", id="no verdict"),
        pytest.param({"category": "baking", "verdict": "accept", "note": "x" * 2001}, "note", id="an endless note"),
        pytest.param({"category": "baking", "verdict": "accept", "by": "Ada"}, "by", id="another's name"),
        pytest.param({"category": "", "verdict": "accept"}, "category", id="no category"),
    ],
)
async def test_a_word_that_cannot_be_kept_is_a_problem(
    client: httpx.AsyncClient, body: dict[str, str], told: str
) -> None:
    made = await decide(client)
    answer = await client.post(f"/classifications/{made['id']}/feedback", json=body)
    assert answer.status_code == 422
    assert told in answer.json()["detail"]
    kept = (await client.get("/articles/boards/history")).json()
    assert [entry for entry in kept["entries"] if entry["kind"] == "word"] == []


async def test_a_word_on_a_decision_that_is_not_kept_is_a_problem(client: httpx.AsyncClient) -> None:
    answer = await say(client, "nothing", "baking", "accept")
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:scopenote:problem:not-kept")


@pytest.mark.parametrize("path", ["feedback", "feedback/page"])
async def test_another_site_cannot_give_a_word(client: httpx.AsyncClient, path: str) -> None:
    made = await decide(client)
    answer = await client.post(
        f"/classifications/{made['id']}/{path}",
        data={"accept": "baking"},
        headers={"sec-fetch-site": "cross-site", "origin": "https://evil.example"},
    )
    assert answer.status_code == 403
    kept = (await client.get("/articles/boards/history")).json()
    assert [entry for entry in kept["entries"] if entry["kind"] == "word"] == []


async def test_a_word_from_the_page_is_kept_like_any_other(client: httpx.AsyncClient) -> None:
    made = await decide(client)
    answer = await client.post(
        f"/classifications/{made['id']}/feedback/page", data={"reject": "governance", "note": "Not ours."}
    )
    assert answer.status_code == 303
    page = await client.get(answer.headers["location"], headers={"accept": "text/html"})
    assert "Not ours." in page.text
    assert "Nothing waits" in (await client.get("/review", headers={"accept": "text/html"})).text
