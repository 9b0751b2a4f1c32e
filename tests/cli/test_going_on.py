"""`scopenote reclassify` where an earlier run of it was not finished: one job goes on, and none is made beside it."""

from pathlib import Path

import pytest

from app.store.items import load_item, settle_item
from app.store.opening import open_database
from tests.cli.archive import Archive, build_archive
from tests.store.kept_values import NOON

PAID = {"OPENAI_API_KEY": "not-a-key", "OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}
"""An LLM that would be asked, and never answers."""


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Archive:
    return build_archive(tmp_path, monkeypatch)


def _settle_first(archive: Archive, job_id: str) -> None:
    """Have the first item decided, as by a worker that died after it."""
    database = open_database(archive.environment["SCOPENOTE_DATABASE_URL"])
    item = database.read_now(lambda c: load_item(c, job_id, 0)).model_copy(update={"state": "decided"})
    database.write_now(lambda c: settle_item(c, item, NOON))
    database.close()


def test_the_same_command_goes_on_with_a_job_whose_worker_died(archive: Archive) -> None:
    job_id = archive.detach("--write", "--yes")
    _settle_first(archive, job_id)
    code, out, err = archive.call("reclassify", str(archive.content), "--write", "--yes")
    assert code == 0
    assert f"Job {job_id} on these sources is unfinished (1 of 2 done): going on with it." in err
    assert "2 items: 2 decided" in out
    assert [job["id"] for job in archive.read("jobs", "list")] == [job_id]


def test_a_paused_job_goes_on_with_the_new_cap_and_may_be_left_to_others(archive: Archive) -> None:
    job_id = archive.detach("--max-cost", "0.5")
    archive.read("jobs", "pause", job_id)
    job = archive.read("reclassify", str(archive.content), "--detach", "--max-cost", "2")
    assert (job["id"], job["state"], job["recipe"]["max_cost_usd"]) == (job_id, "running", 2)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param(["--write"], "other fields to write", id="files to be written"),
        pytest.param(["--untagged"], "another selection", id="a selection"),
        pytest.param(["--judge", "llm", "--yes"], "another judge", id="a judge"),
    ],
)
def test_another_order_on_the_same_files_is_refused_with_two_ways_out(
    archive: Archive, options: list[str], words: str
) -> None:
    job_id = archive.detach()
    code, out, err = archive.call("reclassify", str(archive.content), *options, env=PAID)
    assert (code, out) == (2, "")
    for told in (words, f"`scopenote jobs resume {job_id}`", f"`scopenote jobs cancel {job_id}`"):
        assert told in err
    assert len(archive.read("jobs", "list")) == 1


def test_a_file_of_an_archive_that_is_worked_on_is_refused_and_another_archive_is_not(archive: Archive) -> None:
    archive.detach()
    code, _, err = archive.call("reclassify", str(archive.bread))
    assert (code, "other sources" in err) == (2, True)
    other = archive.folder / "other"
    other.mkdir()
    (other / "cake.md").write_text("Cakes come out of ovens.\n")
    assert archive.read("reclassify", str(other), "--detach")["total"] == 1


def test_a_dry_run_says_what_is_unfinished_and_plans_all_the_same(archive: Archive) -> None:
    job_id = archive.detach()
    code, out, err = archive.call("reclassify", str(archive.content), "--dry-run")
    assert (code, "2 articles selected" in out) == (0, True)
    assert f"Job {job_id} on these sources is unfinished (0 of 2 done); this plan" in err


def test_the_plan_in_a_file_goes_on_with_its_job_though_half_of_it_is_done(archive: Archive) -> None:
    file = str(archive.folder / "plan.json")
    archive.call("reclassify", str(archive.content), "--dry-run", "--plan", file)
    assert archive.call("reclassify", "--plan", file, "--detach")[0] == 0
    (job,) = archive.read("jobs", "list")
    _settle_first(archive, job["id"])
    code, _, err = archive.call("reclassify", "--plan", file, "--detach")
    assert (code, "going on with it" in err) == (0, True)
    assert len(archive.read("jobs", "list")) == 1


def test_going_on_costs_nothing_that_nobody_agreed_to(archive: Archive) -> None:
    content = str(archive.content)
    assert archive.call("reclassify", content, "--judge", "llm", "--detach", "--yes", env=PAID)[0] == 0
    (job,) = archive.read("jobs", "list")
    archive.read("jobs", "pause", job["id"])
    code, _, err = archive.call("reclassify", content, "--judge", "llm", "--detach", env=PAID)
    assert (code, "--yes or --max-cost USD" in err) == (2, True)
    assert archive.read("jobs", "show", job["id"])["state"] == "paused"
    assert archive.call("reclassify", content, "--judge", "llm", "--detach", "--yes", env=PAID)[0] == 0
    assert archive.read("jobs", "show", job["id"])["state"] == "running"
