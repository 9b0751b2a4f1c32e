"""Owns following a job: where it stands now, told whenever that changes."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import datetime

from app.domain.job import Job, Tally
from app.domain.value import Value
from app.jobs.batches.telling import tell_job
from app.store.connection import Connection
from app.store.database import Database
from app.store.items import count_items
from app.store.jobs import load_job


class JobProgress(Value):
    """A job with the tally of its items, both of the same moment.

    `batches` tells in a line what is at a provider, "" where nothing is.
    """

    job: Job
    tally: Tally
    batches: str = ""


def load_progress(c: Connection, job_id: str, now: datetime) -> JobProgress:
    """Where a job stands.

    Raises:
        NotKept: there is no such job.
    """
    job = load_job(c, job_id)
    batches = tell_job(c, job_id, now) if job.recipe.batch_api else ""
    return JobProgress(job=job, tally=count_items(c, job_id), batches=batches)


async def follow(
    database: Database,
    job_id: str,
    *,
    pause_s: float,
    now: Callable[[], datetime],
    sleep: Callable[[float], Awaitable[None]],
) -> AsyncGenerator[JobProgress]:
    """Where a job stands, at once and after every change, until it runs no more.

    Raises:
        NotKept: there is no such job.
        StoreUnavailable: the store cannot be read.
    """
    last: JobProgress | None = None
    while last is None or last.job.state == "running":
        progress = await database.read(lambda c: load_progress(c, job_id, now()))
        if progress != last:
            yield progress
        if progress.job.state == "running":
            await sleep(pause_s)
        last = progress
