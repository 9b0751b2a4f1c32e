"""A source whose deliveries have to wait: which of them do, and until when, on each database."""

from datetime import datetime, timedelta

from app.store.cms_articles import take_up
from app.store.connection import Connection
from app.store.database import Database
from app.store.deliveries import keep_delivery, list_deliveries, load_delivery
from app.store.due_deliveries import have_source_wait
from app.store.sources import keep_source
from app.store.telling import is_own, tell_source
from tests.jobs.deliveries.made_deliveries import MINUTE, make_delivery, make_source
from tests.store.kept_values import NOON

WAIT = timedelta(minutes=10)


def have_wait(database: Database, now: datetime = NOON) -> None:
    database.write_now(lambda c: have_source_wait(c, "blog", now, now + WAIT, f"spent at {now:%H:%M}"))


def find_due(database: Database, id_: str) -> datetime:
    return database.read_now(lambda c: load_delivery(c, id_)).due_at


def test_what_waits_of_it_waits_on_and_what_is_anothers_does_not(database: Database) -> None:
    def keep(c: Connection) -> None:
        keep_delivery(c, make_delivery(id="d1"))
        keep_delivery(c, make_delivery(id="o1", source="other"))
        keep_delivery(c, make_delivery(id="late", due_at=NOON + 2 * WAIT))

    database.write_now(keep)
    have_wait(database)
    assert [find_due(database, id_) for id_ in ("d1", "o1", "late")] == [NOON + WAIT, NOON, NOON + 2 * WAIT]


def test_what_waits_nearly_as_long_is_not_written_anew_for_each_new_call(database: Database) -> None:
    database.write_now(lambda c: keep_delivery(c, make_delivery(id="d1")))
    have_wait(database)
    database.write_now(lambda c: keep_delivery(c, make_delivery(id="d2", at=NOON + MINUTE / 2)))
    have_wait(database, NOON + MINUTE / 2)
    first = database.read_now(lambda c: load_delivery(c, "d1"))
    assert (first.due_at, first.reason) == (NOON + WAIT, "spent at 12:00")
    assert find_due(database, "d2") == NOON + MINUTE / 2 + WAIT
    have_wait(database, NOON + 2 * MINUTE)
    assert {find_due(database, id_) for id_ in ("d1", "d2")} == {NOON + 2 * MINUTE + WAIT}


def test_what_was_decided_here_is_told_all_the_same(database: Database) -> None:
    def tell(c: Connection) -> bool:
        keep_source(c, make_source(mode="apply"))
        take_up(c, "blog:1", "blog", NOON, cms_id="1")
        keep_delivery(c, make_delivery(id="d1"))
        return tell_source(c, "blog:1", NOON)

    assert database.write_now(tell)
    have_wait(database)
    assert find_due(database, "d1") == NOON + WAIT
    (own,) = (one for one in database.read_now(list_deliveries) if is_own(one))
    assert own.due_at < NOON + MINUTE
