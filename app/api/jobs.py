"""Owns `/jobs`: making jobs, listing them, and telling what became of their items."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import JSONResponse, StreamingResponse

from app.api.conflicts import allow
from app.api.job_orders import JobRequest, plan_order, refuse_beside
from app.api.told_job import ToldJob, tell_job, tell_jobs
from app.domain.job import Item, ItemState, JobPlan
from app.domain.value import Value
from app.door.callers import get_caller
from app.door.problems import VARY, problems
from app.door.services import CurrentServices
from app.jobs.reporting.report import ReportLine

router = APIRouter(tags=["jobs"])

JobId = Annotated[str, Path(pattern=r"^[\w-]{1,200}$")]
LINES: Final = "application/x-ndjson"
PIECE: Final = 32_768
"""Characters of a report that are sent at a time."""


class JobPage(Value):
    """A page of jobs, the newest first. `next` is the `before` of the next page, null at the end."""

    jobs: tuple[ToldJob, ...]
    next: str | None


class ItemPage(Value):
    """A page of a job's items by their numbers. `next` is the `after` of the next page, null at the end."""

    items: tuple[Item, ...]
    next: int | None


@router.post(
    "/jobs",
    status_code=202,
    response_model=ToldJob,
    responses={
        200: {"model": JobPlan, "description": "With dry_run: what it would come to"},
        **problems(400, 403, 409, 413, 415, 422, 503),
    },
)
async def make_job(body: JobRequest, services: CurrentServices, response: Response) -> ToldJob | JSONResponse:
    """Classify stored or sent articles again; the answer comes when the plan is made and the work begins.

    With `dry_run` the plan is all there is, and nothing is spent. An LLM that has to be asked costs
    money: `max_cost_usd` bounds it, and the daily budget of the key that was shown pays for it, with
    all else that this key asks for; the caps of the settings hold in any case.

    While a job over what is stored is not finished, no other is made beside it: 409, and `Location`
    says where it is. Articles that come with the order are in nobody else's way.
    """
    if not body.dry_run:
        await refuse_beside(services, body)
    with await plan_order(services, body) as planned:
        if body.dry_run:
            return JSONResponse(planned.plan.model_dump(mode="json"))
        job = await allow(services.office.start(planned, get_caller().payer))
    response.headers["Location"] = f"/jobs/{job.id}"
    return await tell_job(services, job)


@router.get("/jobs", responses=problems(422, 503))
async def list_jobs(
    services: CurrentServices,
    response: Response,
    before: Annotated[str | None, Query(pattern=r"^[\w-]{1,200}$")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> JobPage:
    """Jobs, the newest first, each with what became of its items."""
    response.headers.update(VARY)
    jobs = await services.office.list_jobs(limit + 1, before)
    told = await tell_jobs(services, jobs[:limit])
    return JobPage(jobs=tuple(told), next=told[-1].id if len(jobs) > limit else None)


@router.get("/jobs/{job_id}", responses=problems(404, 422, 503))
async def show_job(job_id: JobId, services: CurrentServices, response: Response) -> ToldJob:
    """One job: its state, its plan, and what became of its items so far."""
    response.headers.update(VARY)
    return await tell_job(services, await services.office.get_job(job_id))


@router.get("/jobs/{job_id}/items", responses=problems(404, 422, 503))
async def list_items(
    job_id: JobId,
    services: CurrentServices,
    state: ItemState | None = None,
    after: Annotated[int, Query(ge=-1, lt=2**31)] = -1,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> ItemPage:
    """A job's items by number, all of them or those in one state: `state=parked` are those that failed."""
    await services.office.get_job(job_id)
    items = await services.office.list_items(job_id, state=state, after=after, limit=limit + 1)
    return ItemPage(items=tuple(items[:limit]), next=items[limit - 1].number if len(items) > limit else None)


@router.get(
    "/jobs/{job_id}/report",
    response_class=StreamingResponse,
    responses={200: {"content": {LINES: {"schema": ReportLine.model_json_schema()}}}, **problems(404, 422, 503)},
)
async def write_report(job_id: JobId, services: CurrentServices) -> StreamingResponse:
    """What became of every item: one JSON object per line. Browsers get a page at the same address."""
    await services.office.get_job(job_id)
    lines = _join(services.office.list_report(job_id))
    return StreamingResponse(lines, media_type=LINES, headers=dict(VARY))


async def _join(lines: AsyncGenerator[ReportLine]) -> AsyncIterator[str]:
    """The lines in pieces: a message for each would take longer than the line."""
    held: list[str] = []
    size = 0
    async with aclosing(lines):
        async for line in lines:
            held.append(line.model_dump_json() + "\n")
            size += len(held[-1])
            if size >= PIECE:
                yield "".join(held)
                held, size = [], 0
    yield "".join(held)
