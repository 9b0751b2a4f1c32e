"""Tests of workers in processes of their own that are killed, stopped, or lose their database."""

import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from app.store.database import Database
from app.store.items import list_items
from app.store.jobs import load_job
from app.store.opening import open_database
from tests.jobs.fake_desk import count, keep_job_of
from tests.jobs.worker_process import start_worker
from tests.servers.postgres import find_name, make_database

AT_ONCE = 4


@pytest.fixture
def effects(tmp_path: Path) -> Path:
    """The file that workers write down what they did in."""
    return tmp_path / "effects.txt"


@contextmanager
def opened(url: str) -> Iterator[Database]:
    database = open_database(url)
    try:
        yield database
    finally:
        database.close()


def wait_for(condition: Callable[[], bool], most_s: float = 40.0) -> None:
    end = time.monotonic() + most_s
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.02)


def is_done(store: Database) -> bool:
    return store.read_now(lambda c: load_job(c, "j")).state == "done"


def count_effects(effects: Path) -> Counter[str]:
    """How often each article was decided about."""
    return Counter(line.split()[0] for line in effects.read_text().splitlines()) if effects.exists() else Counter()


def list_workers_at_work(effects: Path) -> set[str]:
    return {line.split()[1] for line in effects.read_text().splitlines()} if effects.exists() else set()


def test_killed_workers_that_are_started_again_do_each_item_once_and_none_is_blamed(
    store_url: str, jobs_url: str, effects: Path
) -> None:
    with opened(store_url) as store:
        keep_job_of(store, 150)
        for reached in sorted(random.sample(range(1, 140), 5)):
            with start_worker(store_url, jobs_url, effects, at_once=AT_ONCE) as worker:
                wait_for(lambda reached=reached: count(store).decided >= reached)  # type: ignore[misc]
                worker.kill()
        with start_worker(store_url, jobs_url, effects, at_once=AT_ONCE):
            wait_for(lambda: is_done(store))
        assert (count(store).decided, count(store).parked) == (150, 0)
    done = count_effects(effects)
    assert len(done) == 150
    assert done.total() <= 150 + 5 * AT_ONCE


def test_a_survivor_takes_over_from_a_killed_worker(postgres_url: str, effects: Path) -> None:
    with make_database(postgres_url) as url, opened(url) as store, ExitStack() as stack:
        keep_job_of(store, 60)
        options = {"latency_s": 0.1, "at_once": AT_ONCE}
        first, _ = (stack.enter_context(start_worker(url, url, effects, **options)) for _ in range(2))  # type: ignore[arg-type]
        wait_for(lambda: len(list_workers_at_work(effects)) == 2)
        first.kill()
        wait_for(lambda: is_done(store))
        assert count(store).decided == 60
    done = count_effects(effects)
    assert len(done) == 60
    assert done.total() <= 60 + AT_ONCE


def test_a_worker_that_is_asked_to_stop_finishes_what_it_began(store_url: str, jobs_url: str, effects: Path) -> None:
    with opened(store_url) as store:
        keep_job_of(store, 60)
        with start_worker(store_url, jobs_url, effects, latency_s=0.3, at_once=AT_ONCE) as worker:
            wait_for(lambda: count_effects(effects).total() >= 2)
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(timeout=30) == 0
        done = count_effects(effects)
        settled = {item.article for item in store.read_now(lambda c: list_items(c, "j", state="decided"))}
        assert set(done) == settled
        assert done.total() == len(done) < 60
        with start_worker(store_url, jobs_url, effects, at_once=AT_ONCE):
            wait_for(lambda: is_done(store))
    assert count_effects(effects).total() == 60


def test_an_item_that_kills_its_process_is_parked_and_its_neighbours_are_done(
    store_url: str, jobs_url: str, effects: Path
) -> None:
    with opened(store_url) as store:
        keep_job_of(store, 12)
        deaths = 0
        while not is_done(store):
            with start_worker(store_url, jobs_url, effects, at_once=AT_ONCE, deadly="a5") as worker:
                wait_for(lambda worker=worker: is_done(store) or worker.poll() is not None)  # type: ignore[misc]
                deaths += worker.poll() is not None
        (parked,) = store.read_now(lambda c: list_items(c, "j", state="parked"))
        assert (parked.article, count(store).decided, deaths) == ("a5", 11, 4)
        assert "worker died 2 times while working on it alone" in parked.reason


def test_workers_go_on_when_their_database_is_back(postgres_url: str, effects: Path) -> None:
    with make_database(postgres_url) as url, opened(url) as store:
        keep_job_of(store, 60)
        with start_worker(url, url, effects, latency_s=0.05, at_once=AT_ONCE) as worker:
            wait_for(lambda: count(store).decided >= 10)
            with gone(postgres_url, find_name(url)):
                time.sleep(1.0)
                before = count_effects(effects).total()
            wait_for(lambda: is_done(store))
            assert worker.poll() is None
        assert before < 60
        assert count(store).decided == 60
    assert len(count_effects(effects)) == 60


@contextmanager
def gone(server_url: str, name: str) -> Iterator[None]:
    """A database that takes nobody in, and throws out who is there."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        refuse = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
        connection.execute(refuse.format(sql.Identifier(name), sql.Literal(False)))
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        try:
            yield
        finally:
            connection.execute(refuse.format(sql.Identifier(name), sql.Literal(True)))
