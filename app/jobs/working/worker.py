"""Owns the worker: the part of a process that works on jobs, from start to stop."""

import asyncio
import logging
import math
import os
from collections.abc import Callable
from datetime import datetime
from functools import partial

from dbos import DBOS

from app.errors import StoreUnavailable
from app.jobs.desk import Desk
from app.jobs.working.item_work import ItemWork, Sleep
from app.jobs.working.job_work import JobWork, RunBatch
from app.jobs.working.keeper import Keeper
from app.jobs.working.launching import launch, prepare
from app.jobs.working.liveness import tell_place
from app.jobs.working.pace import Pace
from app.jobs.working.queues import Queues
from app.jobs.working.threads import Threads
from app.jobs.working.workflows import Hands, lend, take_back
from app.store.batches import list_unfinished
from app.store.connection import Connection
from app.store.database import Database
from app.store.jobs import find_state, list_running

_LOG = logging.getLogger(__name__)


class Worker:
    """Works on all jobs of a store, together with the workers of other processes on it.

    There is one per process at a time, since DBOS is a singleton of the process; after `stop`
    another may be started. `jobs_url` is the database of the queues: a file of its own beside an
    SQLite store, the same database on PostgreSQL (they keep to the schema "dbos" there).
    `executor_id` is this start's alone, never used before. `at_once` bounds the items that are
    worked on at the same time. `run_batch` does jobs that go through a provider's batches.
    """

    def __init__(
        self,
        database: Database,
        desk: Desk,
        *,
        jobs_url: str,
        executor_id: str,
        at_once: int,
        now: Callable[[], datetime],
        sleep: Sleep = asyncio.sleep,
        pace: Pace | None = None,
        run_batch: RunBatch | None = None,
    ) -> None:
        self._database = database
        self._jobs_url = jobs_url
        self._executor_id = executor_id
        self._at_once = at_once
        self._pace = pace or Pace()
        self._sleep = sleep
        self._queues = Queues(jobs_url)
        self._threads = Threads()
        self._items = ItemWork(
            database, desk, executor_id=executor_id, at_once=at_once, pace=self._pace, now=now, sleep=sleep
        )
        self._jobs = JobWork(
            database,
            self._queues,
            self._threads,
            executor_id=executor_id,
            run_batch=run_batch,
            at_once=at_once,
            pace=self._pace,
            now=now,
            sleep=sleep,
        )
        self._keeper = Keeper(
            database, self._queues, executor_id=executor_id, place=tell_place(os.getpid()), pace=self._pace
        )
        self._hands: Hands | None = None
        self._looking: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to work, on what is left from earlier too.

        Raises:
            StoreUnavailable: the store or the queues cannot be used.
        """
        hands = Hands(asyncio.get_running_loop(), self._jobs.see_through, self._items.work_on)
        lend(hands)
        self._hands = hands
        try:
            await self._threads.run(self._launch)
        except BaseException:
            await self.stop(0)
            raise
        self._looking = asyncio.create_task(self._look())

    async def stop(self, timeout_s: float) -> None:
        """Begin nothing more, and wait so long for what was begun; the rest is left to the next worker."""
        self._jobs.close()
        self._items.close()
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
        if self._hands is not None:
            # DBOS looks once a second whether all is done, so it is not asked to wait for nothing.
            wait_s = math.ceil(timeout_s) if self._hands.is_busy else 0
            await self._threads.run(lambda: DBOS.destroy(workflow_completion_timeout_sec=wait_s))
            await self._hands.drop()
            take_back(self._hands)
            self._hands = None
            await self._threads.run(self._keeper.stop)
        self._queues.close()
        self._threads.close()

    def _launch(self) -> None:
        # Before anything is set up, so that a store which cannot be written is told as that.
        self._keeper.greet()
        prepare(self._jobs_url)
        self._queues.register(self._pace, self._at_once)
        # Signs of life come first: what a worker without them takes, another takes over.
        self._keeper.start()
        launch(self._jobs_url, self._executor_id, self._pace.look_s)

    async def _look(self) -> None:
        """Queue what is to be seen through; whoever moved it there may have been a process without a worker."""
        is_busy: bool | None = None
        is_away = False
        while True:
            try:
                running, cancelled = await self._database.read(_list_jobs)
                if is_busy != bool(running):
                    poll_s = self._pace.poll_s if running else self._pace.idle_poll_s
                    await self._threads.run(partial(self._queues.poll_items_every, poll_s))
                    is_busy = bool(running)
                for job in (*running, *cancelled):
                    await self._threads.run(partial(self._queues.put_job, job))
                is_away = False
            except StoreUnavailable as error:
                if not is_away:  # once an outage, and not at every look
                    _LOG.warning("Jobs cannot be looked for: %s", error)
                is_away = True
            except Exception:  # noqa: BLE001 - a worker that no longer looks would seem to be well
                _LOG.exception("Looking for jobs failed, and goes on")
            await self._sleep(self._pace.look_s)


def _list_jobs(c: Connection) -> tuple[list[str], list[str]]:
    """The jobs that run, and those that were cancelled while they had batches at a provider."""
    return list_running(c), [job for job in list_unfinished(c) if find_state(c, job) == "cancelled"]
