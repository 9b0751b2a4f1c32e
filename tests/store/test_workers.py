"""Tests of the workers' signs of life."""

import time
from functools import partial

import pytest
from sqlalchemy import update

from app.store.database import Database
from app.store.tables.workers import lease
from app.store.workers import (
    count_deaths,
    count_takeover,
    drop_lease,
    drop_notes,
    drop_takeovers,
    drop_workers,
    keep_beat,
    list_workers,
    note_at_work,
    read_clock,
    take_lease,
)


def test_the_clock_is_that_of_the_database_and_goes_on(database: Database) -> None:
    first = database.read_now(read_clock)
    time.sleep(0.02)
    second = database.read_now(read_clock)
    assert first < second < first + 5
    assert first == pytest.approx(time.time(), abs=5)


def test_a_sign_of_life_replaces_the_earlier_one(database: Database) -> None:
    database.write_now(lambda c: keep_beat(c, "w", "here"))
    first = database.read_now(list_workers)[0]
    time.sleep(0.02)
    database.write_now(lambda c: keep_beat(c, "w", "there"))
    (second,) = database.read_now(list_workers)
    assert second.beat > first.beat
    assert second.about == "there"


def test_a_worker_that_says_goodbye_is_forgotten(database: Database) -> None:
    for name in ("a", "b"):
        database.write_now(partial(keep_beat, executor_id=name, about=""))
    database.write_now(lambda c: drop_workers(c, ["a"]))
    assert [worker.executor_id for worker in database.read_now(list_workers)] == ["b"]


def test_one_holder_at_a_time_has_the_lease(database: Database) -> None:
    assert database.write_now(lambda c: take_lease(c, "keeper", "a", 60))
    assert not database.write_now(lambda c: take_lease(c, "keeper", "b", 60))
    assert database.write_now(lambda c: take_lease(c, "keeper", "a", 60))


def test_a_lease_from_before_the_clock_was_put_back_goes_to_the_next(database: Database) -> None:
    """Whoever held it may be dead, and it would not run out for an hour."""
    assert database.write_now(lambda c: take_lease(c, "keeper", "a", 15))
    database.write_now(lambda c: c.execute(update(lease).values(until=lease.c.until + 3600)))
    assert database.write_now(lambda c: take_lease(c, "keeper", "b", 15))
    assert not database.write_now(lambda c: take_lease(c, "keeper", "c", 15))


def test_a_lease_stays_with_whoever_was_quicker_after_a_later_look_at_the_clock(database: Database) -> None:
    """On a server another may look at the clock, and take the lease, between this one's look and its turn."""
    assert database.write_now(lambda c: take_lease(c, "keeper", "quicker", 15))
    database.write_now(lambda c: c.execute(update(lease).values(until=lease.c.until + 1)))
    assert not database.write_now(lambda c: take_lease(c, "keeper", "b", 15))


def test_a_lease_that_ran_out_goes_to_the_next(database: Database) -> None:
    database.write_now(lambda c: take_lease(c, "keeper", "a", 0.01))
    time.sleep(0.03)
    assert database.write_now(lambda c: take_lease(c, "keeper", "b", 60))


def test_a_lease_is_given_back_by_its_holder_only(database: Database) -> None:
    database.write_now(lambda c: take_lease(c, "keeper", "a", 60))
    database.write_now(lambda c: drop_lease(c, "keeper", "b"))
    assert not database.write_now(lambda c: take_lease(c, "keeper", "b", 60))
    database.write_now(lambda c: drop_lease(c, "keeper", "a"))
    assert database.write_now(lambda c: take_lease(c, "keeper", "b", 60))


ITEM = "item:j:1:0"


def die(database: Database, worker: str, item: str = ITEM) -> int:
    return database.write_now(lambda c: count_takeover(c, item, worker))


def begin(database: Database, worker: str, item: str = ITEM) -> None:
    database.write_now(lambda c: note_at_work(c, item, worker))


def test_after_the_first_death_only_those_count_that_it_was_at_work_in(database: Database) -> None:
    assert [die(database, worker) for worker in ("a", "b")] == [1, 1]
    begin(database, "c")
    assert die(database, "d") == 1
    assert die(database, "c") == 2
    begin(database, "e")
    assert die(database, "e") == 3
    assert database.read_now(lambda c: count_deaths(c, ITEM)) == 3


def test_a_death_that_is_noted_again_counts_once(database: Database) -> None:
    die(database, "a")
    begin(database, "b")
    assert [die(database, "b") for _ in range(3)] == [2, 2, 2]


def test_a_worker_that_stopped_did_not_die_of_its_work(database: Database) -> None:
    others = "item:j:2:0"
    for item in (ITEM, others):
        die(database, "a", item)
    begin(database, "b")
    begin(database, "c", others)
    database.write_now(lambda c: drop_notes(c, "b"))
    assert (die(database, "b"), die(database, "c", others)) == (1, 2)


def test_nothing_is_noted_about_what_was_never_taken_over(database: Database) -> None:
    begin(database, "a")
    assert database.read_now(lambda c: count_deaths(c, ITEM)) == 0
    assert die(database, "a") == 1


def test_takeovers_are_counted_per_workflow_until_they_are_forgotten(database: Database) -> None:
    for item in (ITEM, "item:j:2:0"):
        assert die(database, "a", item) == 1
    database.write_now(lambda c: drop_takeovers(c, [ITEM]))
    assert database.read_now(lambda c: count_deaths(c, ITEM)) == 0
    assert database.read_now(lambda c: count_deaths(c, "item:j:2:0")) == 1
