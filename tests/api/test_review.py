"""What waits for a person is listed, the longest waiting first, until a person has had a word."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.api.kept_app import decide, open_kept_client

pytestmark = pytest.mark.anyio


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with open_kept_client(tmp_path) as client:
        yield client


async def test_what_waits_says_what_it_is_about_and_where_to_answer(client: httpx.AsyncClient) -> None:
    made = await decide(client)
    body = (await client.get("/review")).json()
    assert (body["total"], body["next"]) == (1, None)
    (question,) = body["waiting"]
    since, score = question.pop("since"), question.pop("score")
    assert since == made["created_at"]
    assert score == next(a["score"] for a in made["assignments"] if a["category"] == "governance")
    assert question == {
        "article": "boards",
        "article_title": "Boards",
        "classification": made["id"],
        "category": "governance",
        "title": "Governance",
        "reasons": ["judgement_needed"],
        "classification_url": f"/classifications/{made['id']}",
        "feedback_url": f"/classifications/{made['id']}/feedback",
    }


@pytest.mark.parametrize("verdict", ["accept", "reject"])
async def test_what_a_person_has_settled_does_not_wait(client: httpx.AsyncClient, verdict: str) -> None:
    await decide(client)
    (question,) = (await client.get("/review")).json()["waiting"]
    answer = await client.post(question["feedback_url"], json={"category": question["category"], "verdict": verdict})
    assert answer.status_code == 200
    assert (await client.get("/review")).json() == {"waiting": [], "next": None, "total": 0}


async def test_the_list_has_pages_that_miss_nothing(client: httpx.AsyncClient) -> None:
    for number in range(5):
        await decide(client, id_=f"article-{number}")
    found, after = [], ""
    for _ in range(3):
        body = (await client.get("/review", params={"limit": 2, "after": after})).json()
        assert body["total"] == 5
        found += [question["article"] for question in body["waiting"]]
        after = body["next"]
    assert found == [f"article-{number}" for number in range(5)]
    assert after is None


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "after=nonsense", "after=99999999999999999999:x"])
async def test_a_place_that_is_none_is_a_problem(client: httpx.AsyncClient, query: str) -> None:
    answer = await client.get(f"/review?{query}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
