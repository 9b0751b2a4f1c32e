"""Owns composing the worker of this process."""

from datetime import UTC, datetime

from app.bootstrap.archive_desk import ArchiveDesk
from app.jobs.batches.run import BatchRunner
from app.jobs.working.worker import Worker
from app.store.database import Database


def build_worker(database: Database, desk: ArchiveDesk, *, jobs_url: str, executor_id: str, at_once: int) -> Worker:
    """A worker for this process, which has the only one; it gives signs of life under `executor_id`."""

    async def run_batch(job_id: str) -> None:
        await BatchRunner(desk.find_batches(), desk).run(job_id)

    return Worker(
        database,
        desk.witness.watch_desk(desk) if desk.witness else desk,
        jobs_url=jobs_url,
        executor_id=executor_id,
        at_once=at_once,
        now=lambda: datetime.now(UTC),
        run_batch=run_batch,
    )
