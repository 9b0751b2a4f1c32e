"""Owns keeping jobs: what they are, and in which state."""

from collections.abc import Collection
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from app.domain.job import Job, JobPlan, JobState, Recipe
from app.errors import NotKept
from app.store.storable import make_storable
from app.store.tables.jobs import job as jobs

_COLUMNS = (
    jobs.c.id,
    jobs.c.created_at,
    jobs.c.finished_at,
    jobs.c.state,
    jobs.c.reason,
    jobs.c.recipe,
    jobs.c.plan,
)
# Built and read once: every item passes here, and nearly all of them are of the same few jobs.
_FIND_JOB = select(*_COLUMNS).where(jobs.c.id == bindparam("of_id"))
_FIND_STATE = select(jobs.c.state).where(jobs.c.id == bindparam("of_id"))
# The shared lock lets others look at the same time.
_HOLD_STATE = _FIND_STATE.with_for_update(read=True)
_MAKING = 0x5C09_E40B
"""Any number that nothing else in the database locks."""
_TAKE_MAKING = select(func.pg_advisory_xact_lock(_MAKING))
_read_recipe = lru_cache(maxsize=64)(Recipe.model_validate_json)
_read_plan = lru_cache(maxsize=64)(JobPlan.model_validate_json)


def hold_making(c: Connection) -> None:
    """Let nobody else who holds this make a job until this transaction ends, whatever process they are in.

    SQLite has let in one writer only before it comes to this.
    """
    if c.dialect.name == "postgresql":
        c.execute(_TAKE_MAKING)


def keep_job(c: Connection, job: Job) -> None:
    """Keep a new job."""
    c.execute(
        insert(jobs).values(
            id=job.id,
            created_at=job.created_at,
            finished_at=job.finished_at,
            state=job.state,
            reason=make_storable(job.reason),
            recipe=job.recipe.model_dump_json(),
            plan=job.plan.model_dump_json(),
        )
    )


def load_job(c: Connection, id: str) -> Job:  # noqa: A002 - the word for it
    """A job by its id.

    Raises:
        NotKept: there is none.
    """
    row = c.execute(_FIND_JOB, {"of_id": id}).one_or_none()
    if row is None:
        raise NotKept(f"There is no job {id!r}. `scopenote jobs list` shows those that there are.")
    return _read_job(row)


def list_jobs(c: Connection, limit: int = 50, before: str | None = None) -> list[Job]:
    """The newest jobs first; `before`: only those made before the job with that id."""
    query = select(*_COLUMNS).order_by(jobs.c.seq.desc()).limit(limit)
    if before is not None:
        query = query.where(jobs.c.seq < select(jobs.c.seq).where(jobs.c.id == before).scalar_subquery())
    return [_read_job(row) for row in c.execute(query)]


def list_unfinished(c: Connection) -> list[Job]:
    """All jobs that have not come to their end, running or paused, the newest first."""
    query = select(*_COLUMNS).where(jobs.c.state.in_(("running", "paused"))).order_by(jobs.c.seq.desc())
    return [_read_job(row) for row in c.execute(query)]


def list_ids(c: Connection, beginning: str, limit: int) -> list[str]:
    """The ids of jobs that begin so, the newest first."""
    alike = jobs.c.id.startswith(make_storable(beginning), autoescape=True)
    ids = c.execute(select(jobs.c.id).where(alike).order_by(jobs.c.seq.desc())).scalars()
    # SQLite compares without regard to case.
    return [id_ for id_ in ids if id_.startswith(beginning)][:limit]


def find_state(c: Connection, id: str) -> JobState | None:  # noqa: A002 - the word for it
    """The state of a job; None where there is no such job."""
    return c.execute(_FIND_STATE, {"of_id": id}).scalar_one_or_none()


def hold_state(c: Connection, id: str) -> JobState | None:  # noqa: A002 - the word for it
    """The state of a job, which stays that until this transaction ends; None where there is no such job."""
    return c.execute(_HOLD_STATE, {"of_id": id}).scalar_one_or_none()


def list_running(c: Connection) -> list[str]:
    """The ids of all jobs that are running, oldest first."""
    return list(c.execute(select(jobs.c.id).where(jobs.c.state == "running").order_by(jobs.c.seq)).scalars())


def set_state(
    c: Connection,
    id: str,  # noqa: A002 - the word for it
    state: JobState,
    reason: str,
    now: datetime,
    *,
    only_from: Collection[JobState],
) -> bool:
    """Move a job to another state; False where it is in none of those that it may come from."""
    ended = {"done": now, "cancelled": now, "undone": func.coalesce(jobs.c.finished_at, now)}
    moved = c.execute(
        update(jobs)
        .where(jobs.c.id == id, jobs.c.state.in_(only_from))
        .values(state=state, reason=make_storable(reason), finished_at=ended.get(state))
    )
    return moved.rowcount == 1


def set_cap(c: Connection, id: str, max_cost_usd: float) -> None:  # noqa: A002 - the word for it
    """Give a job another cap on what it may spend. Raises as `load_job`."""
    recipe = load_job(c, id).recipe.model_copy(update={"max_cost_usd": max_cost_usd})
    c.execute(update(jobs).where(jobs.c.id == id).values(recipe=recipe.model_dump_json()))


def set_payer(c: Connection, id: str, payer: str | None) -> None:  # noqa: A002 - the word for it
    """Have somebody else pay for what a job does from now on. Raises as `load_job`."""
    recipe = load_job(c, id).recipe
    if recipe.payer != payer:
        changed = recipe.model_copy(update={"payer": payer})
        c.execute(update(jobs).where(jobs.c.id == id).values(recipe=changed.model_dump_json()))


def _read_job(row: Row[*tuple[Any, ...]]) -> Job:
    return Job(
        id=row.id,
        created_at=row.created_at,
        finished_at=row.finished_at,
        state=row.state,
        reason=row.reason,
        recipe=_read_recipe(row.recipe),
        plan=_read_plan(row.plan),
    )
