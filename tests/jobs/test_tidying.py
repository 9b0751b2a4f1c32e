"""Tests of forgetting what the queues have finished."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.job import JobState
from app.jobs.working import tidying
from app.jobs.working.queues import Queues
from app.jobs.working.tidying import tidy
from app.store.database import Database
from app.store.jobs import set_state
from app.store.workers import count_deaths, count_takeover
from tests.jobs.fake_desk import NOON, keep_job_of
from tests.jobs.queue_rows import LONG_AGO, Rows, settle


def test_what_ended_long_ago_is_forgotten(store: Database, queues: Queues, rows: Rows) -> None:
    keep_job_of(store, 3)
    queues.put_items("j", range(3))
    store.write_now(lambda c: count_takeover(c, "item:j:0:0", "dead"))
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


def test_tidying_stops_after_a_while_and_says_so(
    store: Database, queues: Queues, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tidying, "PAGE", 4)
    monkeypatch.setattr(tidying, "MOST_PAGES", 2)
    queues.put_items("j", range(10))
    rows.change("update workflow_status set status='SUCCESS', completed_at=?", LONG_AGO)
    assert not tidy(store, queues, keep_s=1)
    assert len(rows.read()) == 2
    assert tidy(store, queues, keep_s=1)
    assert rows.read() == {}
