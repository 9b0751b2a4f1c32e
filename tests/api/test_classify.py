"""`POST /classify`: what comes back, and how what cannot be used is refused."""

import httpx
import pytest

pytestmark = pytest.mark.anyio

TEXT = """Who decides what

The board holds the decision rights over large investments, and escalation paths lead to it.
A council of architects oversees standards and is accountable to the board.
Every team knows which decisions it may take alone. Oversight is light and accountability is clear.
"""


async def test_the_tag_comes_with_its_rationale_and_verbatim_quotes(client: httpx.AsyncClient) -> None:
    body = (await client.post("/classify", json={"text": TEXT})).json()
    assert body["tag"] == "governance"
    assert body["tags"] == ["governance"]
    first = body["assignments"][0]
    assert first["status"] == "assigned"
    assert first["evidence"]
    assert all(TEXT[e["start"] : e["end"]] == e["quote"] for e in first["evidence"])
    assert [x["finding"] for x in first["exclusions"]] == ["clear"]


async def test_every_category_has_an_assignment(client: httpx.AsyncClient) -> None:
    body = (await client.post("/classify", json={"text": TEXT})).json()
    assert {a["category"]: a["status"] for a in body["assignments"]} == {"governance": "assigned", "baking": "rejected"}


async def test_only_the_categories_asked_for_are_considered(client: httpx.AsyncClient) -> None:
    body = (await client.post("/classify", json={"text": TEXT, "categories": ["baking"]})).json()
    assert {a["category"]: a["status"] for a in body["assignments"]}["governance"] == "not_considered"
    considered = await client.post(
        "/classify", params={"assignments": "considered"}, json={"text": TEXT, "categories": ["baking"]}
    )
    assert [a["category"] for a in considered.json()["assignments"]] == ["baking"]


@pytest.mark.parametrize(
    ("body", "status", "detail"),
    [
        pytest.param({}, 422, "text, html and markdown", id="nothing"),
        pytest.param({"text": "a", "html": "b"}, 422, "text, html and markdown", id="two of them"),
        pytest.param({"text": " \u200b "}, 422, "1 invisible characters", id="nothing visible"),
        pytest.param({"url": "https://example.org/a"}, 422, "Fetching URLs is off", id="a URL alone"),
        pytest.param({"text": TEXT, "categories": ["nope"]}, 422, "'nope'", id="no such category"),
        pytest.param(
            {"text": TEXT, "categories": ["nope"]}, 422, "/categories) has every id", id="where the ids are listed"
        ),
        pytest.param({"text": "word " * 2001}, 413, "SCOPENOTE_MAX_WORDS", id="too many words"),
        pytest.param({"text": "x" * 100_001}, 413, "SCOPENOTE_MAX_BODY_BYTES", id="too many bytes"),
        pytest.param({"text": TEXT, "threshold": 0}, 422, "threshold", id="a field that is not there"),
        pytest.param({"text": 7}, 422, "text", id="a field of another type"),
    ],
)
async def test_what_cannot_be_used_is_refused_with_what_to_do(
    client: httpx.AsyncClient, body: dict[str, object], status: int, detail: str
) -> None:
    response = await client.post("/classify", json=body)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert set(problem) == {"type", "title", "status", "detail", "instance"}
    assert detail.lower() in problem["detail"].lower()


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        pytest.param(b'{"text": "a"}', "text/plain", 415, id="text/plain, as a cross-site form can send"),
        pytest.param(b'{"text": 7}', "text/json", 415, id="a type that is not JSON's"),
        pytest.param(b"{", "application/json", 422, id="broken JSON"),
        pytest.param(b'{"text": 7}', "Application/JSON", 422, id="a wrong field, the type in capitals"),
        pytest.param(
            b'{"text": 7}', "application/json; charset=utf-8", 422, id="a wrong field, a type with parameters"
        ),
        pytest.param(b'{"text": 7}', "application/vnd.example+json", 422, id="a wrong field in another kind of JSON"),
        pytest.param(b"\xff\xfe", "application/json", 422, id="not UTF-8"),
        pytest.param(b"[" * 50_000, "application/json", 400, id="nested without end"),
        pytest.param(b'{"text": "\\ud800 hello there"}', "application/json", 200, id="a lone surrogate"),
    ],
)
async def test_hostile_bodies_get_a_clear_answer(
    client: httpx.AsyncClient, content: bytes, content_type: str, status: int
) -> None:
    response = await client.post("/classify", content=content, headers={"content-type": content_type})
    assert response.status_code == status, response.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({}, 200, id="a program"),
        pytest.param({"sec-fetch-site": "same-origin"}, 200, id="our own page"),
        pytest.param({"sec-fetch-site": "cross-site"}, 403, id="another site"),
        pytest.param({"sec-fetch-site": "same-site"}, 403, id="a sibling of our site"),
        pytest.param({"origin": "https://evil.example"}, 403, id="another origin, by an older browser"),
        pytest.param({"origin": "http://127.0.0.1:8000"}, 200, id="our own origin"),
    ],
)
async def test_a_browser_that_another_site_sends_is_refused(
    client: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    response = await client.post("/classify", json={"text": TEXT}, headers=headers)
    assert response.status_code == status


async def test_a_wrong_parameter_is_no_matter_of_the_content_type(client: httpx.AsyncClient) -> None:
    answers = [
        await client.get("/classify", params={"example": "x" * 300}),
        await client.post("/classify", params={"assignments": "some"}, json={"text": TEXT}),
    ]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert "assignments" in answers[1].json()["detail"]
