"""Owns starting, pausing, resuming, cancelling and retrying a job, from any process.

All that happens here is in the store: workers follow what it says about the job.
"""

from collections.abc import Collection
from datetime import datetime

from app.domain.job import Job, JobState
from app.errors import BadInput
from app.store.connection import Connection
from app.store.database import Database
from app.store.items import list_items, reopen_parked
from app.store.jobs import load_job, set_cap, set_payer, set_state
from app.store.verdicts import forget_unreadable

PAGE = 500

_SAYS_WHY = {
    "running": "is running",
    "paused": "is paused: resume it first",
    "cancelled": "was cancelled, and cannot go on: start a new one",
    "done": "is done",
    "undone": "was undone, and cannot go on: start a new one",
}


async def start_job(database: Database, job_id: str) -> Job:
    """Let a job run that is kept with all of its items; one that runs already goes on.

    Raises:
        NotKept: there is no such job.
        BadInput: it has ended.
        StoreUnavailable: the store cannot be written.
    """
    return await _move(database, job_id, "running", only_from={"paused"}, verb="started")


async def pause_job(database: Database, job_id: str, now: datetime) -> Job:
    """Let a job rest: what was begun comes to its end, nothing more is begun. Raises as `start_job`."""
    return await _move(database, job_id, "paused", now, only_from={"running"}, verb="paused")


async def resume_job(
    database: Database, job_id: str, now: datetime, max_cost_usd: float | None = None, payer: str | None = None
) -> Job:
    """Let a paused job go on, with another cap where one is given; from now on this payer pays. Raises as `start_job`.

    None: nobody in particular pays, as with whoever steers jobs without a key.
    """

    def resume(c: Connection) -> Job:
        _change(c, job_id, "running", now, only_from={"paused"}, verb="resumed")
        if max_cost_usd is not None:
            set_cap(c, job_id, max_cost_usd)
        set_payer(c, job_id, payer)
        return load_job(c, job_id)

    return await database.write(resume)


async def cancel_job(database: Database, job_id: str, now: datetime) -> Job:
    """End a job here: no item is settled from now on, what was settled stays. Raises as `start_job`."""
    return await _move(database, job_id, "cancelled", now, only_from={"running", "paused"}, verb="cancelled")


async def retry_job(database: Database, job_id: str, now: datetime, payer: str | None = None) -> Job:
    """Try a job's parked items again, and ask again where a reply could not be read. `payer` as in `resume_job`.

    Raises:
        NotKept: there is no such job.
        BadInput: it was cancelled or undone, or has no parked items.
        StoreUnavailable: the store cannot be written.
    """

    def reopen(c: Connection) -> Job:
        _change(c, job_id, "running", now, only_from={"running", "paused", "done"}, verb="retried")
        _forget_unreadable(c, job_id)
        if not reopen_parked(c, job_id):
            raise BadInput(f"The job {job_id!r} has no parked items: there is nothing to try again.")
        set_payer(c, job_id, payer)
        return load_job(c, job_id)

    return await database.write(reopen)


def pause_for(c: Connection, job_id: str, reason: str, now: datetime) -> bool:
    """Pause a job that is running, because it cannot go on by itself; False where it is not running."""
    return set_state(c, job_id, "paused", reason, now, only_from={"running"})


async def _move(
    database: Database,
    job_id: str,
    state: JobState,
    now: datetime | None = None,
    *,
    only_from: Collection[JobState],
    verb: str,
) -> Job:
    def move(c: Connection) -> Job:
        _change(c, job_id, state, now, only_from=only_from, verb=verb)
        return load_job(c, job_id)

    return await database.write(move)


def _change(
    c: Connection, job_id: str, state: JobState, now: datetime | None, *, only_from: Collection[JobState], verb: str
) -> None:
    """Move the job, or leave it where it is in that state already. First of all, so that its row is ours."""
    moment = now or load_job(c, job_id).created_at
    if set_state(c, job_id, state, "", moment, only_from=only_from):
        return
    found = load_job(c, job_id)
    if found.state != state:
        raise BadInput(f"The job {job_id!r} cannot be {verb}: it {_SAYS_WHY[found.state]}.")


def _forget_unreadable(c: Connection, job_id: str) -> None:
    after = -1
    while parked := list_items(c, job_id, state="parked", after=after, limit=PAGE):
        forget_unreadable(c, [item.digest for item in parked])
        after = parked[-1].number
