"""What stands in the store, counted for whoever watches it; the same on both databases."""

from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import insert, select

from app.domain.delivery import Delivery, DeliveryState
from app.store.connection import Connection
from app.store.database import Database
from app.store.deliveries import keep_delivery, settle_delivery
from app.store.standing import Standing, count_standing, try_writing
from app.store.tables.jobs import item as items
from app.store.tables.jobs import job as jobs
from app.store.tables.workers import lease as leases
from app.store.workers import keep_beat
from tests.store.kept_values import NOON

MINUTE = timedelta(minutes=1)


def _keep(c: Connection, id_: str, source: str, state: DeliveryState, at: datetime = NOON) -> None:
    delivery = Delivery(id=id_, source=source, key=id_, received_at=at, events=(), due_at=at)
    keep_delivery(c, delivery)
    if state != "waiting":
        settle_delivery(c, delivery.model_copy(update={"state": state}))


def _keep_job(c: Connection, id_: str, job_state: str, *item_states: str) -> None:
    rows = {"created_at": NOON, "reason": "", "recipe": "{}", "plan": "{}"}
    c.execute(insert(jobs).values(id=id_, state=job_state, **rows))
    nothing = {"calls": 0, "input_tokens": 0, "cached_tokens": 0, "output_tokens": 0, "tries": 0, "reason": ""}
    for number, state in enumerate(item_states):
        c.execute(
            insert(items).values(job=id_, number=number, article="a", digest="d", state=state, at=NOON, **nothing)
        )


def _count(database: Database, ttl_s: float = 60.0) -> Standing:
    return database.read_now(lambda c: count_standing(c, ttl_s))


def test_an_empty_store_has_nothing_to_tell(database: Database) -> None:
    nothing = Standing(deliveries={}, oldest_at={}, callbacks={}, jobs={}, items={}, workers=0, again=0)
    assert _count(database) == nothing


def test_deliveries_are_counted_by_source_and_state_and_the_longest_waiting_is_named(database: Database) -> None:
    def work(c: Connection) -> None:
        _keep(c, "d1", "blog", "done", NOON - 9 * MINUTE)
        _keep(c, "d2", "blog", "waiting", NOON - 3 * MINUTE)
        _keep(c, "d3", "blog", "waiting", NOON - 5 * MINUTE)
        _keep(c, "d4", "shop", "parked")

    database.write_now(work)
    standing = _count(database)
    assert standing.deliveries == {("blog", "done"): 1, ("blog", "waiting"): 2, ("shop", "parked"): 1}
    assert standing.oldest_at == {"blog": NOON - 5 * MINUTE}


def test_items_count_while_their_job_has_not_come_to_its_end(database: Database) -> None:
    def work(c: Connection) -> None:
        _keep_job(c, "j1", "running", "waiting", "waiting", "decided")
        _keep_job(c, "j2", "paused", "parked")
        _keep_job(c, "j3", "done", "decided", "decided")

    database.write_now(work)
    standing = _count(database)
    assert standing.jobs == {"running": 1, "paused": 1, "done": 1}
    assert standing.items == {"waiting": 2, "decided": 1, "parked": 1}


@pytest.mark.parametrize(("ttl_s", "workers"), [(60.0, 2), (-60.0, 0)])
def test_workers_count_while_their_signs_of_life_do(database: Database, ttl_s: float, workers: int) -> None:
    for name in ("w1", "w2"):
        database.write_now(partial(keep_beat, executor_id=name, about="here"))
    assert _count(database, ttl_s).workers == workers


def test_trying_to_write_leaves_one_row_however_often_it_is_done(database: Database) -> None:
    for _ in range(3):
        database.write_now(try_writing)
    assert len(database.read_now(lambda c: c.execute(select(leases)).all())) == 1
