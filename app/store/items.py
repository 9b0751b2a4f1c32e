"""Owns keeping the items of jobs: which are waiting, and what became of the others."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, get_args

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from app.domain.attempt import Spent
from app.domain.job import Item, ItemState, JobState, Tally
from app.domain.verdict import Usage
from app.errors import NotKept
from app.store.jobs import hold_state
from app.store.storable import make_storable
from app.store.tables.jobs import file_write as file_writes
from app.store.tables.jobs import item as items
from app.store.tables.jobs import job as jobs
from app.store.tables.spending import spent

SETTLING: frozenset[JobState] = frozenset({"running", "paused"})
"""A paused job lets what was begun come to its end; a cancelled one does not."""
_COLUMNS = tuple(column for column in items.c if column is not items.c.at)
_CHUNK = 500
"""Rows per statement: SQLite bounds how many values one may carry."""
_SPENT = ("calls", "input_tokens", "cached_tokens", "output_tokens", "cost_usd")

# Built once: every item passes here, and what is built anew takes longer than SQLite does.
_IS_ITEM = (items.c.job == bindparam("of_job"), items.c.number == bindparam("of_number"))
_FIND_ITEM = select(*_COLUMNS).where(*_IS_ITEM)
_SETTLE = (
    update(items)
    .where(*_IS_ITEM, items.c.state == "waiting")
    .values({column.name: bindparam(f"new_{column.name}") for column in items.c if not column.primary_key})
)


def keep_items(c: Connection, new: Iterable[Item]) -> None:
    """Keep a job's new items; its job is kept already. They count as seen when the job was made."""
    rows: list[dict[str, Any]] = []
    for item in new:
        rows.append(_write_item(item))
        if len(rows) == _CHUNK:
            _insert(c, rows)
            rows = []
    if rows:
        _insert(c, rows)


def load_item(c: Connection, job: str, number: int) -> Item:
    """One item of a job.

    Raises:
        NotKept: the job has no such item.
    """
    row = c.execute(_FIND_ITEM, {"of_job": job, "of_number": number}).one_or_none()
    if row is None:
        raise NotKept(f"The job {job!r} has no item {number}.")
    return _read_item(row)


def settle_item(c: Connection, item: Item, now: datetime) -> bool:
    """Keep what became of an item that is waiting; False where that is settled, or the job was cancelled.

    The first result wins, so that an item may be worked on again after a crash.
    """
    if hold_state(c, item.job) not in SETTLING:
        return False
    values = {f"new_{name}": value for name, value in _write_item(item).items() if name not in {"job", "number"}}
    which = {"of_job": item.job, "of_number": item.number}
    return c.execute(_SETTLE, {**which, **values, "new_at": now}).rowcount == 1


def list_items(
    c: Connection, job: str, *, state: ItemState | None = None, after: int = -1, limit: int = 500
) -> list[Item]:
    """A job's items in the order of their numbers, from behind `after`."""
    query = select(*_COLUMNS).where(items.c.job == job, items.c.number > after)
    if state is not None:
        query = query.where(items.c.state == state)
    return [_read_item(row) for row in c.execute(query.order_by(items.c.number).limit(limit))]


def list_waiting(c: Connection, job: str, *, after: int = -1, limit: int = 500) -> list[int]:
    """The numbers of a job's items that are waiting, from behind `after`."""
    query = select(items.c.number).where(items.c.job == job, items.c.number > after, items.c.state == "waiting")
    return list(c.execute(query.order_by(items.c.number).limit(limit)).scalars())


def find_waiting(c: Connection, job: str, numbers: Collection[int]) -> set[int]:
    """Which of these items (a few hundred at most) are still waiting."""
    # The state is looked at here: asked for it, SQLite would go through all that wait instead of these few.
    query = select(items.c.number, items.c.state).where(items.c.job == job, items.c.number.in_(numbers))
    return {row.number for row in c.execute(query) if row.state == "waiting"}


def count_items(c: Connection, job: str) -> Tally:
    """How many items are in each state, and what all of them used.

    The cost is None as soon as one item's is not known.
    """
    query = select(
        items.c.state,
        func.count().label("number"),
        func.sum(items.c.calls).label("calls"),
        func.sum(items.c.input_tokens).label("input_tokens"),
        func.sum(items.c.cached_tokens).label("cached_tokens"),
        func.sum(items.c.output_tokens).label("output_tokens"),
        func.sum(items.c.cost_usd).label("cost_usd"),
        func.count(items.c.cost_usd).label("priced"),
    )
    rows = c.execute(query.where(items.c.job == job).group_by(items.c.state)).all()
    counts = {row.state: row.number for row in rows}
    priced = all(row.priced == row.number for row in rows)
    usage = Usage(
        calls=int(sum(row.calls for row in rows)),
        input_tokens=int(sum(row.input_tokens for row in rows)),
        cached_tokens=int(sum(row.cached_tokens for row in rows)),
        output_tokens=int(sum(row.output_tokens for row in rows)),
        cost_usd=float(sum(row.cost_usd for row in rows)) if priced else None,
    )
    return Tally(
        **{state: counts.get(state, 0) for state in get_args(ItemState)},
        usage=usage,
        spent=_sum_spent(c, job),
        written=_count_written(c, job),
    )


def _sum_spent(c: Connection, job: str) -> Spent:
    sums = [func.coalesce(func.sum(spent.c[name]), 0).label(name) for name in Spent.model_fields]
    row = c.execute(select(*sums).where(spent.c.job == job)).mappings().one()
    return Spent.model_validate(dict(row))


def _count_written(c: Connection, job: str) -> int:
    query = select(func.count()).where(file_writes.c.job == job, file_writes.c.state == "written")
    return c.execute(query).scalar_one()


def reopen_parked(c: Connection, job: str) -> int:
    """Let a job's parked items wait again, as if they had never been tried; how many those were."""
    reopened = c.execute(
        update(items)
        .where(items.c.job == job, items.c.state == "parked")
        .values(state="waiting", tries=0, reason="", after=None)
    )
    return reopened.rowcount


def _insert(c: Connection, rows: list[dict[str, Any]]) -> None:
    made = select(jobs.c.created_at).where(jobs.c.id == rows[0]["job"])
    at = c.execute(made).scalar_one()
    c.execute(insert(items), [{**row, "at": at} for row in rows])


def _write_item(item: Item) -> dict[str, Any]:
    row = item.model_dump(exclude={"usage"}) | {"reason": make_storable(item.reason)}
    return {**row, **{name: getattr(item.usage, name) for name in _SPENT}}


def _read_item(row: Row[Any]) -> Item:
    values = dict(row._mapping)  # noqa: SLF001 - the public way to a row's columns by name
    return Item(usage=Usage(**{name: values.pop(name) for name in _SPENT}), **values)
