"""Owns the pages of jobs: all of them, one with its progress and its buttons, and its report."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

from app.domain.job import Job
from app.door.callers import get_caller
from app.errors import BadInput, NotKept, ScopenoteError
from app.jobs.files.undo import UndoReport
from app.jobs.office import JobOffice
from app.jobs.reporting.page import CONTENT_SECURITY_POLICY, tell_usd
from app.web.category_pages import PageRoute
from app.web.job_view import JobView, Verb, tell_selection, tell_write
from app.web.links import get_job_url
from app.web.refusing import find_status, refuse
from app.web.rendering import HEADERS, render

ROWS: Final = 25
NAMED: Final = 50
"""Parked items that are shown with their reasons; the report has all."""
REPORT_HEADERS: Final = HEADERS | {"Content-Security-Policy": f"{CONTENT_SECURITY_POLICY}; frame-ancestors 'none'"}

JobId = Annotated[str, Path(pattern=r"^[\w-]{1,200}$")]
Office = JobOffice[UndoReport]

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/jobs")
async def show_jobs(
    request: Request, before: Annotated[str | None, Query(pattern=r"^[\w-]{1,200}$")] = None
) -> HTMLResponse:
    """The jobs, the newest first."""
    office = _find_office(request)
    try:
        jobs = await office.list_jobs(ROWS + 1, before)
        has_worker = await office.has_worker()
        views = [JobView(job=job, tally=await office.tally(job.id), has_worker=has_worker) for job in jobs[:ROWS]]
    except ScopenoteError as error:
        return refuse(request, error)
    return render("jobs.html", views=views, before=before, next=views[-1].job.id if len(jobs) > ROWS else None)


@router.get("/jobs/{job_id}")
async def show_job(request: Request, job_id: JobId) -> HTMLResponse:
    """One job: what was planned, how far it has come, what is parked, and what can be done about it."""
    return await _show(request, job_id)


@router.get("/jobs/{job_id}/report")
async def show_report(request: Request, job_id: JobId) -> Response:
    """What became of the job's items, as a page that needs nothing else and can be saved."""
    office = _find_office(request)
    try:
        await office.get_job(job_id)
    except ScopenoteError as error:
        return refuse(request, error)
    pieces: AsyncIterator[str] = office.render_report(job_id)
    return StreamingResponse(pieces, media_type="text/html", headers=REPORT_HEADERS)


@router.get("/jobs/{job_id}/pause")
@router.get("/jobs/{job_id}/resume")
@router.get("/jobs/{job_id}/cancel")
@router.get("/jobs/{job_id}/retry")
@router.get("/jobs/{job_id}/undo")
async def go_back_to_job(job_id: JobId) -> RedirectResponse:
    """A button is pressed once; whoever asks for its address again sees the job."""
    return RedirectResponse(get_job_url(job_id))


@router.post("/jobs/{job_id}/{verb}")
async def steer(request: Request, job_id: JobId, verb: Verb) -> Response:
    """Do what a button says, and lead on to the job, so that a page loaded again does nothing twice."""
    try:
        await _find_ways(_find_office(request))[verb](job_id)
    except NotKept as error:
        return refuse(request, error)
    except BadInput as error:
        return await _show(request, job_id, HTTPStatus.CONFLICT, str(error))
    except ScopenoteError as error:
        return await _show(request, job_id, find_status(error), str(error))
    return RedirectResponse(get_job_url(job_id), HTTPStatus.SEE_OTHER)


async def _show(
    request: Request, job_id: str, status: HTTPStatus = HTTPStatus.OK, problem: str | None = None
) -> HTMLResponse:
    office = _find_office(request)
    try:
        job, tally = await office.get_job(job_id), await office.tally(job_id)
        parked = await office.list_items(job_id, state="parked", limit=NAMED) if tally.parked else []
        has_worker = await office.has_worker()
    except ScopenoteError as error:
        return refuse(request, error)
    return render(
        "job.html",
        status,
        view=JobView(job=job, tally=tally, has_worker=has_worker, parked=tuple(parked)),
        problem=problem,
        selection=tell_selection(job.recipe.selection),
        write=tell_write(job.recipe),
        tell_usd=tell_usd,
    )


def _find_office(request: Request) -> Office:
    office: Office = request.app.state.services.office
    return office


def _find_ways(office: Office) -> Mapping[Verb, Callable[[str], Awaitable[Job | UndoReport]]]:
    payer = get_caller().payer
    return {
        "pause": office.pause,
        "resume": lambda job_id: office.resume(job_id, payer=payer),
        "cancel": office.cancel,
        "retry": lambda job_id: office.retry(job_id, payer),
        "undo": office.undo,
    }
