"""Owns a job as the outside sees it: the job with the tally of its items."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self

from app.bootstrap.services import Services
from app.domain.job import Job, JobPlan, JobState, Recipe, Tally
from app.domain.value import Value


class ToldJob(Value):
    """A job as it stands. `total` counts its items, `tally` those in each state, with what they used.

    `is_worked_on` is false for a job that runs while no worker is there: it waits for one.
    """

    id: str
    state: JobState
    is_worked_on: bool
    reason: str
    created_at: datetime
    finished_at: datetime | None
    total: int
    tally: Tally
    recipe: Recipe
    plan: JobPlan

    @classmethod
    def of(cls, job: Job, tally: Tally, *, has_worker: bool) -> Self:
        """The job that was kept, with its tally; whether a worker is there at all."""
        return cls(
            id=job.id,
            state=job.state,
            is_worked_on=has_worker and job.state == "running",
            reason=job.reason,
            created_at=job.created_at,
            finished_at=job.finished_at,
            total=tally.total,
            tally=tally,
            recipe=job.recipe,
            plan=job.plan,
        )


async def tell_job(services: Services, job: Job) -> ToldJob:
    """A job as it stands now.

    Raises:
        StoreUnavailable: the store cannot be read.
    """
    office = services.office
    return ToldJob.of(job, await office.tally(job.id), has_worker=await office.has_worker())


async def tell_jobs(services: Services, jobs: Sequence[Job]) -> list[ToldJob]:
    """Jobs as they stand now, in their order. Raises as `tell_job`."""
    office = services.office
    has_worker = await office.has_worker()
    return [ToldJob.of(job, await office.tally(job.id), has_worker=has_worker) for job in jobs]
