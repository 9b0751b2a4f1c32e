"""Tests of keeping the workers going."""

import os
import re
import time
from collections.abc import Callable

import pytest

from app.jobs.working.keeper import Keeper
from app.jobs.working.liveness import tell_place
from app.jobs.working.pace import Pace
from app.jobs.working.queues import Queues
from app.jobs.working.rows import ITEMS, JOBS
from app.store.database import Database
from app.store.workers import count_deaths, count_takeover, keep_beat, list_workers, note_at_work
from tests.jobs.fake_desk import keep_job_of
from tests.jobs.queue_rows import Rows
from tests.jobs.test_liveness import make_ended_process, needs_places


def make_keeper(store: Database, queues: Queues, pace: Pace | None = None) -> Keeper:
    return Keeper(store, queues, executor_id="me", place="", pace=pace or Pace())


def test_what_a_dead_worker_had_begun_is_queued_again(store: Database, queues: Queues, rows: Rows) -> None:
    keep_job_of(store, 3)
    queues.put_job("j")
    queues.put_items("j", range(3))
    for name in ("job:j:0", "item:j:0:0", "item:j:1:0"):
        rows.begin(name, "dead")
    make_keeper(store, queues).look()
    assert rows.read() == {
        "job:j:0": ("ENQUEUED", JOBS),
        **{f"item:j:{number}:0": ("ENQUEUED", ITEMS) for number in range(3)},
    }


@pytest.mark.parametrize(
    ("beat", "kept"), [pytest.param(True, "PENDING", id="alive"), pytest.param(False, "ENQUEUED", id="dead")]
)
def test_what_a_living_worker_has_begun_is_left_to_it(
    store: Database, queues: Queues, rows: Rows, beat: bool, kept: str
) -> None:
    keep_job_of(store, 1)
    queues.put_items("j", [0])
    rows.begin("item:j:0:0", "other")
    if beat:
        store.write_now(lambda c: keep_beat(c, "other", ""))
    make_keeper(store, queues).look()
    assert rows.read()["item:j:0:0"][0] == kept


def test_a_worker_never_takes_over_from_itself(store: Database, queues: Queues, rows: Rows) -> None:
    keep_job_of(store, 1)
    queues.put_items("j", [0])
    rows.begin("item:j:0:0", "me")
    make_keeper(store, queues, Pace(ttl_s=1e-9)).look()
    assert rows.read()["item:j:0:0"][0] == "PENDING"


def test_one_keeper_at_a_time_looks_after_the_others(store: Database, queues: Queues, rows: Rows) -> None:
    keep_job_of(store, 1)
    make_keeper(store, queues).look()
    queues.put_items("j", [0])
    rows.begin("item:j:0:0", "dead")
    Keeper(store, queues, executor_id="another", place="", pace=Pace()).look()
    assert rows.read()["item:j:0:0"][0] == "PENDING"
    make_keeper(store, queues).look()
    assert rows.read()["item:j:0:0"][0] == "ENQUEUED"


@needs_places
def test_nobody_waits_for_a_keeper_whose_process_is_gone(store: Database, queues: Queues, rows: Rows) -> None:
    keep_job_of(store, 1)
    place = tell_place(make_ended_process())
    Keeper(store, queues, executor_id="gone", place=place, pace=Pace()).look()
    queues.put_items("j", [0])
    rows.begin("item:j:0:0", "gone")
    Keeper(store, queues, executor_id="me", place=tell_place(os.getpid()), pace=Pace()).look()
    assert rows.read()["item:j:0:0"][0] == "ENQUEUED"


def test_what_a_worker_leaves_when_it_stops_is_no_suspect_for_that(store: Database, queues: Queues, rows: Rows) -> None:
    keep_job_of(store, 1)
    queues.put_items("j", [0])
    store.write_now(lambda c: count_takeover(c, "item:j:0:0", "dead"))
    store.write_now(lambda c: note_at_work(c, "item:j:0:0", "other"))
    rows.begin("item:j:0:0", "other")
    other = Keeper(store, queues, executor_id="other", place="", pace=Pace())
    other.greet()
    other.stop()
    make_keeper(store, queues).look()
    assert rows.read()["item:j:0:0"] == ("ENQUEUED", ITEMS)
    assert store.read_now(lambda c: count_deaths(c, "item:j:0:0")) == 1


def test_the_dead_are_forgotten_once_they_are_cleared_up_after(store: Database, queues: Queues) -> None:
    store.write_now(lambda c: keep_beat(c, "dead", ""))
    make_keeper(store, queues, Pace(ttl_s=1e-9)).look()
    assert [worker.executor_id for worker in store.read_now(list_workers)] == ["me"]


def test_a_keeper_that_fails_goes_on(
    store: Database, queues: Queues, rows: Rows, caplog: pytest.LogCaptureFixture
) -> None:
    pace = Pace(beat_s=0.02)
    keeper = make_keeper(store, queues, pace)
    keeper.start()
    rows.change("alter table workflow_status rename to elsewhere")
    wait_for(lambda: bool(caplog.records))
    rows.change("alter table elsewhere rename to workflow_status")
    keep_job_of(store, 1)
    queues.put_items("j", [0])
    rows.begin("item:j:0:0", "dead")
    wait_for(lambda: rows.read()["item:j:0:0"][0] == "ENQUEUED")
    keeper.stop()
    assert re.search("no sign of life", caplog.text)
    assert store.read_now(list_workers) == []


def wait_for(condition: Callable[[], bool], most_s: float = 5.0) -> None:
    end = time.monotonic() + most_s
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.01)
