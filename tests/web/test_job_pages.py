"""The pages of jobs: how far each has come, what failed and why, and buttons that work without JavaScript."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from app.bootstrap.services import Services
from app.domain.attempt import Spent
from app.domain.job import Fields, Job, JobState, Recipe, Selection, Tally
from app.errors import StoreUnavailable
from app.store.workers import keep_beat
from app.web import job_pages
from app.web.assets import ASSETS
from app.web.job_view import JobView, tell_selection, tell_write
from tests.api.job_app import ARTICLES, end, open_job_client, order, park
from tests.jobs.fake_desk import PLAN
from tests.store.kept_values import NOON
from tests.web.test_pages import HOSTILE, POLICY, Elements, find_policy

pytestmark = pytest.mark.anyio

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Sec-Fetch-Site": "same-origin"}
RECIPE = Recipe(sources=("stored:",), taxonomy_version="v", judge="llm", basis="b")


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[tuple[httpx.AsyncClient, Services]]:
    async with open_job_client(tmp_path) as opened:
        yield opened


@pytest.fixture
def client(opened: tuple[httpx.AsyncClient, Services]) -> httpx.AsyncClient:
    """Asks as a program does, unless it is given `BROWSER`."""
    return opened[0]


@pytest.fixture
def services(opened: tuple[httpx.AsyncClient, Services]) -> Services:
    return opened[1]


async def _show(client: httpx.AsyncClient, path: str, status: int = 200) -> str:
    answer = await client.get(path, headers=BROWSER)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert "Accept" in answer.headers["vary"]
    return answer.text


def _find_buttons(html: str) -> set[str]:
    """What the buttons of a page do, by the last part of their addresses."""
    return {action.rpartition("/")[2] for action in Elements(html).values("action")}


async def test_before_the_first_job_the_page_says_how_to_make_one(client: httpx.AsyncClient) -> None:
    html = await _show(client, "/jobs")
    assert "No jobs yet" in html
    assert 'aria-current="page">Jobs' in html


async def test_jobs_are_listed_with_how_far_they_have_come(client: httpx.AsyncClient, services: Services) -> None:
    job = await order(client)
    await park(services, job["id"], 0, "broken")
    html = await _show(client, "/jobs")
    assert f'href="/jobs/{job["id"]}"' in html
    assert '<progress max="2" value="1"' in html
    for words in ("Waiting for a worker", "1 of 2", "nothing to pay", "articles sent to the service"):
        assert words in html


async def test_a_job_that_nobody_works_on_says_who_would(client: httpx.AsyncClient, services: Services) -> None:
    page = f"/jobs/{(await order(client))['id']}"
    assert "<code>scopenote worker</code> starts a worker" in await _show(client, page)
    await services.database.write(lambda c: keep_beat(c, "w", "elsewhere 1"))
    html = await _show(client, page)
    assert ("starts a worker" in html, ">Running<" in html) == (False, True)


async def test_the_list_has_pages(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_pages, "ROWS", 2)
    made = [(await order(client))["id"] for _ in range(3)]
    first = await _show(client, "/jobs")
    assert f'href="/jobs?before={made[1]}" rel="next"' in first
    second = await _show(client, f"/jobs?before={made[1]}")
    assert [id_ in second for id_ in made] == [True, False, False]
    assert 'rel="next"' not in second


@pytest.mark.parametrize(
    ("steps", "buttons"),
    [
        pytest.param((), {"pause", "cancel"}, id="running"),
        pytest.param(("pause",), {"resume", "cancel", "undo"}, id="paused"),
        pytest.param(("cancel",), {"undo"}, id="cancelled"),
        pytest.param(("cancel", "undo"), {"undo"}, id="undone: what was left may be taken up"),
    ],
)
async def test_the_buttons_are_those_that_the_state_allows(
    client: httpx.AsyncClient, steps: tuple[str, ...], buttons: set[str]
) -> None:
    page = f"/jobs/{(await order(client))['id']}"
    for step in steps:
        answer = await client.post(f"{page}/{step}", headers=BROWSER)
        assert (answer.status_code, answer.headers["location"]) == (303, page)
    assert _find_buttons(await _show(client, page)) == buttons


async def test_what_failed_is_named_with_its_reason_and_can_be_tried_again(
    client: httpx.AsyncClient, services: Services
) -> None:
    job = await order(client)
    await park(services, job["id"], 0, "boards: the file changed since the plan")
    await end(services, job["id"])
    html = await _show(client, f"/jobs/{job['id']}")
    assert "<strong><bdi>boards</bdi></strong>" in html
    assert "<p>the file changed since the plan</p>" in html
    assert "retry" in _find_buttons(html)
    await client.post(f"/jobs/{job['id']}/retry", headers=BROWSER)
    assert (await client.get(f"/jobs/{job['id']}")).json()["state"] == "running"


async def test_of_many_failures_the_first_are_named_and_the_rest_counted(
    client: httpx.AsyncClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_pages, "NAMED", 1)
    job = await order(client)
    for number in range(2):
        await park(services, job["id"], number, f"reason {number}")
    html = await _show(client, f"/jobs/{job['id']}")
    assert ("reason 0" in html, "reason 1" in html, "1 more are in the" in html) == (True, False, True)


async def test_a_button_that_the_state_does_not_allow_says_so_on_the_page(client: httpx.AsyncClient) -> None:
    page = f"/jobs/{(await order(client))['id']}"
    await client.post(f"{page}/cancel")
    answer = await client.post(f"{page}/resume", headers=BROWSER)
    assert answer.status_code == 409
    assert 'role="alert">The job' in answer.text
    assert "was cancelled" in answer.text


@pytest.mark.parametrize("verb", ["pause", "resume", "cancel", "retry", "undo"])
async def test_the_address_of_a_button_leads_back_to_the_job(client: httpx.AsyncClient, verb: str) -> None:
    job = await order(client)
    answer = await client.get(f"/jobs/{job['id']}/{verb}", headers=BROWSER)
    assert answer.headers["location"] == f"/jobs/{job['id']}"
    assert (await client.get(f"/jobs/{job['id']}")).json()["state"] == "running"


async def test_another_site_presses_no_button(client: httpx.AsyncClient) -> None:
    page = f"/jobs/{(await order(client))['id']}"
    answer = await client.post(f"{page}/cancel", headers={**BROWSER, "Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert (await client.get(page)).json()["state"] == "running"


@pytest.mark.parametrize("part", ["", "/report"])
async def test_an_unknown_job_has_a_page_that_says_so(client: httpx.AsyncClient, part: str) -> None:
    assert "There is no job" in await _show(client, f"/jobs/nope{part}", 404)


async def test_a_button_of_an_unknown_job_has_one_too(client: httpx.AsyncClient) -> None:
    answer = await client.post("/jobs/nope/pause", headers=BROWSER)
    assert (answer.status_code, "There is no job" in answer.text) == (404, True)


async def test_a_store_that_is_away_is_told_as_a_page(
    client: httpx.AsyncClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise StoreUnavailable("the store is away")

    monkeypatch.setattr(services.office, "list_jobs", fail)
    assert "the store is away" in await _show(client, "/jobs", 503)


async def test_the_report_is_a_page_for_browsers_that_runs_nothing(client: httpx.AsyncClient) -> None:
    job = await order(client)
    answer = await client.get(f"/jobs/{job['id']}/report", headers=BROWSER)
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "<h1>Reclassification</h1>" in answer.text


async def test_what_others_wrote_stays_text(client: httpx.AsyncClient, services: Services) -> None:
    hostile = "".join(HOSTILE)
    articles = [{**ARTICLES[0], "id": hostile}, {"html": "<p></p>"}]
    job = await order(client, articles=articles)
    await park(services, job["id"], 0, hostile)
    answer = await client.get(f"/jobs/{job['id']}", headers=BROWSER)
    assert find_policy(answer) == POLICY
    assert not [one for one in HOSTILE if "<" in one and one in answer.text]
    assert answer.text.count("&lt;script&gt;") == 2
    assert [tag for tag, _ in Elements(answer.text).found if tag in {"img", "iframe", "style"}] == []


async def test_only_the_page_of_a_running_job_follows_it(client: httpx.AsyncClient) -> None:
    page = f"/jobs/{(await order(client))['id']}"
    html = await _show(client, page)
    assert f'data-events="{page}/events"' in html
    assert re.search(r'<p class="without-script"><a href="[^"]+">Refresh</a>', html)
    await client.post(f"{page}/pause")
    assert "data-events" not in await _show(client, page)


def test_our_script_names_no_other_host() -> None:
    assert b"http" not in ASSETS["jobs.js"].body


def _view(
    *,
    state: JobState = "running",
    most_usd: float | None = 2.0,
    cap: float | None = None,
    calls: int = 5,
    has_worker: bool = True,
) -> JobView:
    plan = PLAN.model_copy(update={"calls": calls, "most_usd": most_usd})
    recipe = RECIPE.model_copy(update={"max_cost_usd": cap})
    job = Job(id="j", created_at=NOON, finished_at=None, state=state, reason="", recipe=recipe, plan=plan)
    spent = Spent(calls=min(calls, 1), cost_usd=0.25 if calls else 0.0)
    tally = Tally(waiting=1, decided=2, unchanged=3, parked=4, spent=spent)
    return JobView(job=job, tally=tally, has_worker=has_worker)


@pytest.mark.parametrize(
    ("state", "has_worker", "words"),
    [
        pytest.param("running", True, "Running", id="worked on"),
        pytest.param("running", False, "Waiting for a worker", id="nobody there"),
        pytest.param("done", False, "Done", id="ended"),
    ],
)
def test_a_job_that_runs_without_a_worker_is_told_to_wait(state: JobState, has_worker: bool, words: str) -> None:
    assert _view(state=state, has_worker=has_worker).state == words


@pytest.mark.parametrize(
    ("view", "words"),
    [
        pytest.param(_view(), "$0.2500 of at most $2.00", id="the plan's bound"),
        pytest.param(_view(cap=1.0), "$0.2500 of at most $1.00", id="a lower cap"),
        pytest.param(_view(cap=9.0), "$0.2500 of at most $2.00", id="a cap that is never reached"),
        pytest.param(_view(most_usd=None, cap=1.0), "$0.2500 of at most $1.00", id="a cap alone"),
        pytest.param(_view(most_usd=None), "$0.2500, bound not known", id="no price known"),
        pytest.param(_view(calls=0), "nothing to pay", id="nothing asked"),
    ],
)
def test_what_is_spent_is_told_against_its_bound(view: JobView, words: str) -> None:
    assert view.spent == words


def test_what_failed_counts_as_done_and_an_ended_job_offers_no_retry() -> None:
    assert _view().done == 9
    assert [_view(state=state).may_retry for state in ("running", "done", "cancelled", "undone")] == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("selection", "words"),
    [
        pytest.param(Selection(), "all", id="all"),
        pytest.param(Selection(changed=True, untagged=True), "changed, and without a category", id="two"),
        pytest.param(Selection(failed=True), "failed or parked before", id="failed"),
        pytest.param(
            Selection(categories=("a", "b"), since=NOON), "in a or b, and changed since 2026-11-23", id="named"
        ),
    ],
)
def test_a_selection_is_told(selection: Selection, words: str) -> None:
    assert tell_selection(selection).startswith(words)


@pytest.mark.parametrize(
    ("write", "words"),
    [
        pytest.param(None, "no", id="not written"),
        pytest.param(Fields(tags="topics", categories=None), "tags to topics", id="another field"),
        pytest.param(Fields(), "tags, categories", id="the usual ones"),
        pytest.param(Fields(tags=None, categories=None), "no", id="no field at all"),
    ],
)
def test_where_tags_are_written_is_told(write: Fields | None, words: str) -> None:
    assert tell_write(RECIPE.model_copy(update={"write": write})) == words
