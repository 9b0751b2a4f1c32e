"""What the command line may spend: nothing that nobody agreed to, and no more than was said."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from app.bootstrap.services import Services, build_services
from app.cli.job_run import run, see_through
from app.jobs.planning import planner as planning
from app.jobs.planning.forecasting import Forecast
from app.settings import Settings
from app.store.batches import Batch, change_batch, make_batch
from app.store.opening import open_database
from tests.cli.archive import Archive, build_archive

PAID = {"OPENAI_API_KEY": "not-a-key", "OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}
"""An LLM that would be asked, and never answers."""


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Archive:
    return build_archive(tmp_path, monkeypatch)


def _write_plan(archive: Archive, *options: str) -> str:
    file = str(archive.folder / "plan.json")
    code, _, err = archive.call("reclassify", str(archive.content), "--dry-run", "--plan", file, *options, env=PAID)
    assert code == 0, err
    return file


@pytest.mark.parametrize(
    ("planned", "options", "most_usd"),
    [
        pytest.param([], ["--yes"], None, id="no cap"),
        pytest.param(["--max-cost", "2"], ["--yes"], 2, id="the plan's"),
        pytest.param([], ["--max-cost", "0.5"], 0.5, id="one of its own"),
        pytest.param(["--max-cost", "2"], ["--max-cost", "0.5"], 0.5, id="a lower one"),
    ],
)
def test_a_cap_holds_for_a_plan_that_was_written_down(
    archive: Archive, planned: list[str], options: list[str], most_usd: float | None
) -> None:
    file = _write_plan(archive, "--judge", "llm", *planned)
    code, _, err = archive.call("reclassify", "--plan", file, "--detach", *options, env=PAID)
    assert code == 0, err
    (job,) = archive.read("jobs", "list")
    assert job["recipe"]["max_cost_usd"] == most_usd


@pytest.mark.parametrize(
    "options",
    [["--write"], ["--batch-api"], ["--judge", "local"], ["--untagged"], ["--category", "baking"]],
    ids=str,
)
def test_what_a_written_plan_cannot_heed_is_refused(archive: Archive, options: list[str]) -> None:
    code, out, err = archive.call("reclassify", "--plan", _write_plan(archive), *options)
    assert (code, out) == (2, "")
    assert "A plan says what is done" in err


@pytest.mark.parametrize(
    ("judge", "code"), [pytest.param("llm", 2, id="an LLM"), pytest.param("local", 0, id="the local judge")]
)
def test_a_sample_that_needs_no_call_does_not_speak_for_the_rest(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, judge: str, code: int
) -> None:
    monkeypatch.setattr(planning, "SAMPLE", 1)
    monkeypatch.setattr(planning, "PATIENCE_S", -1.0)
    to_plan = Forecast.to_job_plan

    def plan_nothing(forecast: Forecast, **counted: Any) -> object:  # noqa: ANN401 - handed on as it is
        return to_plan(forecast, **counted).model_copy(update={"calls": 0, "asked": 0})

    monkeypatch.setattr(Forecast, "to_job_plan", plan_nothing)
    left, _, err = archive.call("reclassify", str(archive.content), "--judge", judge, "--detach", env=PAID)
    assert left == code, err
    assert len(archive.read("jobs", "list")) == (code == 0)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param(["--category", ""], "--category takes the id", id="an empty category"),
        pytest.param(["--field", "concepts=topics"], "add --write", id="a field and no --write"),
        pytest.param(["--max-cost", "nan"], "--max-cost", id="no number"),
    ],
)
def test_what_would_not_be_heeded_is_refused(archive: Archive, options: list[str], words: str) -> None:
    code, out, err = archive.call("reclassify", str(archive.content), *options)
    assert (code, out) == (2, "")
    assert words in err


def test_ctrl_c_before_the_work_begins_pauses_the_job_as_well(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    job_id = archive.detach()
    settings = Settings.model_validate({name[10:].lower(): value for name, value in archive.environment.items()})
    services = build_services(settings)

    @asynccontextmanager
    async def begin(_: Services) -> AsyncIterator[None]:
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.sleep(60)
        yield

    monkeypatch.setattr(Services, "working", begin)
    assert run(services, partial(see_through, services, job_id, as_json=True)) == 1
    assert json.loads(capfd.readouterr().out)["state"] == "paused"


def test_cancelling_waits_until_the_provider_has_nothing_more(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = archive.detach()
    batch = Batch(id="b", job=job_id, state="sent", provider_id="x", lines=0, tokens=0, at=datetime.now(UTC))
    database = open_database(archive.environment["SCOPENOTE_DATABASE_URL"])
    database.write_now(lambda c: make_batch(c, batch, []))
    database.close()
    worked = []

    @asynccontextmanager
    async def work(services: Services) -> AsyncIterator[None]:
        async def end() -> None:
            await asyncio.sleep(0.3)
            await services.database.write(lambda c: change_batch(c, "b", state="ended"))
            worked.append((await services.office.get_job(job_id)).state)

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(end())
            yield

    monkeypatch.setattr(Services, "working", work)
    code, _, err = archive.call("jobs", "cancel", job_id)
    assert (code, worked) == (0, ["cancelled"])
    assert "at the provider are called off" in err
    assert archive.read("jobs", "cancel", job_id)["state"] == "cancelled"
