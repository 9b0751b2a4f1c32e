"""Jobs over HTTP: made of what is stored or sent, listed, told, reported, and never of the machine's own files."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.api import job_orders
from app.api.told_job import ToldJob
from app.bootstrap.services import Services
from app.domain.job import Item, JobPlan
from app.errors import StoreUnavailable
from app.store.workers import keep_beat
from tests.api.job_app import ARTICLES, open_job_client, order, park, read_events
from tests.api.kept_app import decide

pytestmark = pytest.mark.anyio

Opened = tuple[httpx.AsyncClient, Services]


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[Opened]:
    async with open_job_client(tmp_path) as opened:
        yield opened


@pytest.fixture
def client(opened: Opened) -> httpx.AsyncClient:
    return opened[0]


@pytest.fixture
def services(opened: Opened) -> Services:
    return opened[1]


async def test_a_job_of_sent_articles_runs_to_its_end_and_reports(tmp_path: Path) -> None:
    async with open_job_client(tmp_path, works=True) as (client, _):
        made = await order(client)
        (*_, (name, last)) = await read_events(client, made["id"])
        job = (await client.get(f"/jobs/{made['id']}")).json()
        lines = [httpx.Response(200, text=line).json() for line in await _read_report(client, made["id"])]
        undone = (await client.post(f"/jobs/{made['id']}/undo")).json()
    assert (name, last["state"], last["tally"]["decided"]) == ("done", "done", 2)
    assert (job["state"], job["tally"]["decided"], job["total"]) == ("done", 2, 2)
    assert [(line["article"], line["title"], line["state"]) for line in lines] == [
        ("boards", "Boards", "decided"),
        ("bread", "Bread", "decided"),
    ]
    assert lines[1]["gained"] == ["baking"]
    assert (undone["job"]["state"], undone["restored"], undone["left"]) == ("undone", 0, [])


async def _read_report(client: httpx.AsyncClient, job_id: str) -> list[str]:
    answer = await client.get(f"/jobs/{job_id}/report")
    assert answer.headers["content-type"] == "application/x-ndjson"
    return answer.text.splitlines()


async def test_the_answer_is_the_job_with_its_plan_and_its_tally_and_says_where_it_is(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.post("/jobs", json={"articles": ARTICLES, "max_cost_usd": 0.5})
    job = answer.json()
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/jobs/{job['id']}"
    assert set(job) == set(ToldJob.model_fields)
    assert (job["state"], job["total"], job["tally"]["waiting"], job["plan"]["articles"]) == ("running", 2, 2, 2)
    assert (job["recipe"]["sources"], job["recipe"]["max_cost_usd"]) == (["sent:"], 0.5)
    assert (await client.get(answer.headers["location"])).json() == job


async def test_a_dry_run_gives_the_plan_and_makes_no_job(client: httpx.AsyncClient) -> None:
    answer = await client.post("/jobs", json={"articles": ARTICLES, "dry_run": True})
    assert answer.status_code == 200
    assert set(answer.json()) == set(JobPlan.model_fields)
    assert answer.json()["articles"] == 2
    assert (await client.get("/jobs")).json() == {"jobs": [], "next": None}


async def test_what_is_stored_is_selected_from_as_asked(client: httpx.AsyncClient) -> None:
    await decide(client)
    await decide(client, "Bread and pastry come out of ovens. The ovens are hot.", "bread")
    plan = await _plan(client, sources=["stored:"])
    assert (plan["articles"], plan["unchanged"]) == (2, 2)
    assert (await _plan(client, sources=["stored:"], selection={"changed": True}))["articles"] == 0
    assert (await _plan(client, sources=["stored:"], selection={"categories": ["baking"]}))["articles"] == 1


async def _plan(client: httpx.AsyncClient, **body: object) -> Any:  # noqa: ANN401 - JSON
    answer = await client.post("/jobs", json={**body, "dry_run": True})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_job_without_anything_to_do_is_done_at_once(client: httpx.AsyncClient) -> None:
    await decide(client)
    answer = await client.post("/jobs", json={"sources": ["stored:"]})
    assert (answer.status_code, answer.json()["state"]) == (202, "done")
    assert [name for name, _ in await read_events(client, answer.json()["id"])] == ["progress", "done"]


async def test_an_article_that_cannot_be_used_is_named_by_its_place(client: httpx.AsyncClient) -> None:
    plan = await _plan(client, articles=[*ARTICLES, {"html": "<p></p>"}])
    assert (plan["articles"], plan["unread"]) == (2, 1)
    (note,) = plan["notes"]
    assert note.startswith("Not read: articles.2: ")


async def test_nothing_of_what_was_sent_is_left_in_a_file(
    client: httpx.AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    answer = await client.post("/jobs", json={"articles": [*ARTICLES, {"html": "<p></p>"}]})
    assert (answer.status_code, str(scratch) in answer.text) == (202, False)
    assert (await client.post("/jobs", json={"articles": ARTICLES, "judge": "llm"})).status_code == 422
    assert list(scratch.iterdir()) == []


async def test_no_room_for_what_was_sent_is_told(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/nowhere")
    answer = await client.post("/jobs", json={"articles": ARTICLES})
    assert answer.status_code == 503
    assert "Make room" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param({"sources": ["/etc"]}, "over HTTP the only source", id="a folder of the machine"),
        pytest.param(
            {"sources": ["stored:", "x.jsonl"]}, "over HTTP the only source", id="a file beside what is stored"
        ),
        pytest.param({}, "say which articles", id="nothing"),
        pytest.param({"sources": ["stored:"], "write": {"tags": "tags"}}, "write", id="files to be written"),
        pytest.param({"sources": ["stored:"], "categories": "/etc"}, "categories", id="definitions of the machine"),
        pytest.param({"sources": ["stored:"], "max_cost_usd": -1}, "max_cost_usd", id="a negative cap"),
        pytest.param(
            {"sources": ["stored:"], "selection": {"categories": ["nope"]}}, "'nope'", id="an unknown category"
        ),
        pytest.param({"sources": ["stored:"], "judge": "llm"}, "OPENAI_API_KEY", id="a judge that is not set up"),
        pytest.param({"sources": ["stored:"]}, "no articles", id="an empty store"),
        pytest.param({"articles": [{"text": "x", "html": "y"}]}, "articles.0", id="an article in two forms"),
        pytest.param({"articles": [*ARTICLES, {"text": " \n"}]}, "articles.2: is empty", id="an empty article"),
        pytest.param(
            {"articles": [{"text": "x", "id": "a"}, {"text": "y"}, {"text": "z", "id": "a"}]},
            "articles.2 has the id 'a' of articles.0",
            id="a second article of one id",
        ),
        pytest.param({"articles": [{"html": "<p></p>"}]}, "articles.0: ", id="no article that can be read"),
    ],
)
async def test_an_order_that_cannot_be_followed_says_why(
    client: httpx.AsyncClient, body: dict[str, object], words: str
) -> None:
    answer = await client.post("/jobs", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert words in answer.json()["detail"]


async def test_more_articles_than_fit_one_order_are_refused(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.post("/jobs", json={"articles": [{"text": "x"}] * (job_orders.MOST_ARTICLES + 1)})
    assert (answer.status_code, "articles" in answer.json()["detail"]) == (422, True)


async def test_jobs_are_listed_the_newest_first_page_by_page(client: httpx.AsyncClient) -> None:
    made = [(await order(client))["id"] for _ in range(3)]
    first = (await client.get("/jobs?limit=2")).json()
    second = (await client.get("/jobs", params={"limit": 2, "before": first["next"]})).json()
    assert [job["id"] for job in first["jobs"]] == made[:0:-1]
    assert ([job["id"] for job in second["jobs"]], second["next"]) == ([made[0]], None)
    assert all(set(job) == set(ToldJob.model_fields) for job in first["jobs"])


async def test_items_are_listed_by_number_and_by_state(client: httpx.AsyncClient, services: Services) -> None:
    job = await order(client)
    await park(services, job["id"], 1, "the file changed")
    items = f"/jobs/{job['id']}/items"
    first = (await client.get(f"{items}?limit=1")).json()
    rest = (await client.get(items, params={"after": first["next"]})).json()
    parked = (await client.get(f"{items}?state=parked")).json()
    assert [item["number"] for item in (*first["items"], *rest["items"])] == [0, 1]
    assert rest["next"] is None
    assert parked == {"items": rest["items"], "next": None}
    assert set(parked["items"][0]) == set(Item.model_fields)
    assert (parked["items"][0]["article"], parked["items"][0]["reason"]) == ("bread", "the file changed")


@pytest.mark.parametrize(
    "query", ["state=broken", "after=-2", "after=x", "limit=0", "limit=501", "after=99999999999999"]
)
async def test_a_page_of_items_that_is_none_is_a_problem(client: httpx.AsyncClient, query: str) -> None:
    job = await order(client)
    answer = await client.get(f"/jobs/{job['id']}/items?{query}")
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("method", "part"),
    [
        *(pytest.param("GET", part, id=part or "the job") for part in ("", "/items", "/events", "/report")),
        *(pytest.param("POST", f"/{verb}", id=verb) for verb in ("pause", "resume", "cancel", "retry", "undo")),
    ],
)
async def test_an_unknown_job_is_a_problem(client: httpx.AsyncClient, method: str, part: str) -> None:
    answer = await client.request(method, f"/jobs/nope{part}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert "'nope'" in answer.json()["detail"]


@pytest.mark.parametrize("job_id", ["a%00b", "x" * 201, "a%20b", "%E2%80%AE"])
async def test_an_id_that_can_be_none_is_refused(client: httpx.AsyncClient, job_id: str) -> None:
    assert (await client.get(f"/jobs/{job_id}")).status_code == 422


async def test_a_job_is_steered_from_state_to_state(client: httpx.AsyncClient) -> None:
    job = await order(client)
    states = [
        (await client.post(f"/jobs/{job['id']}/{verb}")).json()["state"]
        for verb in ("pause", "resume", "resume", "cancel")
    ]
    assert states == ["paused", "running", "running", "cancelled"]


@pytest.mark.parametrize(
    ("before", "verb", "words"),
    [
        pytest.param((), "retry", "no parked items", id="nothing to retry"),
        pytest.param((), "undo", "still running", id="undo what runs"),
        pytest.param(("cancel",), "pause", "was cancelled", id="pause what has ended"),
        pytest.param(("cancel",), "resume", "was cancelled", id="resume what has ended"),
        pytest.param(("pause", "undo"), "cancel", "was undone", id="cancel what is undone"),
    ],
)
async def test_a_state_that_does_not_allow_it_is_a_conflict(
    client: httpx.AsyncClient, before: tuple[str, ...], verb: str, words: str
) -> None:
    job = await order(client)
    for earlier in before:
        assert (await client.post(f"/jobs/{job['id']}/{earlier}")).status_code == 200
    answer = await client.post(f"/jobs/{job['id']}/{verb}")
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert words in answer.json()["detail"]


async def test_no_job_over_what_is_stored_is_made_beside_another(client: httpx.AsyncClient) -> None:
    await client.post("/jobs", json={"articles": ARTICLES})
    made = (await client.post("/jobs", json={"sources": ["stored:"]})).json()
    for body in ({"sources": ["stored:"]}, {"sources": ["stored:"], "selection": {"untagged": True}}):
        answer = await client.post("/jobs", json=body)
        assert (answer.status_code, answer.headers["location"]) == (409, f"/jobs/{made['id']}")
        detail = answer.json()["detail"]
        assert f"POST /jobs/{made['id']}/resume goes on with it" in detail
        assert ("another selection" in detail) == ("selection" in body)
    dry = await client.post("/jobs", json={"sources": ["stored:"], "dry_run": True})
    assert dry.status_code == 200
    await client.post(f"/jobs/{made['id']}/cancel")
    assert (await client.post("/jobs", json={"sources": ["stored:"]})).status_code == 202


async def test_what_is_stored_is_refused_beside_another_also_where_articles_come_with_it(
    client: httpx.AsyncClient,
) -> None:
    await client.post("/jobs", json={"articles": ARTICLES})
    await client.post("/jobs", json={"sources": ["stored:"]})
    answer = await client.post("/jobs", json={"sources": ["stored:"], "articles": [{"text": "Bread.", "id": "new"}]})
    assert answer.status_code == 409


async def test_articles_that_come_with_an_order_are_in_nobodys_way(client: httpx.AsyncClient) -> None:
    assert (await order(client))["id"] != (await order(client))["id"]


async def test_a_job_goes_on_with_a_higher_cap(client: httpx.AsyncClient) -> None:
    job = await order(client, max_cost_usd=0.5)
    await client.post(f"/jobs/{job['id']}/pause")
    told = (await client.post(f"/jobs/{job['id']}/resume", json={"max_cost_usd": 2})).json()
    assert (told["state"], told["recipe"]["max_cost_usd"]) == ("running", 2)
    told = (await client.post(f"/jobs/{job['id']}/resume")).json()
    assert told["recipe"]["max_cost_usd"] == 2


@pytest.mark.parametrize("body", [{"max_cost_usd": -1}, {"max_cost_usd": "much"}, {"cap": 1}], ids=str)
async def test_a_cap_that_is_none_is_refused(client: httpx.AsyncClient, body: dict[str, object]) -> None:
    job = await order(client, max_cost_usd=0.5)
    answer = await client.post(f"/jobs/{job['id']}/resume", json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


async def test_whether_anybody_works_on_a_job_is_told(client: httpx.AsyncClient, services: Services) -> None:
    job = await order(client)
    assert (job["state"], job["is_worked_on"]) == ("running", False)
    await services.database.write(lambda c: keep_beat(c, "w", "elsewhere 1"))
    assert (await client.get(f"/jobs/{job['id']}")).json()["is_worked_on"]
    assert (await client.get("/jobs")).json()["jobs"][0]["is_worked_on"]
    assert not (await client.post(f"/jobs/{job['id']}/pause")).json()["is_worked_on"]


async def test_what_is_parked_can_be_retried(client: httpx.AsyncClient, services: Services) -> None:
    job = await order(client)
    await park(services, job["id"], 0, "the store was away")
    told = (await client.post(f"/jobs/{job['id']}/retry")).json()
    assert (told["state"], told["tally"]["parked"], told["tally"]["waiting"]) == ("running", 0, 2)


@pytest.mark.parametrize("part", ["", "/pause", "/undo"])
async def test_another_site_cannot_make_a_browser_send_it(client: httpx.AsyncClient, part: str) -> None:
    job = await order(client)
    path = f"/jobs/{job['id']}{part}" if part else "/jobs"
    answer = await client.post(path, json={"sources": ["stored:"]}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert (await client.get(f"/jobs/{job['id']}")).json()["state"] == "running"


async def test_a_store_that_is_away_is_told(
    client: httpx.AsyncClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise StoreUnavailable("the store is away")

    monkeypatch.setattr(services.office, "list_jobs", fail)
    answer = await client.get("/jobs")
    assert (answer.status_code, answer.json()["detail"]) == (503, "the store is away")


async def test_a_long_report_loses_no_line(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.api.jobs.PIECE", 10)
    job = await order(client)
    assert len(await _read_report(client, job["id"])) == 2
