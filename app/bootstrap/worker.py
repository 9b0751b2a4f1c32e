"""Owns composing the worker of this process."""

import uuid
from datetime import UTC, datetime
from pathlib import PurePath

from app.bootstrap.archive_desk import ArchiveDesk
from app.jobs.batch_run import BatchRunner
from app.jobs.worker import Worker
from app.store.database import Database


def build_worker(database: Database, desk: ArchiveDesk, *, jobs_url: str, at_once: int) -> Worker:
    """A worker for this process; it has the only one."""

    async def run_batch(job_id: str) -> None:
        await BatchRunner(desk.find_batches(), desk).run(job_id)

    return Worker(
        database,
        desk,
        jobs_url=jobs_url,
        executor_id=uuid.uuid4().hex,
        at_once=at_once,
        now=lambda: datetime.now(UTC),
        run_batch=run_batch,
    )


def find_jobs_url(database_url: str) -> str:
    """Where the queues of jobs are: beside an SQLite store in a file of their own, else in the same database."""
    scheme, separator, path = database_url.partition(":///")
    if not scheme.startswith("sqlite") or not separator:
        return database_url
    store = PurePath(path)
    return f"{scheme}{separator}{store.with_name(f'{store.stem}-jobs.db').as_posix()}"
