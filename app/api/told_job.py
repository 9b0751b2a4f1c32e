"""Owns a job as the outside sees it: the job with the tally of its items."""

from datetime import datetime
from typing import Self

from app.domain.job import Job, JobPlan, JobState, Recipe, Tally
from app.domain.value import Value


class ToldJob(Value):
    """A job as it stands. `total` counts its items, `tally` those in each state, with what they used."""

    id: str
    state: JobState
    reason: str
    created_at: datetime
    finished_at: datetime | None
    total: int
    tally: Tally
    recipe: Recipe
    plan: JobPlan

    @classmethod
    def of(cls, job: Job, tally: Tally) -> Self:
        """The job that was kept, with its tally."""
        return cls(
            id=job.id,
            state=job.state,
            reason=job.reason,
            created_at=job.created_at,
            finished_at=job.finished_at,
            total=tally.total,
            tally=tally,
            recipe=job.recipe,
            plan=job.plan,
        )
