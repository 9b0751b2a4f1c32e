"""Owns following a job: where it stands now, told whenever that changes."""

from collections.abc import AsyncGenerator, Awaitable, Callable

from app.domain.job import Job, Tally
from app.domain.value import Value
from app.store.connection import Connection
from app.store.database import Database
from app.store.items import count_items
from app.store.jobs import load_job


class JobProgress(Value):
    """A job with the tally of its items, both of the same moment."""

    job: Job
    tally: Tally


def load_progress(c: Connection, job_id: str) -> JobProgress:
    """Where a job stands.

    Raises:
        NotKept: there is no such job.
    """
    return JobProgress(job=load_job(c, job_id), tally=count_items(c, job_id))


async def follow(
    database: Database, job_id: str, *, pause_s: float, sleep: Callable[[float], Awaitable[None]]
) -> AsyncGenerator[JobProgress]:
    """Where a job stands, at once and after every change, until it runs no more.

    Raises:
        NotKept: there is no such job.
        StoreUnavailable: the store cannot be read.
    """
    last: JobProgress | None = None
    while last is None or last.job.state == "running":
        now = await database.read(lambda c: load_progress(c, job_id))
        if now != last:
            yield now
        if now.job.state == "running":
            await sleep(pause_s)
        last = now
