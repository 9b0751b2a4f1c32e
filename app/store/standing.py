"""Owns what stands in the store for whoever watches it: counts by state, and whether it can be written."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Table, func, select

from app.domain.value import Value
from app.store.asking_again import count_again
from app.store.tables.doors import callback as callbacks
from app.store.tables.doors import delivery as deliveries
from app.store.tables.jobs import item as items
from app.store.tables.jobs import job as jobs
from app.store.tables.workers import lease as leases
from app.store.upserting import insert_or
from app.store.workers import list_workers, read_clock

WRITTEN = "written"
"""The name of the row that is written to see whether it can be."""


class Standing(Value):
    """What there is, and in which state: deliveries by source and state, callbacks, jobs and items by state.

    Items are those of jobs that have not come to their end: the others' are history, and may be
    millions. `oldest_at` is when the longest waiting delivery came in, by source. `workers` gave a
    sign of life lately; `again` articles wait for the LLM to be asked about them once more.
    """

    deliveries: dict[tuple[str, str], int]
    oldest_at: dict[str, datetime]
    callbacks: dict[str, int]
    jobs: dict[str, int]
    items: dict[str, int]
    workers: int
    again: int


def count_standing(c: Connection, ttl_s: float) -> Standing:
    """What stands in the store; a worker counts for `ttl_s` after its last sign of life."""
    which = deliveries.c.source, deliveries.c.state
    by_source = c.execute(select(*which, func.count().label("number")).group_by(*which))
    waiting = deliveries.c.state.in_(("waiting", "working"))
    oldest = select(deliveries.c.source, func.min(deliveries.c.received_at).label("at")).where(waiting)
    unfinished = items.c.job.in_(select(jobs.c.id).where(jobs.c.state.in_(("running", "paused"))))
    alive_since = read_clock(c) - ttl_s
    return Standing(
        deliveries={(row.source, row.state): row.number for row in by_source},
        oldest_at={row.source: row.at for row in c.execute(oldest.group_by(deliveries.c.source))},
        callbacks=_count_by_state(c, callbacks),
        jobs=_count_by_state(c, jobs),
        items=_count_by_state(c, items, unfinished),
        workers=sum(worker.beat > alive_since for worker in list_workers(c)),
        again=count_again(c),
    )


def try_writing(c: Connection) -> None:
    """Write one row over and over, so that it is known whether anything can be written."""
    term = {"holder": "", "until": read_clock(c)}
    insert = insert_or(c, leases).values(name=WRITTEN, **term)
    c.execute(insert.on_conflict_do_update(index_elements=[leases.c.name], set_=term))


def _count_by_state(c: Connection, table: Table, *which: ColumnElement[bool]) -> dict[str, int]:
    counted = select(table.c.state, func.count().label("number")).where(*which).group_by(table.c.state)
    return {row.state: row.number for row in c.execute(counted)}
