"""Tests of keeping jobs."""

from datetime import timedelta
from functools import partial

import pytest

from app.domain.job import Job, JobState
from app.errors import NotKept
from app.store.database import Database
from app.store.jobs import (
    find_state,
    keep_job,
    list_ids,
    list_jobs,
    list_running,
    list_unfinished,
    load_job,
    set_cap,
    set_state,
)
from tests.jobs.fake_desk import NOON, PLAN, build_recipe

LATER = NOON + timedelta(hours=1)


def build_job(id_: str = "j", state: JobState = "running", reason: str = "") -> Job:
    return Job(
        id=id_,
        created_at=NOON,
        finished_at=None,
        state=state,
        reason=reason,
        recipe=build_recipe(write=True),
        plan=PLAN,
    )


def test_a_job_comes_back_as_it_was_kept(database: Database) -> None:
    job = build_job(reason="a reason")
    database.write_now(lambda c: keep_job(c, job))
    assert database.read_now(lambda c: load_job(c, "j")) == job


def test_a_job_that_is_not_kept_is_refused_by_its_id(database: Database) -> None:
    with pytest.raises(NotKept, match="'j'"):
        database.read_now(lambda c: load_job(c, "j"))
    assert database.read_now(lambda c: find_state(c, "j")) is None


def test_jobs_are_listed_newest_first_page_by_page(database: Database) -> None:
    for number in range(5):
        database.write_now(partial(keep_job, job=build_job(f"j{number}")))
    first = database.read_now(lambda c: list_jobs(c, limit=2))
    rest = database.read_now(lambda c: list_jobs(c, before=first[-1].id))
    assert [job.id for job in first] == ["j4", "j3"]
    assert [job.id for job in rest] == ["j2", "j1", "j0"]


def test_only_jobs_that_run_are_to_be_worked_on(database: Database) -> None:
    states: tuple[JobState, ...] = ("running", "paused", "running", "done", "cancelled", "undone")
    for number, state in enumerate(states):
        database.write_now(partial(keep_job, job=build_job(f"j{number}", state)))
    assert database.read_now(list_running) == ["j0", "j2"]


@pytest.mark.parametrize(
    ("before", "after", "finished"),
    [
        pytest.param("running", "done", True, id="done"),
        pytest.param("paused", "cancelled", True, id="cancelled"),
        pytest.param("running", "paused", False, id="paused"),
        pytest.param("done", "running", False, id="running-again"),
        pytest.param("done", "undone", True, id="undone"),
    ],
)
def test_a_job_has_finished_in_states_that_end_it(
    database: Database, before: JobState, after: JobState, finished: bool
) -> None:
    database.write_now(lambda c: keep_job(c, build_job(state=before)))
    assert database.write_now(lambda c: set_state(c, "j", after, "why", LATER, only_from={before}))
    job = database.read_now(lambda c: load_job(c, "j"))
    assert (job.state, job.reason, job.finished_at) == (after, "why", LATER if finished else None)


def test_undoing_a_job_leaves_when_it_finished(database: Database) -> None:
    database.write_now(lambda c: keep_job(c, build_job()))
    database.write_now(lambda c: set_state(c, "j", "done", "", NOON, only_from={"running"}))
    database.write_now(lambda c: set_state(c, "j", "undone", "", LATER, only_from={"done"}))
    assert database.read_now(lambda c: load_job(c, "j")).finished_at == NOON


def test_a_job_stays_in_a_state_that_it_may_not_leave(database: Database) -> None:
    job = build_job(state="cancelled")
    database.write_now(lambda c: keep_job(c, job))
    assert not database.write_now(lambda c: set_state(c, "j", "running", "", LATER, only_from={"paused", "done"}))
    assert database.read_now(lambda c: load_job(c, "j")) == job


def test_a_reason_that_no_database_takes_is_kept_as_far_as_it_goes(database: Database) -> None:
    database.write_now(lambda c: keep_job(c, build_job()))
    database.write_now(lambda c: set_state(c, "j", "paused", "a\0b\ud800", LATER, only_from={"running"}))
    assert database.read_now(lambda c: load_job(c, "j")).reason == "a\ufffdb\ufffd"


def test_jobs_that_run_or_are_paused_are_not_finished(database: Database) -> None:
    states: tuple[JobState, ...] = ("running", "paused", "done", "cancelled", "undone")
    for number, state in enumerate(states):
        database.write_now(partial(keep_job, job=build_job(f"j{number}", state)))
    assert [job.id for job in database.read_now(list_unfinished)] == ["j1", "j0"]


@pytest.mark.parametrize(
    ("beginning", "ids"),
    [
        pytest.param("abcd", ["abcd2", "abcd1"], id="several"),
        pytest.param("abcd1", ["abcd1"], id="all of one"),
        pytest.param("ABCD", ["ABCD3"], id="capitals are others"),
        pytest.param("a%", [], id="a wildcard of SQL"),
        pytest.param("a\0", [], id="what no database takes"),
    ],
)
def test_ids_are_found_by_their_beginning(database: Database, beginning: str, ids: list[str]) -> None:
    for id_ in ("abcd1", "abcd2", "ABCD3", "b"):
        database.write_now(partial(keep_job, job=build_job(id_)))
    assert database.read_now(lambda c: list_ids(c, beginning, 5)) == ids


def test_another_cap_leaves_all_else_as_it_was(database: Database) -> None:
    job = build_job()
    for id_ in ("j", "k"):
        database.write_now(partial(keep_job, job=build_job(id_)))
    database.write_now(lambda c: set_cap(c, "j", 9.5))
    capped = job.recipe.model_copy(update={"max_cost_usd": 9.5})
    assert database.read_now(lambda c: load_job(c, "j")) == job.model_copy(update={"recipe": capped})
    assert database.read_now(lambda c: load_job(c, "k")).recipe == job.recipe
