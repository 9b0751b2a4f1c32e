"""Owns `GET /jobs/{id}/events`: where a job stands, told as it changes."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from functools import partial

from fastapi import APIRouter, Request
from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse, format_sse_event
from pydantic import BaseModel

from app.api.jobs import JobId
from app.domain.job import JobState, Tally
from app.domain.value import Value
from app.door.problems import Problem, describe_error, problems
from app.door.services import CurrentServices
from app.errors import ScopenoteError
from app.jobs.following import JobProgress

log = logging.getLogger(__name__)

BEAT_S = 1.0
"""Of silence, after which a comment keeps proxies from closing the connection.

It is short because at each beat the stream looks whether the service is to stop, which would wait for it.
"""

router = APIRouter(tags=["jobs"])


class JobNews(Value):
    """Where a job stands. `total` counts its items; `tally.spent` is every attempt in its name so far."""

    id: str
    state: JobState
    reason: str
    total: int
    tally: Tally


@router.get(
    "/jobs/{job_id}/events",
    response_model=None,
    responses={
        200: {"content": {EventSourceResponse.media_type: {"schema": JobNews.model_json_schema()}}},
        **problems(404, 422, 503),
    },
)
async def tell_events(request: Request, job_id: JobId, services: CurrentServices) -> EventSourceResponse:
    """Server-sent events: `progress` at once and after every change, and `done` when the job runs no more.

    Both have the same data. A job that is paused is done for this purpose: its state says so.
    Where the store is lost on the way, the last event is a `problem`. A stream that ends with
    neither was cut off, as when the service stops: open another one.
    """
    await services.office.get_job(job_id)
    following = services.office.follow(job_id)
    events = _tell_events(following, partial(describe_error, request), request.app.state.is_stopping)
    return EventSourceResponse(events, headers={"Cache-Control": "no-cache"})


async def _tell_events(
    following: AsyncGenerator[JobProgress],
    tell: Callable[[ScopenoteError | None], Problem],
    is_stopping: Callable[[], bool],
) -> AsyncIterator[bytes]:
    coming = _await_next(following)
    try:
        while not is_stopping():
            if not (await asyncio.wait((coming,), timeout=BEAT_S))[0]:
                yield KEEPALIVE_COMMENT
                continue
            news = _tell(coming.result())
            yield _format("progress", news)
            if news.state != "running":
                yield _format("done", news)
                return
            coming = _await_next(following)
    except ScopenoteError as error:
        yield _format("problem", tell(error))
    except Exception:
        log.exception("a job could not be followed")
        yield _format("problem", tell(None))
    finally:
        coming.cancel()
        await asyncio.wait((coming,))
        await following.aclose()


def _await_next(following: AsyncGenerator[JobProgress]) -> asyncio.Future[JobProgress]:
    """The next word about the job, on its way; there is one until the job runs no more."""
    return asyncio.ensure_future(anext(following))


def _tell(progress: JobProgress) -> JobNews:
    job, tally = progress.job, progress.tally
    return JobNews(id=job.id, state=job.state, reason=job.reason, total=tally.total, tally=tally)


def _format(event: str, value: BaseModel) -> bytes:
    return format_sse_event(event=event, data_str=value.model_dump_json())
