"""Tests of forgetting what came and went through the doors, on each database."""

from datetime import timedelta

import pytest

from app.store.callbacks import list_callbacks, queue_callback
from app.store.cms_articles import take_up
from app.store.cms_writes import keep_write, list_writes
from app.store.database import Database
from app.store.deliveries import keep_delivery, list_deliveries
from app.store.forgetting import Ages, forget
from tests.jobs.deliveries.made_deliveries import make_delivery
from tests.store.kept_values import NOON
from tests.store.test_cms_kept import make_callback, make_write

DAY = timedelta(days=1)
AGES = Ages(done=NOON - 30 * DAY, given_up=NOON - 90 * DAY, written=NOON - 400 * DAY)


def forget_all(database: Database, limit: int = 100) -> int:
    return database.write_now(lambda c: forget(c, AGES, limit=limit))


@pytest.mark.parametrize(
    ("state", "days", "stays"),
    [
        pytest.param("done", 29, True, id="done lately"),
        pytest.param("done", 31, False, id="done long ago"),
        pytest.param("parked", 89, True, id="parked lately"),
        pytest.param("parked", 91, False, id="parked long ago"),
        pytest.param("waiting", 900, True, id="waits"),
        pytest.param("working", 900, True, id="worked on"),
    ],
)
def test_a_delivery_goes_once_nobody_will_ask_for_it(database: Database, state: str, days: int, stays: bool) -> None:
    database.write_now(lambda c: keep_delivery(c, make_delivery(state=state, at=NOON - days * DAY)))
    forget_all(database)
    assert len(database.read_now(list_deliveries)) == stays


@pytest.mark.parametrize(
    ("state", "days", "stays"),
    [
        pytest.param("done", 29, True, id="taken lately"),
        pytest.param("done", 31, False, id="taken long ago"),
        pytest.param("dead", 89, True, id="given up lately"),
        pytest.param("dead", 91, False, id="given up long ago"),
        pytest.param("stopped", 91, False, id="stopped long ago"),
        pytest.param("waiting", 900, True, id="waits"),
    ],
)
def test_a_callback_goes_once_nobody_will_send_it(database: Database, state: str, days: int, stays: bool) -> None:
    one = make_callback(state=state, created_at=NOON - days * DAY)
    database.write_now(lambda c: queue_callback(c, one))
    forget_all(database)
    assert len(database.read_now(lambda c: list_callbacks(c, "blog"))) == stays


def test_of_old_writes_the_last_of_an_article_stays_and_what_others_go_by(database: Database) -> None:
    old = NOON - 500 * DAY
    database.write_now(lambda c: take_up(c, "blog:1", "blog", NOON))
    for write in (
        *(make_write(state=state, at=old) for state in ("begun", "undone", "drafted", "undoing")),
        *(make_write(state=state, at=old) for state in ("written", "suggested", "held", "differs", "failed", "left")),
        make_write(state="written", at=old, decision="last"),
    ):
        database.write_now(lambda c, write=write: keep_write(c, write))  # type: ignore[misc]
    assert forget_all(database) == 6
    left = database.read_now(lambda c: list_writes(c, "blog"))
    assert (left[0].state, left[0].decision) == ("written", "last")
    assert {write.state for write in left[1:]} == {"begun", "undone", "drafted", "undoing"}


def test_old_writes_of_a_source_that_was_removed_go_and_young_ones_stay(database: Database) -> None:
    for days in (500, 399):
        one = make_write(state="written", at=NOON - days * DAY)
        database.write_now(lambda c, one=one: keep_write(c, one))  # type: ignore[misc]
    forget_all(database)
    assert [write.at for write in database.read_now(lambda c: list_writes(c, "blog"))] == [NOON - 399 * DAY]


def test_it_goes_a_bounded_number_at_a_time(database: Database) -> None:
    for number in range(5):
        one = make_delivery(id=f"d{number}", state="done", at=NOON - 40 * DAY)
        database.write_now(lambda c, one=one: keep_delivery(c, one))  # type: ignore[misc]
    assert [forget_all(database, 2) for _ in range(4)] == [2, 2, 1, 0]
