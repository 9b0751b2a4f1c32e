"""Tests of keeping the items of jobs."""

import threading
from datetime import timedelta

import pytest

from app.domain.job import Item, JobState, Tally
from app.domain.verdict import Usage
from app.errors import NotKept
from app.store.connection import Connection
from app.store.database import Database
from app.store.items import (
    count_items,
    find_waiting,
    keep_items,
    list_items,
    list_waiting,
    load_item,
    reopen_parked,
    settle_item,
)
from app.store.jobs import set_state
from tests.jobs.fake_desk import NOON, USAGE, keep_job_of

LATER = NOON + timedelta(hours=1)


def load(database: Database, number: int = 0) -> Item:
    return database.read_now(lambda c: load_item(c, "j", number))


def settle(database: Database, number: int = 0, **changes: object) -> bool:
    item = load(database, number).model_copy(update={"state": "decided", "tries": 1, **changes})
    return database.write_now(lambda c: settle_item(c, item, LATER))


def test_an_item_comes_back_as_it_was_kept(database: Database) -> None:
    keep_job_of(database, 0)
    item = Item(
        job="j", number=7, article="site/a.md", digest="sha256:d", path="/site/a.md", raw="sha256:r", before="d1",
        usage=USAGE.model_copy(update={"cost_usd": None}),
    )  # fmt: skip
    database.write_now(lambda c: keep_items(c, iter([item])))
    assert load(database, 7) == item


def test_an_item_that_is_not_kept_is_refused(database: Database) -> None:
    keep_job_of(database, 1)
    with pytest.raises(NotKept, match="no item 1"):
        load(database, 1)


def test_many_items_are_kept_in_the_order_of_their_numbers(database: Database) -> None:
    keep_job_of(database, 0)
    many = (Item(job="j", number=number, article="a", digest="sha256:d") for number in range(1_203))
    database.write_now(lambda c: keep_items(c, many))
    first = database.read_now(lambda c: list_items(c, "j"))
    rest = database.read_now(lambda c: list_items(c, "j", after=first[-1].number, limit=5_000))
    assert [item.number for item in [*first, *rest]] == list(range(1_203))
    assert len(first) == 500


def test_the_first_result_of_an_item_counts(database: Database) -> None:
    keep_job_of(database, 1)
    assert settle(database, after="first", usage=USAGE)
    first = load(database)
    assert not settle(database, after="second", state="parked")
    assert load(database) == first
    assert (first.state, first.after, first.tries, first.usage) == ("decided", "first", 1, USAGE)


def test_an_item_settles_while_its_job_is_paused(database: Database) -> None:
    keep_job_of(database, 1)
    database.write_now(lambda c: set_state(c, "j", "paused", "", NOON, only_from={"running"}))
    assert settle(database)


@pytest.mark.parametrize("state", ["cancelled", "done", "undone"])
def test_no_item_settles_after_its_job_has_ended(database: Database, state: JobState) -> None:
    keep_job_of(database, 1)
    database.write_now(lambda c: set_state(c, "j", state, "", NOON, only_from={"running"}))
    assert not settle(database)
    assert load(database).state == "waiting"


def test_a_cancellation_waits_for_items_that_are_being_settled(database: Database) -> None:
    """On a server both may be under way at the same time; what the cancelled job shows must not change after it."""
    keep_job_of(database, 1)
    done = load(database).model_copy(update={"state": "decided"})
    settled, go_on = threading.Event(), threading.Event()

    def settle_slowly() -> None:
        def work(c: Connection) -> None:
            settle_item(c, done, LATER)
            settled.set()
            go_on.wait(5)

        database.write_now(work)

    settling = threading.Thread(target=settle_slowly)
    settling.start()
    settled.wait(5)
    cancelled = threading.Event()

    def cancel() -> None:
        database.write_now(lambda c: set_state(c, "j", "cancelled", "", LATER, only_from={"running"}))
        cancelled.set()

    cancelling = threading.Thread(target=cancel)
    cancelling.start()
    assert not cancelled.wait(0.1)
    go_on.set()
    settling.join()
    cancelling.join()
    assert load(database).state == "decided"


def test_the_tally_counts_states_and_sums_what_was_used(database: Database) -> None:
    keep_job_of(database, 5)
    settle(database, 0, usage=USAGE)
    settle(database, 1, usage=USAGE)
    settle(database, 2, state="unchanged")
    settle(database, 3, state="parked", reason="too long")
    assert database.read_now(lambda c: count_items(c, "j")) == Tally(
        waiting=1,
        decided=2,
        unchanged=1,
        parked=1,
        usage=Usage(calls=2, input_tokens=200, cached_tokens=80, output_tokens=20, cost_usd=0.002),
    )


def test_the_tally_knows_no_cost_where_one_price_is_not_known(database: Database) -> None:
    keep_job_of(database, 2)
    settle(database, 0, usage=USAGE)
    settle(database, 1, usage=USAGE.model_copy(update={"cost_usd": None}))
    assert database.read_now(lambda c: count_items(c, "j")).usage.cost_usd is None


def test_a_job_without_items_has_an_empty_tally(database: Database) -> None:
    keep_job_of(database, 0)
    assert database.read_now(lambda c: count_items(c, "j")) == Tally()


def test_items_are_listed_by_state(database: Database) -> None:
    keep_job_of(database, 4)
    settle(database, 1, state="parked")
    settle(database, 3, state="parked")
    parked = database.read_now(lambda c: list_items(c, "j", state="parked"))
    assert [item.number for item in parked] == [1, 3]
    assert database.read_now(lambda c: list_waiting(c, "j")) == [0, 2]
    assert database.read_now(lambda c: list_waiting(c, "j", after=0, limit=1)) == [2]
    assert database.read_now(lambda c: find_waiting(c, "j", [0, 1, 99])) == {0}


def test_parked_items_wait_again_as_if_never_tried(database: Database) -> None:
    keep_job_of(database, 3)
    settle(database, 0)
    settle(database, 1, state="parked", tries=3, reason="no answer")
    assert database.write_now(lambda c: reopen_parked(c, "j")) == 1
    again = load(database, 1)
    assert (again.state, again.tries, again.reason) == ("waiting", 0, "")
    assert load(database, 0).state == "decided"
