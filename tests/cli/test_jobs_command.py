"""`scopenote jobs`: jobs are listed, shown, steered, undone and reported, for people and for programs."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from app.api.told_job import ToldJob
from app.jobs.reporting.report import ReportLine
from tests.cli.archive import BOARDS, BREAD, Archive, build_archive


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Archive:
    return build_archive(tmp_path, monkeypatch)


def test_without_jobs_the_list_says_how_to_make_one(archive: Archive) -> None:
    assert archive.read("jobs", "list") == []
    assert "scopenote reclassify" in archive.call("jobs", "list")[1]


def test_jobs_are_listed_the_newest_first(archive: Archive) -> None:
    made = []
    for _ in range(2):
        made.append(archive.detach())
        archive.read("jobs", "cancel", made[-1])
    listed = archive.read("jobs", "list")
    assert [job["id"] for job in listed] == made[::-1]
    assert all(set(job) == set(ToldJob.model_fields) for job in listed)


def test_ids_are_whole_in_the_list(archive: Archive) -> None:
    job_id = archive.detach()
    assert job_id in archive.call("jobs", "list")[1]


def test_a_job_is_shown_with_what_became_of_its_items(archive: Archive) -> None:
    job_id = archive.detach()
    code, out, _ = archive.call("jobs", "show", job_id)
    assert code == 0
    for words in (
        job_id,
        "waiting for a worker",
        "`scopenote worker` starts one",
        "2 items: 0 decided",
        "2 waiting",
        "nothing to be asked",
    ):
        assert words in out


def test_a_job_is_steered_from_state_to_state(archive: Archive) -> None:
    job_id = archive.detach()
    told = [
        archive.read("jobs", *step) for step in (("pause", job_id), ("resume", job_id, "--detach"), ("cancel", job_id))
    ]
    assert [job["state"] for job in told] == ["paused", "running", "cancelled"]


def test_what_failed_is_tried_again(archive: Archive) -> None:
    job_id = archive.detach("--write", "--yes")
    archive.bread.write_text("changed")
    archive.read("jobs", "resume", job_id, code=1)
    archive.bread.write_text(BREAD)
    job = archive.read("jobs", "retry", job_id)
    assert (job["state"], job["tally"]["parked"], job["tally"]["decided"]) == ("done", 0, 2)
    assert "  - baking\n" in archive.bread.read_text()


def test_undoing_restores_what_was_written_and_names_what_changed_since(archive: Archive) -> None:
    job_id = archive.detach("--write", "--yes")
    archive.read("jobs", "resume", job_id)
    written = archive.bread.read_text()
    assert written != BREAD
    archive.bread.write_text(written + "Changed since.\n")
    report = archive.read("jobs", "undo", job_id, "--yes", code=1)
    assert (report["restored"], [Path(left["path"]).name for left in report["left"]]) == (0, ["bread.md"])
    assert (report["decisions"], report["decided_as_before"]) == (2, 0)
    archive.bread.write_text(written)
    code, out, _ = archive.call("jobs", "undo", job_id, "--yes")
    assert (code, "1 file restored.\n0 articles given back the former decision, 2 had it already." in out) == (0, True)
    assert (archive.bread.read_text(), archive.boards.read_text()) == (BREAD, BOARDS)
    archive.bread.write_text("Written anew.")
    code, out, _ = archive.call("jobs", "undo", job_id, "--yes")
    assert (code, "0 files restored, 1 left as it is." in out, "it has changed since" in out) == (1, True, True)


def test_undoing_without_the_backup_folder_leaves_file_and_decision_together(archive: Archive) -> None:
    job_id = archive.detach("--write", "--yes")
    archive.read("jobs", "resume", job_id)
    written = archive.bread.read_text()
    (backups,) = archive.folder.glob("data/**/backups")
    backups.rename(archive.folder / "elsewhere")
    code, out, _ = archive.call("jobs", "undo", job_id, "--yes")
    assert (code, archive.bread.read_text()) == (1, written)
    told = " ".join(out.split())
    assert "0 files restored, 1 left as it is. 1 article given back the former decision, 1 left with the file." in told
    assert "is not in this machine's backup folder" in told
    assert "undo on the machine that wrote it, or put that folder back" in told
    (archive.folder / "elsewhere").rename(backups)
    assert archive.call("jobs", "undo", job_id, "--yes")[0] == 0
    assert archive.bread.read_text() == BREAD


def test_nothing_is_undone_without_a_yes(archive: Archive) -> None:
    job_id = archive.detach()
    archive.read("jobs", "cancel", job_id)
    code, _, err = archive.call("jobs", "undo", job_id)
    assert code == 1
    assert f"Undo job {job_id}" in err
    assert archive.read("jobs", "show", job_id)["state"] == "cancelled"


def test_a_resumed_job_is_seen_through_and_its_report_has_a_line_for_each_item(archive: Archive) -> None:
    job_id = archive.detach()
    archive.read("jobs", "pause", job_id)
    job = archive.read("jobs", "resume", job_id)
    assert (job["state"], job["tally"]["decided"]) == ("done", 2)
    code, out, _ = archive.call("jobs", "report", job_id)
    lines = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert all(set(line) == set(ReportLine.model_fields) for line in lines)
    assert {line["title"]: line["gained"] for line in lines} == {"Boards": [], "Bread": ["baking"]}


def test_a_report_may_be_a_page(archive: Archive) -> None:
    page = archive.folder / "report.html"
    code, out, err = archive.call("jobs", "report", archive.detach(), "--html", str(page))
    assert (code, out, "report.html" in err) == (0, "", True)
    assert page.read_text().rstrip().endswith("</html>")


def test_a_page_that_cannot_be_written_is_told(archive: Archive) -> None:
    job_id = archive.detach()
    code, _, err = archive.call("jobs", "report", job_id, "--html", str(archive.folder / "none" / "report.html"))
    assert (code, "cannot be written" in err) == (2, True)


@pytest.mark.parametrize("shown", [4, 8, 31], ids=lambda length: f"{length} characters")
def test_the_beginning_of_an_id_names_a_job(archive: Archive, shown: int) -> None:
    job_id = archive.detach()
    told = [archive.read("jobs", *step)["id"] for step in (("show", job_id[:shown]), ("cancel", job_id[:shown]))]
    assert told == [job_id, job_id]


def test_less_than_four_characters_name_no_job(archive: Archive) -> None:
    short = archive.detach()[:3]
    code, _, err = archive.call("jobs", "show", short)
    assert code == 2
    assert (
        f"There is no job {short!r}. Give at least 4 characters of its id; `scopenote jobs list` has them all." in err
    )


def test_a_cap_that_has_stopped_a_job_is_raised_as_it_goes_on(archive: Archive) -> None:
    job_id = archive.detach("--max-cost", "0.5")
    archive.read("jobs", "pause", job_id)
    assert archive.read("jobs", "resume", job_id, "--detach")["recipe"]["max_cost_usd"] == 0.5
    assert archive.read("jobs", "resume", job_id, "--detach", "--max-cost", "2")["recipe"]["max_cost_usd"] == 2
    assert archive.read("jobs", "show", job_id)["recipe"]["max_cost_usd"] == 2


@pytest.mark.parametrize("cap", ["nan", "inf", "-1"])
def test_a_cap_that_is_none_is_refused(archive: Archive, cap: str) -> None:
    code, out, err = archive.call("jobs", "resume", archive.detach(), "--detach", "--max-cost", cap)
    assert (code, out, "--max-cost" in err) == (2, "", True)


@pytest.mark.parametrize("verb", ["show", "pause", "resume", "cancel", "retry", "undo", "report"])
def test_an_unknown_job_is_named(archive: Archive, verb: str) -> None:
    code, out, err = archive.call("jobs", verb, "nope", *(["--yes"] if verb == "undo" else []))
    assert (code, out) == (2, "")
    assert "There is no job 'nope'. `scopenote jobs list`" in err


@pytest.mark.parametrize(
    ("verb", "words"),
    [
        pytest.param("pause", "was cancelled", id="pause what has ended"),
        pytest.param("resume", "was cancelled", id="resume what has ended"),
        pytest.param("retry", "was cancelled", id="retry what has ended"),
    ],
)
def test_a_state_that_does_not_allow_it_is_told(archive: Archive, verb: str, words: str) -> None:
    job_id = archive.detach()
    archive.read("jobs", "cancel", job_id)
    code, out, err = archive.call("jobs", verb, job_id)
    assert (code, out) == (2, "")
    assert words in err


def test_a_store_that_cannot_be_reached_is_told(archive: Archive) -> None:
    gone = {"SCOPENOTE_DATABASE_URL": f"sqlite:///{archive.bread}/store.db"}
    code, out, err = archive.call("jobs", "list", env=gone)
    assert (code, out) == (3, "")
    assert "bread.md" in err


def test_whoever_only_asks_does_not_load_the_queues(archive: Archive) -> None:
    program = (
        "import sys\nfrom typer.testing import CliRunner\nfrom app.cli.program import program\n"
        "result = CliRunner().invoke(program, ['jobs', 'list', '--json'])\n"
        "assert result.exit_code == 0, result.stderr\nprint('dbos' in sys.modules)\n"
    )
    done = subprocess.run(  # noqa: S603 - ours
        [sys.executable, "-c", program], env=archive.environment, capture_output=True, text=True, check=False
    )
    assert (done.stderr, done.stdout.strip()) == ("", "False")
