"""Owns the workers' signs of life: who is alive, who looks after the others, and what died with whom."""

from collections.abc import Collection

from sqlalchemy import (
    ColumnElement,
    Connection,
    Float,
    bindparam,
    case,
    cast,
    delete,
    func,
    literal_column,
    or_,
    select,
    update,
)

from app.domain.value import Value
from app.store.tables.workers import lease as leases
from app.store.tables.workers import takeover as takeovers
from app.store.tables.workers import worker as workers
from app.store.upserting import insert_or

_COUNT_DEATHS = select(takeovers.c.times).where(takeovers.c.workflow_id == bindparam("of_id"))


class Worker(Value):
    """A worker's last sign of life, in the database's clock. `about` says where it runs."""

    executor_id: str
    beat: float
    about: str


def read_clock(c: Connection) -> float:
    """Seconds since 1970 by the database's clock, which all workers share."""
    clock: ColumnElement[float]
    if c.dialect.name == "postgresql":
        clock = cast(func.extract("epoch", func.clock_timestamp()), Float)
    else:
        clock = literal_column("(julianday('now') - 2440587.5) * 86400.0", Float)
    return float(c.execute(select(clock)).scalar_one())


def keep_beat(c: Connection, executor_id: str, about: str) -> None:
    """Say that a worker is alive."""
    beat = {"beat": read_clock(c), "about": about}
    insert = insert_or(c, workers).values(executor_id=executor_id, **beat)
    c.execute(insert.on_conflict_do_update(index_elements=[workers.c.executor_id], set_=beat))


def drop_workers(c: Connection, executor_ids: Collection[str]) -> None:
    """Forget workers that have stopped, or are dead and have been cleared up after."""
    c.execute(delete(workers).where(workers.c.executor_id.in_(executor_ids)))


def list_workers(c: Connection) -> list[Worker]:
    """All workers that were not cleared up after yet."""
    rows = c.execute(select(workers.c.executor_id, workers.c.beat, workers.c.about)).all()
    return [Worker(executor_id=row.executor_id, beat=row.beat, about=row.about) for row in rows]


def take_lease(c: Connection, name: str, holder: str, ttl_s: float) -> bool:
    """Whether the holder has a task to itself for the next `ttl_s` seconds: it had it, or nobody did.

    Nobody is given longer: a term that ends far later than that is from before the clock was put back. One that
    ends a little later belongs to a holder who looked at the clock after this one did, and was quicker.
    """
    now = read_clock(c)
    term = {"holder": holder, "until": now + ttl_s}
    free = or_(leases.c.holder == holder, leases.c.until < now, leases.c.until > now + 2 * ttl_s)
    insert = insert_or(c, leases).values(name=name, **term)
    taking = insert.on_conflict_do_update(index_elements=[leases.c.name], set_=term, where=free)
    return c.execute(taking.returning(leases.c.name)).first() is not None


def drop_lease(c: Connection, name: str, holder: str) -> None:
    """Give a task back, so that the next one who asks has it."""
    c.execute(delete(leases).where(leases.c.name == name, leases.c.holder == holder))


def count_takeover(c: Connection, workflow_id: str, dead: str) -> int:
    """Note that a worker died that had taken a workflow, and give how often that was, this time included.

    Only the first time counts for whatever the worker had taken, from then on what it was at work
    on. So one death counts once, also where it is noted again.
    """
    was_at_work = takeovers.c.at_work_in == dead
    again = {
        "times": takeovers.c.times + case((was_at_work, 1), else_=0),
        "at_work_in": case((was_at_work, None), else_=takeovers.c.at_work_in),
    }
    insert = insert_or(c, takeovers).values(workflow_id=workflow_id, times=1)
    counted = insert.on_conflict_do_update(index_elements=[takeovers.c.workflow_id], set_=again)
    return int(c.execute(counted.returning(takeovers.c.times)).scalar_one())


def note_at_work(c: Connection, workflow_id: str, executor_id: str) -> None:
    """Say that a worker is at work on a workflow now, which was taken over once."""
    noting = update(takeovers).where(takeovers.c.workflow_id == workflow_id)
    c.execute(noting.values(at_work_in=executor_id))


def drop_notes(c: Connection, executor_id: str) -> None:
    """Say that a worker is at work on nothing any more, and did not die with it."""
    c.execute(update(takeovers).where(takeovers.c.at_work_in == executor_id).values(at_work_in=None))


def count_deaths(c: Connection, workflow_id: str) -> int:
    """How often a worker died with a workflow, as `count_takeover` counts."""
    return c.execute(_COUNT_DEATHS, {"of_id": workflow_id}).scalar_one_or_none() or 0


def drop_takeovers(c: Connection, workflow_ids: Collection[str]) -> None:
    """Forget how often workflows were taken over."""
    c.execute(delete(takeovers).where(takeovers.c.workflow_id.in_(workflow_ids)))
