"""Tests of the takeover from dead workers."""

import uuid

from app.domain.job import JobState
from app.jobs.working.pace import Pace
from app.jobs.working.queues import Queues
from app.jobs.working.rows import ALONE, ITEMS, JOBS
from app.jobs.working.takeover import take_over
from app.store.database import Database
from app.store.items import load_item
from app.store.jobs import load_job
from app.store.workers import count_deaths, note_at_work
from tests.jobs.fake_desk import build_recipe, keep_job_of
from tests.jobs.queue_rows import Rows, settle


def die(
    store: Database, queues: Queues, rows: Rows, item: str = "item:j:0:0", *, at_work: bool
) -> tuple[str, str | None]:
    """Where an item is after another worker has taken it and died."""
    worker = uuid.uuid4().hex
    rows.begin(item, worker)
    if at_work:
        store.write_now(lambda c: note_at_work(c, item, worker))
    take_over(queues.list_begun(), store, queues, Pace())
    return rows.read()[item]


def test_an_item_that_its_workers_die_with_runs_alone_and_is_then_given_up(
    store: Database, queues: Queues, rows: Rows
) -> None:
    keep_job_of(store, 2)
    queues.put_items("j", [0, 1])
    seen = [die(store, queues, rows, at_work=True) for _ in range(4)]
    assert seen == [("ENQUEUED", ITEMS), ("ENQUEUED", ALONE), ("ENQUEUED", ALONE), ("CANCELLED", None)]
    item = store.read_now(lambda c: load_item(c, "j", 0))
    assert item.state == "parked"
    assert "worker died 2 times while working on it alone" in item.reason
    assert store.read_now(lambda c: load_item(c, "j", 1)).state == "waiting"


def test_an_item_that_only_waited_in_workers_that_died_stays_among_the_others(
    store: Database, queues: Queues, rows: Rows
) -> None:
    keep_job_of(store, 1)
    queues.put_items("j", [0])
    assert {die(store, queues, rows, at_work=False) for _ in range(9)} == {("ENQUEUED", ITEMS)}


def test_an_item_that_waited_for_its_turn_alone_is_not_given_up(store: Database, queues: Queues, rows: Rows) -> None:
    keep_job_of(store, 1)
    queues.put_items("j", [0])
    for at_work in (False, True):
        die(store, queues, rows, at_work=at_work)
    assert {die(store, queues, rows, at_work=False) for _ in range(9)} == {("ENQUEUED", ALONE)}


def test_a_takeover_that_broke_off_is_done_again_and_counts_once(store: Database, queues: Queues, rows: Rows) -> None:
    keep_job_of(store, 1)
    queues.put_items("j", [0])
    for at_work in (False, True):
        die(store, queues, rows, at_work=at_work)
    rows.begin("item:j:0:0", "dead")
    store.write_now(lambda c: note_at_work(c, "item:j:0:0", "dead"))
    for _ in range(3):
        rows.begin("item:j:0:0", "dead")
        take_over(queues.list_begun(), store, queues, Pace())
    assert rows.read()["item:j:0:0"] == ("ENQUEUED", ALONE)


def test_an_item_that_was_settled_before_its_worker_died_is_no_suspect(
    store: Database, queues: Queues, rows: Rows
) -> None:
    keep_job_of(store, 1)
    queues.put_items("j", [0])
    settle(store, 0)
    for _ in range(3):
        rows.begin("item:j:0:0", "dead")
        take_over(queues.list_begun(), store, queues, Pace())
    assert rows.read()["item:j:0:0"] == ("ENQUEUED", ITEMS)
    assert store.read_now(lambda c: count_deaths(c, "item:j:0:0")) == 0


def die_running(store: Database, queues: Queues, rows: Rows, *, at_work: bool) -> JobState:
    """The state of a job after another worker has taken it and died."""
    assert die(store, queues, rows, "job:j:0", at_work=at_work) == ("ENQUEUED", JOBS)
    return store.read_now(lambda c: load_job(c, "j")).state


def test_a_job_by_batch_that_one_worker_after_another_dies_with_is_paused(
    store: Database, queues: Queues, rows: Rows
) -> None:
    keep_job_of(store, 1, recipe=build_recipe(batch_api=True))
    queues.put_job("j")
    assert {die_running(store, queues, rows, at_work=True) for _ in range(7)} == {"running"}
    assert die_running(store, queues, rows, at_work=True) == "paused"
    assert "8 workers died" in store.read_now(lambda c: load_job(c, "j")).reason


def test_a_job_that_its_workers_only_fed_is_not_paused(store: Database, queues: Queues, rows: Rows) -> None:
    keep_job_of(store, 1)
    queues.put_job("j")
    assert {die_running(store, queues, rows, at_work=False) for _ in range(12)} == {"running"}
