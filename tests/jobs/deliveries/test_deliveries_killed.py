"""Tests of workers of deliveries that are killed: nothing is lost, decided twice or written twice."""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.store.database import Database
from app.store.deliveries import count_deliveries, keep_delivery, list_deliveries
from app.store.sources import keep_source
from app.store.tables.decisions import decision
from tests.jobs.deliveries.delivery_process import MOMENT
from tests.jobs.deliveries.made_deliveries import make_delivery, make_event, make_source
from tests.jobs.test_liveness import needs_places
from tests.store.kept_values import ROOT, count

ARTICLES = 24


def start(folder: Path, executor_id: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.jobs.deliveries.delivery_process", str(folder), executor_id]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own
    assert process.stdout is not None
    assert process.stdout.readline() == "working\n"
    return process


@contextmanager
def killed_at_the_end(process: subprocess.Popen[str]) -> Iterator[None]:
    try:
        yield
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def folder(tmp_path: Path, database: Database) -> Path:
    """A folder with a store in which deliveries wait, and a CMS of files."""
    example = next(path for path in sorted((ROOT / "examples").iterdir()) if path.name.startswith("16"))
    (tmp_path / "text.html").write_text(f"<p>{example.read_text()}</p>")
    (tmp_path / "cms.json").write_text(json.dumps({number: {"tags": [], "writes": 0} for number in range(ARTICLES)}))
    database.write_now(lambda c: keep_source(c, make_source(mode="apply")))
    for number in range(ARTICLES):
        one = make_delivery(make_event(id=str(number), body=None, updated_at=MOMENT), id=f"d{number}", at=MOMENT)
        database.write_now(lambda c, one=one: keep_delivery(c, one))  # type: ignore[misc]
    return tmp_path


def count_writes(folder: Path) -> Counter[str]:
    """How often each article was written."""
    known = json.loads((folder / "cms.json").read_text())
    return Counter({id_: article["writes"] for id_, article in known.items()})


def wait_for(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.005)


@needs_places
def test_through_kills_every_article_is_decided_and_written_once(folder: Path, database: Database) -> None:
    for executor_id, least in (("first", 6), ("second", 14)):
        with killed_at_the_end(start(folder, executor_id)):
            wait_for(lambda least=least: count_writes(folder).total() >= least)  # type: ignore[misc]
    with killed_at_the_end(start(folder, "last")):
        wait_for(lambda: database.read_now(count_deliveries)["done"] == ARTICLES)
    deliveries = database.read_now(lambda c: list_deliveries(c, limit=100))
    assert Counter(one.state for one in deliveries) == {"done": ARTICLES}
    assert {one.outcomes[0].fate for one in deliveries} == {"classified"}
    assert all(one.outcomes[0].written for one in deliveries)
    assert count_writes(folder) == {str(number): 1 for number in range(ARTICLES)}
    assert database.read_now(lambda c: count(c, decision)) == ARTICLES
