"""Tests of the takeover from dead workers."""

from app.jobs.working.pace import Pace
from app.jobs.working.queues import Queues
from app.jobs.working.rows import ALONE, ITEMS
from app.jobs.working.takeover import take_over
from app.store.database import Database
from app.store.items import load_item
from app.store.workers import count_deaths
from tests.jobs.fake_desk import keep_job_of
from tests.jobs.queue_rows import Rows, settle


def test_an_item_that_its_workers_die_with_runs_alone_and_is_then_given_up(
    store: Database, queues: Queues, rows: Rows
) -> None:
    keep_job_of(store, 2)
    queues.put_items("j", [0, 1])
    seen = []
    for _ in range(3):
        rows.begin("item:j:0:0", "dead")
        take_over(queues.list_begun(), store, queues, Pace())
        seen.append(rows.read()["item:j:0:0"])
    assert seen == [("ENQUEUED", ITEMS), ("ENQUEUED", ALONE), ("CANCELLED", None)]
    item = store.read_now(lambda c: load_item(c, "j", 0))
    assert item.state == "parked"
    assert "worker died 3 times while working on it" in item.reason
    assert store.read_now(lambda c: load_item(c, "j", 1)).state == "waiting"


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
