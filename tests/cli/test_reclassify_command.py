"""`scopenote reclassify`: planned, agreed to, seen through; what it writes, and how it leaves."""

import json
import os
import signal
from collections.abc import AsyncGenerator, Iterator
from functools import partial
from pathlib import Path

import pytest

from app.api.told_job import ToldJob
from app.bootstrap.services import build_services
from app.cli.job_run import run, see_through
from app.domain.job import JobPlan
from app.jobs.following import JobProgress
from app.settings import Settings
from tests.cli.archive import BOARDS, BREAD, Archive, build_archive


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Archive:
    return build_archive(tmp_path, monkeypatch)


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """An archive that is decided about; its tests change nothing."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        archive = build_archive(tmp_path_factory.mktemp("decided"), monkeypatch)
        archive.read("reclassify", str(archive.content))
        yield archive


def test_an_archive_is_decided_and_again_only_where_it_changed(archive: Archive) -> None:
    content = str(archive.content)
    job = archive.read("reclassify", content)
    assert set(job) == set(ToldJob.model_fields)
    assert (job["state"], job["tally"]["decided"], job["recipe"]["sources"]) == ("done", 2, [content])
    again = archive.read("reclassify", content)
    assert (again["state"], again["total"], again["plan"]["unchanged"]) == ("done", 0, 2)
    assert (archive.bread.read_text(), archive.boards.read_text()) == (BREAD, BOARDS)
    archive.bread.write_text(BREAD + "The crust is brown.\n")
    assert archive.read("reclassify", content, "--dry-run")["free"] == 1


def test_people_read_the_plan_first_and_then_what_came_of_it(archive: Archive) -> None:
    code, out, err = archive.call("reclassify", str(archive.content))
    assert code == 0
    assert out.index("2 articles selected") < out.index("2 items: 2 decided")
    assert "gained 1 tag: baking (1)" in err
    assert "1 assignment for a person to look at" in err


def test_tags_are_written_back_where_that_is_asked_for(archive: Archive) -> None:
    archive.call("reclassify", str(archive.content), "--write", "--field", "categories=none", "--yes")
    assert archive.bread.read_text() == BREAD.replace("  - old  # by hand\n", "  - old  # by hand\n  - baking\n")
    assert archive.boards.read_text() == BOARDS


def test_a_dry_run_makes_no_job(archive: Archive) -> None:
    plan = archive.read("reclassify", str(archive.content), "--dry-run")
    assert set(plan) == set(JobPlan.model_fields)
    assert (plan["articles"], plan["free"], plan["unread"]) == (2, 2, 0)
    assert archive.read("jobs", "list") == []


def test_a_dry_run_that_could_not_read_all_says_so(archive: Archive) -> None:
    (archive.content / "broken.md").write_text("---\ntitle: [\n---\nx\n")
    plan = archive.read("reclassify", str(archive.content), "--dry-run", code=1)
    assert (plan["articles"], plan["unread"]) == (2, 1)
    assert "broken.md" in plan["notes"][0]


def test_a_run_that_could_not_read_all_finishes_with_failures(archive: Archive) -> None:
    (archive.content / "broken.md").write_text("---\ntitle: [\n---\nx\n")
    assert archive.call("reclassify", str(archive.content))[0] == 1


def test_a_plan_in_a_file_is_taken_as_long_as_nothing_changed(archive: Archive) -> None:
    file = str(archive.folder / "plan.json")
    code, _, err = archive.call("reclassify", str(archive.content), "--dry-run", "--plan", file)
    assert (code, "--plan` takes it" in err) == (0, True)
    assert archive.call("reclassify", "--plan", file, "--detach")[0] == 0
    (job,) = archive.read("jobs", "list")
    assert job["total"] == 2
    archive.read("jobs", "cancel", job["id"])
    archive.bread.write_text(BREAD + "More.\n")
    code, out, err = archive.call("reclassify", "--plan", file)
    assert (code, out) == (2, "")
    assert "changed" in err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param([], "Name a SOURCE", id="no source"),
        pytest.param(["missing"], "missing", id="a source that is not there"),
        pytest.param(["stored:"], "no articles", id="an empty store"),
        pytest.param(["stored:", "--plan", "x.json"], "name either SOURCE or --plan", id="a source and a plan"),
        pytest.param(["--dry-run", "--plan", "x.json"], "Name a SOURCE", id="a plan of nothing"),
        pytest.param(["--plan", "missing.json"], "missing.json", id="a plan that is not there"),
        pytest.param(["{content}", "--write", "--field", "nope=x"], "KIND=FIELD", id="a kind that there is not"),
        pytest.param(["{content}", "--write", "--field", "tags"], "KIND=FIELD", id="a kind without a field"),
        pytest.param(["{content}", "--put-back"], "add --write", id="tags put back into no file"),
        pytest.param(["{content}", "--category", "nope"], "nope", id="an unknown category"),
        pytest.param(["{content}", "--judge", "oracle"], "oracle", id="an unknown judge"),
        pytest.param(["{content}", "--judge", "llm"], "OPENAI_API_KEY", id="a judge that is not set up"),
        pytest.param(["{content}", "--batch-api"], "--batch-api", id="batches without an LLM"),
        pytest.param(["{content}", "--since", "yesterday"], "--since", id="no date"),
        pytest.param(["{content}", "--max-cost", "-1"], "--max-cost", id="a negative cap"),
    ],
)
def test_wrong_usage_is_told(archive: Archive, options: list[str], words: str) -> None:
    code, out, err = archive.call("reclassify", *(option.format(content=archive.content) for option in options))
    assert (code, out) == (2, "")
    assert words in err


@pytest.mark.parametrize(
    ("options", "selected"),
    [
        pytest.param([], 2, id="all"),
        pytest.param(["--changed"], 0, id="changed"),
        pytest.param(["--failed"], 0, id="failed"),
        pytest.param(["--untagged"], 1, id="untagged"),
        pytest.param(["--category", "baking"], 1, id="by category"),
        pytest.param(["--category", "baking", "--untagged"], 0, id="both have to hold"),
        pytest.param(["--since", "2099-01-01"], 0, id="by date"),
    ],
)
def test_articles_are_selected(decided: Archive, options: list[str], selected: int) -> None:
    assert decided.read("reclassify", str(decided.content), "--dry-run", *options)["articles"] == selected


PAID = {"OPENAI_API_KEY": "not-a-key", "OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}
"""An LLM that would be asked, and never answers."""


def test_nobody_is_charged_who_cannot_be_asked(archive: Archive) -> None:
    code, out, err = archive.call("reclassify", str(archive.content), "--judge", "llm", env=PAID)
    assert code == 2
    assert "2 articles selected" in out
    assert "--yes or --max-cost USD" in err
    assert archive.read("jobs", "list") == []


@pytest.mark.parametrize(
    ("options", "told"),
    [
        pytest.param(
            [],
            "The front matter of up to 2 files is changed. Say --yes, or look first with --dry-run.",
            id="for nothing",
        ),
        pytest.param(
            ["--judge", "llm"],
            "An LLM is asked, which costs, and the front matter of up to 2 files is changed. Say --yes or --max-cost USD",
            id="for money",
        ),
    ],
)
def test_no_files_are_changed_where_nobody_can_be_asked(archive: Archive, options: list[str], told: str) -> None:
    code, out, err = archive.call("reclassify", str(archive.content), "--write", *options, env=PAID)
    assert (code, "2 articles selected" in out, told in err) == (2, True, True)
    assert archive.read("jobs", "list") == []


@pytest.mark.parametrize("agrees", [True, False], ids=["yes", "no"])
@pytest.mark.parametrize(
    ("judge", "question"),
    [
        pytest.param("local", "Change the front matter of up to 2 files?", id="for nothing"),
        pytest.param("llm", "Go on, and change the front matter of up to 2 files?", id="for money"),
    ],
)
def test_people_are_asked_before_files_are_changed(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, judge: str, question: str, *, agrees: bool
) -> None:
    asked: list[str] = []

    def confirm(words: str, **_: object) -> bool:
        asked.append(words)
        return agrees

    monkeypatch.setattr("app.cli.archive_run._can_ask", lambda: True)
    monkeypatch.setattr("typer.confirm", confirm)
    options = ("--write", "--judge", judge, "--detach")
    code, _, err = archive.call("reclassify", str(archive.content), *options, env=PAID)
    assert (code, asked, "Nothing was begun" in err) == (0 if agrees else 1, [question], not agrees)
    assert len(archive.read("jobs", "list")) == agrees


def test_nobody_is_asked_where_no_file_can_change(archive: Archive) -> None:
    archive.read("reclassify", str(archive.content), "--write", "--yes")
    assert archive.call("reclassify", str(archive.content), "--write")[0] == 0
    assert archive.call("reclassify", "stored:", "--write")[0] == 0


@pytest.mark.parametrize("leave", [["--yes"], ["--max-cost", "0.5"]])
def test_who_agrees_beforehand_is_not_asked(archive: Archive, leave: list[str]) -> None:
    content = str(archive.content)
    assert archive.call("reclassify", content, "--judge", "llm", "--detach", *leave, env=PAID)[0] == 0
    (job,) = archive.read("jobs", "list")
    assert (job["state"], job["plan"]["asked"]) == ("running", 2)
    assert job["recipe"]["max_cost_usd"] == (0.5 if "--max-cost" in leave else None)


def test_a_job_that_is_left_to_others_is_not_worked_on(archive: Archive) -> None:
    job = archive.read("jobs", "show", archive.detach())
    assert (job["state"], job["tally"]["waiting"]) == ("running", 2)


def test_a_job_that_is_left_to_others_is_told_to_programs_too(archive: Archive) -> None:
    assert archive.read("reclassify", str(archive.content), "--detach")["state"] == "running"


def test_what_failed_is_named_with_a_way_on(archive: Archive) -> None:
    job_id = archive.detach("--write", "--yes")
    archive.bread.write_text(BREAD + "Changed since.\n")
    archive.read("jobs", "pause", job_id)
    code, out, err = archive.call("jobs", "resume", job_id)
    assert code == 1
    assert "1 parked" in out
    assert "bread.md: changed since the plan" in err
    assert f"`scopenote jobs retry {job_id}` tries what is parked again" in err
    assert archive.bread.read_text().endswith("Changed since.\n")


def test_ctrl_c_pauses_the_job(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    job_id = archive.detach()
    named = {name.removeprefix("SCOPENOTE_").lower(): value for name, value in archive.environment.items()}
    services = build_services(Settings.model_validate(named))
    follow = services.office.follow

    async def follow_and_stop(followed: str) -> AsyncGenerator[JobProgress]:
        async for progress in follow(followed):
            os.kill(os.getpid(), signal.SIGINT)
            yield progress

    monkeypatch.setattr(services.office, "follow", follow_and_stop)
    assert run(services, partial(see_through, services, job_id, as_json=True)) == 1
    out, err = capfd.readouterr()
    told = json.loads(out)
    assert (told["state"], told["reason"]) == ("paused", "")
    assert "paused by Ctrl-C" in err
    assert f"`scopenote jobs resume {job_id}` goes on" in err
