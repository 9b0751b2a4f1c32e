"""What is printed about plans and jobs says what is true of them, once, and in words that lead on."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.api.told_job import ToldJob
from app.cli.job_cards import print_job, print_jobs, print_plan
from app.domain.attempt import Spent
from app.domain.job import Fields, JobPlan, Recipe, Tally
from app.errors import BadFile, BudgetSpent
from app.jobs.control import pause_for
from app.store.items import load_item, settle_item
from app.store.opening import open_database
from tests.cli.archive import Archive, build_archive
from tests.jobs.made_jobs import PLAN, make_job
from tests.store.kept_values import NOON

LOCAL = PLAN.model_copy(update={"asked": 0, "free": 2, "calls": 0, "pairs": 0, "by_category": {}})
RECIPE = make_job("j").recipe


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Archive:
    return build_archive(tmp_path, monkeypatch)


def _print(capsys: pytest.CaptureFixture[str], plan: JobPlan, recipe: Recipe = RECIPE, judge: str = "local") -> str:
    print_plan(plan, recipe, judge=judge)
    return capsys.readouterr().out


def test_a_plan_names_its_judge_its_cap_and_the_fields_it_writes(capsys: pytest.CaptureFixture[str]) -> None:
    recipe = RECIPE.model_copy(
        update={"write": Fields(concepts="topics"), "max_cost_usd": 2.5, "batch_api": True, "judge": "llm"}
    )
    out = _print(capsys, PLAN, recipe, "gpt-6-luna")
    assert "judge: gpt-6-luna, by the Batch API" in out
    assert "cap: $2.50" in out
    assert "written to the files' front matter: tags, categories, concepts to topics" in out


def test_a_plan_says_that_tags_are_put_back(capsys: pytest.CaptureFixture[str]) -> None:
    recipe = RECIPE.model_copy(update={"write": Fields(), "put_back": True})
    assert "put back: tags that were taken out of the files" in _print(capsys, PLAN, recipe)


def test_a_plan_that_leaves_files_alone_names_no_fields(capsys: pytest.CaptureFixture[str]) -> None:
    out = _print(capsys, PLAN)
    assert ("written" in out, "put back" in out) == (False, False)


@pytest.mark.parametrize(
    ("plan", "words", "absent"),
    [
        pytest.param(PLAN, "up to 4 tags may be gained, 0 lost", "decided again:", id="asked"),
        pytest.param(LOCAL, "2 decided again at no cost", "gained", id="measured anew"),
        pytest.param(
            LOCAL.model_copy(update={"may_lose": 3}), "tags that stand now and are decided again: 3", "gained", id="stands"
        ),
        pytest.param(
            PLAN.model_copy(update={"cost_usd": None, "most_usd": None}), "what it costs is not known", "expected",
            id="no price",
        ),
    ],
)  # fmt: skip
def test_a_plan_promises_no_more_than_is_known(
    capsys: pytest.CaptureFixture[str], plan: JobPlan, words: str, absent: str
) -> None:
    out = _print(capsys, plan)
    assert (words in out, absent in out) == (True, False)


def _tell(*, has_worker: bool, most_usd: float | None = 2.0) -> ToldJob:
    job = make_job("j", at=datetime(2026, 11, 1, tzinfo=UTC))
    job = job.model_copy(update={"plan": PLAN.model_copy(update={"most_usd": most_usd})})
    return ToldJob.of(job, Tally(waiting=2, spent=Spent(calls=1, cost_usd=0.1)), has_worker=has_worker)


@pytest.mark.parametrize("has_worker", [True, False], ids=["worked on", "nobody there"])
def test_a_job_that_nobody_works_on_is_told_to_wait(capsys: pytest.CaptureFixture[str], has_worker: bool) -> None:
    print_job(_tell(has_worker=has_worker))
    shown = capsys.readouterr().out
    print_jobs([_tell(has_worker=has_worker)])
    listed = capsys.readouterr().out
    assert ("waiting for a worker" in shown, "waiting for a worker" in listed) == (not has_worker, not has_worker)
    assert ("running" in shown, "running" in listed) == (has_worker, has_worker)


def test_a_bound_that_is_not_known_is_told_as_such(capsys: pytest.CaptureFixture[str]) -> None:
    print_job(_tell(has_worker=True, most_usd=None))
    assert "(no price is known)" in capsys.readouterr().out


def test_who_leaves_a_job_to_nobody_is_told(archive: Archive) -> None:
    _, _, err = archive.call("reclassify", str(archive.content), "--detach")
    assert "waits for a worker: `scopenote serve` or `scopenote worker` starts one" in err


def _resume(archive: Archive, monkeypatch: pytest.MonkeyPatch, job_id: str, reason: str) -> str:
    """What is said at the end of a resumed job that pauses at once for a reason."""

    async def see_through(services: object, resumed: str, *, as_json: bool) -> int:
        from app.bootstrap.services import Services
        from app.cli.job_run import conclude

        assert isinstance(services, Services)
        await services.database.write(lambda c: pause_for(c, resumed, reason, NOON))
        return await conclude(services, resumed, as_json=as_json)

    monkeypatch.setattr("app.cli.job_run.see_through", see_through)
    archive.read("jobs", "pause", job_id)
    code, _, err = archive.call("jobs", "resume", job_id)
    assert code == 3
    return err


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        pytest.param(
            "The server is away.", ["Paused: The server is away.\n", "`scopenote jobs resume"], id="a sentence"
        ),
        pytest.param("the server is away", ["Paused: the server is away.\n", "`scopenote jobs resume"], id="a phrase"),
    ],
)
def test_the_reason_of_a_pause_ends_once(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, reason: str, told: list[str]
) -> None:
    err = _resume(archive, monkeypatch, archive.detach(), reason)
    assert [words in err for words in told] == [True, True]
    assert ".." not in err


def test_a_reason_that_names_the_command_is_not_repeated(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    job_id = archive.detach()
    reason = str(BudgetSpent(f"It is spent. `scopenote jobs resume {job_id} --max-cost USD` goes on with more."))
    assert _resume(archive, monkeypatch, job_id, reason).count("scopenote jobs resume") == 1


def test_a_file_is_named_once_where_its_reason_begins_with_it(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = archive.detach()
    database = open_database(archive.environment["SCOPENOTE_DATABASE_URL"])
    item = database.read_now(lambda c: load_item(c, job_id, 0))
    error = BadFile(item.path or "", "is a mess", "Mend it", line=2)
    parked = item.model_copy(update={"state": "parked", "reason": str(error)})
    database.write_now(lambda c: settle_item(c, parked, NOON))
    database.close()
    err = _resume(archive, monkeypatch, job_id, "The server is away.")
    (line,) = [line for line in err.splitlines() if "is a mess" in line]
    assert line == f"scopenote: parked: {item.path}:2: is a mess. Mend it"
    assert "where you change a file, run reclassify again" in err


def test_the_version_is_said(archive: Archive) -> None:
    assert archive.call("--version")[:2] == (0, "scopenote 0.1.0\n")
