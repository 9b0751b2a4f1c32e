"""Tests of telling whether anybody works on jobs now."""

import os
import subprocess
import sys

import pytest

from app.jobs.attendance import has_worker
from app.jobs.working.liveness import tell_place
from app.store.database import Database
from app.store.workers import keep_beat

TTL_S = 15.0
HERE = tell_place(os.getpid())


def _end_process() -> str:
    """The place of a process that is gone."""
    process = subprocess.Popen([sys.executable, "-c", "pass"])
    process.wait()
    return tell_place(process.pid)


def _is_attended(store: Database, ttl_s: float = TTL_S) -> bool:
    return store.read_now(lambda c: has_worker(c, HERE, ttl_s))


def test_without_workers_nobody_works(store: Database) -> None:
    assert not _is_attended(store)


@pytest.mark.parametrize(
    "place",
    [
        pytest.param(HERE, id="this process"),
        pytest.param(tell_place(os.getppid()), id="another process that lives"),
        pytest.param("elsewhere 1", id="another machine"),
    ],
)
def test_a_worker_that_gave_a_sign_of_life_works(store: Database, place: str) -> None:
    store.write_now(lambda c: keep_beat(c, "w", place))
    assert _is_attended(store)


def test_a_worker_that_was_killed_works_no_more(store: Database) -> None:
    place = _end_process()
    store.write_now(lambda c: keep_beat(c, "w", place))
    assert not _is_attended(store)


def test_a_sign_of_life_does_not_count_for_ever(store: Database) -> None:
    store.write_now(lambda c: keep_beat(c, "w", "elsewhere 1"))
    assert not _is_attended(store, ttl_s=-1.0)
