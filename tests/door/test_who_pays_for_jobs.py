"""Jobs that are ordered with a key are paid from its budget, whoever ordered what before."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.domain.errand import Errand, Payer
from app.door.callers import Caller
from app.jobs.control import pause_job
from app.store.jobs import load_job
from app.store.keys import list_keys
from tests.door.entrance import BROWSER, Entrance, build_key, open_entrance

pytestmark = pytest.mark.anyio

ORDER = {"articles": [{"id": "bread", "title": "Bread", "text": "Bread and pastry come out of ovens."}]}


@pytest.fixture
async def entrance(tmp_path: Path) -> AsyncIterator[Entrance]:
    async with open_entrance(tmp_path) as opened:
        yield opened


def test_a_caller_pays_with_the_key_that_was_shown_and_else_nobody_does() -> None:
    key, _ = build_key(budget_day_usd=2.0)
    payer = Payer(kind="key", id=key.id, name="News", most_day_usd=2.0)
    assert (Caller(key=key).payer, Caller(key=key).errand) == (payer, Errand(payer=payer))
    assert (Caller().payer, Caller().errand) == (None, Errand())


async def test_the_key_that_orders_a_job_pays_for_it_and_its_cap_stays_as_asked(entrance: Entrance) -> None:
    key = entrance.keep(scope="admin", budget_day_usd=2.0)
    async with entrance.ask(key) as client:
        job = (await client.post("/jobs", json={**ORDER, "max_cost_usd": 5.0})).json()
    (kept,) = entrance.services.database.read_now(list_keys)
    assert (job["recipe"]["payer"], job["recipe"]["max_cost_usd"]) == (f"key:{kept.id}", 5.0)


@pytest.mark.parametrize("where", ["route", "page"])
async def test_the_key_that_has_a_job_go_on_pays_for_the_rest_of_it(entrance: Entrance, where: str) -> None:
    first, second = entrance.keep("First", scope="admin"), entrance.keep("Second", scope="admin")
    database = entrance.services.database
    async with entrance.ask(first) as client:
        job_id = (await client.post("/jobs", json=ORDER)).json()["id"]
    job = await pause_job(database, job_id, entrance.services.database.read_now(list_keys)[0].created_at)
    assert job.recipe.payer == _refer(entrance, "First")
    async with entrance.ask(second, **(BROWSER if where == "page" else {})) as client:
        path = f"/jobs/{job_id}/resume"
        answer = await (client.post(path, data={}) if where == "page" else client.post(path))
    assert answer.status_code in {200, 303}
    resumed = database.read_now(lambda c: load_job(c, job_id))
    assert (resumed.state, resumed.recipe.payer) == ("running", _refer(entrance, "Second"))


def _refer(entrance: Entrance, name: str) -> str:
    return next(f"key:{key.id}" for key in entrance.services.database.read_now(list_keys) if key.name == name)
