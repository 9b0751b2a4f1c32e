"""Tests of the queues, without a worker."""

from pathlib import Path

import pytest

from app.errors import StoreUnavailable
from app.jobs.working.launching import write_url
from app.jobs.working.queues import Queues
from app.jobs.working.rows import ITEMS, JOBS
from tests.jobs.queue_rows import Rows


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
    with pytest.raises(StoreUnavailable, match=r"nowhere/jobs\.db cannot be opened\. See that its folder is there"):
        queues.put_job("j")
    queues.close()


@pytest.mark.parametrize("driver", ["", "+psycopg"])
def test_any_postgresql_url_is_understood(driver: str) -> None:
    given = "postgresql+psycopg://me:p%40ss@host:5432/db?sslmode=require"
    assert write_url(given, driver=driver) == f"postgresql{driver}://me:p%40ss@host:5432/db?sslmode=require"
