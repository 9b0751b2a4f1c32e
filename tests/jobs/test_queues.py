"""Tests of the queues, without a worker."""

import re
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.domain.job import JobState
from app.errors import StoreUnavailable
from app.jobs.keeper import Keeper
from app.jobs.launching import write_url
from app.jobs.pace import Pace
from app.jobs.queues import Queues
from app.jobs.rows import ALONE, ITEMS, JOBS
from app.jobs.takeover import take_over
from app.jobs.tidying import tidy
from app.store.database import Database
from app.store.items import load_item, settle_item
from app.store.jobs import set_state
from app.store.workers import count_deaths, count_takeover, keep_beat, list_workers
from tests.jobs.fake_desk import NOON, keep_job_of

LONG_AGO = 1_000


class Rows:
    def __init__(self, path: Path) -> None:
        self.path = path

    def change(self, statement: str, *arguments: object) -> None:
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.execute(statement, arguments)

    def begin(self, workflow_id: str, executor_id: str) -> None:
        """As a worker takes it out of its queue."""
        self.change(
            "update workflow_status set status='PENDING', executor_id=? where workflow_uuid=?", executor_id, workflow_id
        )

    def end(self, workflow_id: str) -> None:
        """As a worker finishes it, some time ago."""
        self.change(
            "update workflow_status set status='SUCCESS', completed_at=? where workflow_uuid=?", LONG_AGO, workflow_id
        )

    def read(self) -> dict[str, tuple[str, str | None]]:
        """State and queue of everything."""
        with closing(sqlite3.connect(self.path)) as connection:
            found = connection.execute("select workflow_uuid, status, queue_name from workflow_status").fetchall()
        return {name: (status, queue) for name, status, queue in found}


@pytest.fixture
def rows(jobs_url: str) -> Rows:
    """The tables behind the queues, for what only a worker would do to them."""
    return Rows(Path(jobs_url.removeprefix("sqlite:///")))


def settle(store: Database, number: int) -> None:
    item = store.read_now(lambda c: load_item(c, "j", number)).model_copy(update={"state": "decided"})
    store.write_now(lambda c: settle_item(c, item, NOON))


def make_keeper(store: Database, queues: Queues, pace: Pace | None = None) -> Keeper:
    return Keeper(store, queues, executor_id="me", place="", pace=pace or Pace())


def test_what_is_in_a_queue_is_not_put_there_again(queues: Queues, rows: Rows) -> None:
    for _ in range(2):
        queues.put_job("j")
        queues.put_items("j", [0, 1])
    rows.begin("item:j:1:0", "w")
    queues.put_items("j", [0, 1, 2])
    assert rows.read() == {
        "job:j:0": ("ENQUEUED", JOBS),
        "item:j:0:0": ("ENQUEUED", ITEMS),
        "item:j:1:0": ("PENDING", ITEMS),
        "item:j:2:0": ("ENQUEUED", ITEMS),
    }


def test_what_has_left_a_queue_can_come_again(queues: Queues, rows: Rows) -> None:
    for turn in range(3):
        queues.put_items("j", [0, 1])
        rows.end(f"item:j:0:{turn}")
    queues.put_items("j", [0, 1])
    assert [name for name, (status, _) in rows.read().items() if status == "ENQUEUED"] == ["item:j:1:0", "item:j:0:3"]


def test_a_queue_that_is_away_is_told(tmp_path: Path) -> None:
    queues = Queues(f"sqlite:///{tmp_path}/nowhere/jobs.db")
    with pytest.raises(StoreUnavailable, match=r"queues of jobs cannot be used: .*unable to open"):
        queues.put_job("j")
    queues.close()


@pytest.mark.parametrize("driver", ["", "+psycopg"])
def test_any_postgresql_url_is_understood(driver: str) -> None:
    given = "postgresql+psycopg://me:p%40ss@host:5432/db?sslmode=require"
    assert write_url(given, driver=driver) == f"postgresql{driver}://me:p%40ss@host:5432/db?sslmode=require"


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


def test_the_dead_are_forgotten_once_they_are_cleared_up_after(store: Database, queues: Queues) -> None:
    store.write_now(lambda c: keep_beat(c, "dead", ""))
    make_keeper(store, queues, Pace(ttl_s=1e-9)).look()
    assert [worker.executor_id for worker in store.read_now(list_workers)] == ["me"]


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


def test_what_ended_long_ago_is_forgotten(store: Database, queues: Queues, rows: Rows) -> None:
    keep_job_of(store, 3)
    queues.put_items("j", range(3))
    store.write_now(lambda c: count_takeover(c, "item:j:0:0"))
    settle(store, 0)
    rows.end("item:j:0:0")
    rows.begin("item:j:1:0", "w")
    tidy(store, queues, keep_s=1)
    assert set(rows.read()) == {"item:j:1:0", "item:j:2:0"}
    assert store.read_now(lambda c: count_deaths(c, "item:j:0:0")) == 0


def test_what_ended_just_now_is_remembered(store: Database, queues: Queues, rows: Rows) -> None:
    keep_job_of(store, 1)
    queues.put_items("j", [0])
    settle(store, 0)
    rows.end("item:j:0:0")
    rows.change("update workflow_status set completed_at=?", round(datetime.now(UTC).timestamp() * 1000))
    tidy(store, queues, keep_s=timedelta(minutes=1).total_seconds())
    assert set(rows.read()) == {"item:j:0:0"}


@pytest.mark.parametrize(
    ("state", "left"),
    [
        pytest.param("running", {"job:j:0", "item:j:0:0"}, id="running"),
        pytest.param("paused", {"job:j:0", "item:j:0:0"}, id="paused"),
        pytest.param("cancelled", set(), id="cancelled"),
        pytest.param("done", set(), id="done"),
    ],
)
def test_an_item_that_left_unsettled_is_remembered_while_its_job_may_go_on(
    store: Database, queues: Queues, rows: Rows, state: JobState, left: set[str]
) -> None:
    keep_job_of(store, 1)
    store.write_now(lambda c: set_state(c, "j", state, "", NOON, only_from={"running"}))
    queues.put_job("j")
    queues.put_items("j", [0])
    for name in ("job:j:0", "item:j:0:0"):
        rows.end(name)
    tidy(store, queues, keep_s=1)
    assert set(rows.read()) == left


def test_tidying_gets_through_more_than_a_page(store: Database, queues: Queues, rows: Rows) -> None:
    keep_job_of(store, 1)
    queues.put_items("j", range(600))
    rows.change("update workflow_status set status='SUCCESS', completed_at=?", LONG_AGO)
    tidy(store, queues, keep_s=1)
    assert set(rows.read()) == {"item:j:0:0"}


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
