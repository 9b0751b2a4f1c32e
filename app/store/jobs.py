"""Owns keeping jobs: what they are, and in which state."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

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
    row = c.execute(select(*_COLUMNS).where(jobs.c.id == id)).one_or_none()
    if row is None:
        raise NotKept(f"There is no job {id!r}. `scopenote jobs list` shows those that there are.")
    return _read_job(row)


def list_jobs(c: Connection, limit: int = 50, before: str | None = None) -> list[Job]:
    """The newest jobs first; `before`: only those made before the job with that id."""
    query = select(*_COLUMNS).order_by(jobs.c.seq.desc()).limit(limit)
    if before is not None:
        query = query.where(jobs.c.seq < select(jobs.c.seq).where(jobs.c.id == before).scalar_subquery())
    return [_read_job(row) for row in c.execute(query)]


def find_state(c: Connection, id: str) -> JobState | None:  # noqa: A002 - the word for it
    """The state of a job; None where there is no such job."""
    return c.execute(select(jobs.c.state).where(jobs.c.id == id)).scalar_one_or_none()


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


def _read_job(row: Row[*tuple[Any, ...]]) -> Job:
    return Job(
        id=row.id,
        created_at=row.created_at,
        finished_at=row.finished_at,
        state=row.state,
        reason=row.reason,
        recipe=Recipe.model_validate_json(row.recipe),
        plan=JobPlan.model_validate_json(row.plan),
    )
