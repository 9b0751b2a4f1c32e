"""Owns seeing a job through: its items come into the queue in portions, and it is done when none waits."""

import logging
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime
from functools import partial

from app.errors import BadInput, StoreUnavailable, Unavailable
from app.jobs.control import pause_for
from app.jobs.working.failing import read_failure, tell_pause
from app.jobs.working.item_work import Sleep
from app.jobs.working.pace import Pace
from app.jobs.working.queues import Queues
from app.jobs.working.threads import Threads
from app.store.connection import Connection
from app.store.database import Database
from app.store.items import find_waiting, list_waiting
from app.store.jobs import find_state, load_job, set_state
from app.store.workers import note_at_work

RunBatch = Callable[[str], Awaitable[object]]
"""Works on all items of a job that goes through a provider's batches, by the job's id.

Called for a cancelled job that has batches at the provider, it calls them off.
"""

PORTION = 4
"""Items that come into the queue together, per place of the worker. Small enough that jobs take turns."""

_LOG = logging.getLogger(__name__)


class JobWork:
    """Sees jobs through. May be begun again at any moment, after a crash too: all that it knows is in the store."""

    def __init__(
        self,
        database: Database,
        queues: Queues,
        threads: Threads,
        *,
        executor_id: str,
        run_batch: RunBatch | None,
        at_once: int,
        pace: Pace,
        now: Callable[[], datetime],
        sleep: Sleep,
    ) -> None:
        self._database = database
        self._queues = queues
        self._threads = threads
        self._executor_id = executor_id
        self._run_batch = run_batch
        self._portion = PORTION * at_once
        self._pace = pace
        self._now = now
        self._sleep = sleep
        self._is_closing = False

    def close(self) -> None:
        """Begin nothing more; who sees a job through leaves it to the next worker."""
        self._is_closing = True

    async def see_through(self, workflow_id: str, job_id: str) -> None:
        """Come back when the job is done, does not run any more, or this worker stops."""
        while not self._is_closing:
            try:
                job = await self._database.read(lambda c: load_job(c, job_id))
                if job.recipe.batch_api:
                    return await self._run(workflow_id, job_id)
                return await self._feed(job_id)
            except StoreUnavailable as error:
                _LOG.warning("The job %s waits for the store: %s", job_id, error)
                await self._sleep(self._pace.most_wait_s / 10)
        return None

    async def _feed(self, job_id: str) -> None:
        opened: set[int] = set()
        last, still_s = -1, 0.0
        while not self._is_closing:
            state, waiting = await self._database.read(partial(_look, job_id=job_id, numbers=opened))
            if state != "running":
                return
            moved, opened = waiting != opened, waiting
            if len(opened) <= self._portion:
                new = await self._database.read(partial(list_waiting, job=job_id, after=last, limit=self._portion))
                if not new and not opened and last < 0 and await self._conclude(job_id):
                    return
                await self._put(job_id, new)
                # Having come to the end, and with nothing left open, it looks again from the start.
                last = new[-1] if new else last if opened else -1
                moved, opened = moved or bool(new), opened | set(new)
            still_s = 0.0 if moved else still_s + self._pace.feed_s
            if still_s >= self._pace.stall_s:
                # Items may have left the queue unsettled, where the job was paused for a moment.
                await self._put(job_id, opened)
                still_s = 0.0
            await self._sleep(self._pace.feed_s)

    async def _put(self, job_id: str, numbers: Collection[int]) -> None:
        if numbers:
            await self._threads.run(lambda: self._queues.put_items(job_id, sorted(numbers)))

    async def _run(self, workflow_id: str, job_id: str) -> None:
        """The whole job through a provider's batches. Its items are worked on here: it is known if the worker dies."""
        note = partial(note_at_work, workflow_id=workflow_id, executor_id=self._executor_id)
        await self._database.write(note)
        try:
            if self._run_batch is None:
                raise BadInput("This worker has no provider with batches. Set one up, or leave --batch-api out.")  # noqa: TRY301
            await self._run_batch(job_id)
        except StoreUnavailable:
            raise
        except (Unavailable, BadInput) as error:
            await self._pause(job_id, tell_pause(read_failure(error)))
        except Exception as error:  # noqa: BLE001 - whatever one job brings about must not stop the others
            _LOG.exception("The batches of the job %s failed", job_id)
            await self._pause(job_id, f"Its batches failed in a way that nobody foresaw: {type(error).__name__}.")
        else:
            if not self._is_closing and not await self._conclude(job_id):
                await self._sleep(self._pace.stall_s)

    async def _pause(self, job_id: str, reason: str) -> None:
        if await self._database.write(lambda c: pause_for(c, job_id, reason, self._now())):
            _LOG.warning("The job %s is paused: %s", job_id, reason)
        elif not self._is_closing:
            # It is over, but its batches could not be called off: the next look comes soon enough.
            await self._sleep(self._pace.most_wait_s)

    async def _conclude(self, job_id: str) -> bool:
        return await self._database.write(lambda c: _conclude(c, job_id, self._now()))


def _look(c: Connection, *, job_id: str, numbers: Collection[int]) -> tuple[str | None, set[int]]:
    return find_state(c, job_id), find_waiting(c, job_id, numbers) if numbers else set()


def _conclude(c: Connection, job_id: str, now: datetime) -> bool:
    """Whether nothing more is to be done; the job is done where it ran until now."""
    if not set_state(c, job_id, "done", "", now, only_from={"running"}):
        return True
    # Only now that the job's row is ours can nobody let parked items wait again in between.
    if not list_waiting(c, job_id, limit=1):
        return True
    set_state(c, job_id, "running", "", now, only_from={"done"})
    return False
