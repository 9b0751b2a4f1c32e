"""Owns `POST /jobs/{id}/pause` and its like: moving a job to another state, where its state allows it."""

from collections.abc import Awaitable
from http import HTTPStatus
from typing import TypeVar

from fastapi import APIRouter, HTTPException

from app.api.jobs import JobId
from app.api.problems import problems
from app.api.services import CurrentServices
from app.api.told_job import ToldJob
from app.bootstrap.services import Services
from app.domain.job import Job
from app.errors import BadInput, NotKept
from app.jobs.files.undo import UndoReport

T = TypeVar("T")

router = APIRouter(tags=["jobs"])

PROBLEMS = problems(403, 404, 409, 503)


@router.post("/jobs/{job_id}/pause", responses=PROBLEMS)
async def pause(job_id: JobId, services: CurrentServices) -> ToldJob:
    """Let what was begun come to its end, and begin nothing more."""
    return await _steer(services, services.office.pause(job_id))


@router.post("/jobs/{job_id}/resume", responses=PROBLEMS)
async def resume(job_id: JobId, services: CurrentServices) -> ToldJob:
    """Let a paused job go on."""
    return await _steer(services, services.office.resume(job_id))


@router.post("/jobs/{job_id}/cancel", responses=PROBLEMS)
async def cancel(job_id: JobId, services: CurrentServices) -> ToldJob:
    """End a job for good; what is decided stays, and can be undone."""
    return await _steer(services, services.office.cancel(job_id))


@router.post("/jobs/{job_id}/retry", responses=PROBLEMS)
async def retry(job_id: JobId, services: CurrentServices) -> ToldJob:
    """Try again what was parked. What was paid for is not paid again."""
    return await _steer(services, services.office.retry(job_id))


@router.post("/jobs/{job_id}/undo", responses=PROBLEMS)
async def undo(job_id: JobId, services: CurrentServices) -> UndoReport:
    """Restore the files that a job wrote, and the decisions that stood before it.

    Files that changed since are left, and named in the answer.
    """
    return await _allow(services.office.undo(job_id))


async def _steer(services: Services, steered: Awaitable[Job]) -> ToldJob:
    job = await _allow(steered)
    return ToldJob.of(job, await services.office.tally(job.id))


async def _allow(steered: Awaitable[T]) -> T:
    """What steering gives. A job that is there and cannot be steered so is in the wrong state."""
    try:
        return await steered
    except NotKept:
        raise
    except BadInput as error:
        raise HTTPException(HTTPStatus.CONFLICT, str(error)) from error
