"""Owns `POST /jobs/{id}/pause` and its like: moving a job to another state, where its state allows it."""

from collections.abc import Awaitable
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from app.api.conflicts import allow
from app.api.jobs import JobId
from app.api.told_job import ToldJob, tell_job
from app.bootstrap.services import Services
from app.domain.job import Job
from app.domain.value import Value
from app.door.callers import get_caller
from app.door.problems import problems
from app.door.services import CurrentServices
from app.jobs.files.undo import UndoReport

router = APIRouter(tags=["jobs"])

PROBLEMS = problems(403, 404, 409, 422, 503)


class Resuming(Value):
    """How a job goes on: `max_cost_usd` takes the place of its cap, null leaves that as it is."""

    max_cost_usd: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None


@router.post("/jobs/{job_id}/pause", responses=PROBLEMS)
async def pause(job_id: JobId, services: CurrentServices) -> ToldJob:
    """Let what was begun come to its end, and begin nothing more."""
    return await _steer(services, services.office.pause(job_id))


@router.post("/jobs/{job_id}/resume", responses=problems(400, 403, 404, 409, 413, 415, 422, 503))
async def resume(job_id: JobId, services: CurrentServices, body: Resuming | None = None) -> ToldJob:
    """Let a paused job go on. One that its cap has stopped needs a higher one: `max_cost_usd`.

    From now on the key that was shown pays for it, from its daily budget where it has one.
    """
    cap = body.max_cost_usd if body else None
    return await _steer(services, services.office.resume(job_id, cap, get_caller().payer))


@router.post("/jobs/{job_id}/cancel", responses=PROBLEMS)
async def cancel(job_id: JobId, services: CurrentServices) -> ToldJob:
    """End a job for good; what is decided stays, and can be undone."""
    return await _steer(services, services.office.cancel(job_id))


@router.post("/jobs/{job_id}/retry", responses=PROBLEMS)
async def retry(job_id: JobId, services: CurrentServices) -> ToldJob:
    """Try again what was parked. What was paid for is not paid again, and the rest by the key that was shown."""
    return await _steer(services, services.office.retry(job_id, get_caller().payer))


@router.post("/jobs/{job_id}/undo", responses=PROBLEMS)
async def undo(job_id: JobId, services: CurrentServices) -> UndoReport:
    """Restore the files that a job wrote, and the decisions that stood before it.

    Files that changed since are left, and named in the answer.
    """
    return await allow(services.office.undo(job_id))


async def _steer(services: Services, steered: Awaitable[Job]) -> ToldJob:
    return await tell_job(services, await allow(steered))
