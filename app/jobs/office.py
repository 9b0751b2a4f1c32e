"""Owns the office of jobs: what commands and routes ask about jobs, answered in one place."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Generic, TypeVar

from app.domain.errand import Payer
from app.domain.job import Item, ItemState, Job, Tally
from app.errors import BadInput
from app.jobs.attendance import has_worker
from app.jobs.following import JobProgress, follow
from app.jobs.planning.ordering import Compose, Order
from app.jobs.planning.plan_file import read_plan, write_plan
from app.jobs.planning.planned import Planned, make_job
from app.jobs.planning.planner import JobPlanner, PlanProgress, PlanWatch
from app.jobs.planning.reading_in import Bounds
from app.jobs.planning.unfinished import Unfinished, find_unfinished
from app.jobs.reporting.page import render_report
from app.jobs.reporting.report import ReportLine, list_lines
from app.store.connection import Connection
from app.store.database import Database
from app.store.items import count_items, list_items
from app.store.jobs import hold_making, list_ids, list_jobs, load_job

Undone = TypeVar("Undone")

PAUSE_S: Final = 0.5
"""Between two looks at a job that is followed."""
LEAST_OF_ID: Final = 4
"""Characters of an id that may stand for all of it."""
NAMED: Final = 5
"""Jobs that are named where an id may be that of several."""

Steer = Callable[[Database, str, datetime], Awaitable[Job]]
"""Moves a job, by its id, to another state."""


@dataclass(frozen=True)
class Steering(Generic[Undone]):
    """What moves jobs: see `app.jobs.control` and `app.jobs.files.undo`."""

    start: Callable[[Database, str], Awaitable[object]]
    pause: Steer
    resume: Callable[[Database, str, datetime, float | None, str | None], Awaitable[Job]]
    cancel: Steer
    retry: Callable[[Database, str, datetime, str | None], Awaitable[Job]]
    undo: Callable[[Database, str, datetime], Awaitable[Undone]]


def watch_nothing(_: PlanProgress) -> None:
    """For those who wait for the plan only."""


class JobOffice(Generic[Undone]):
    """Plans jobs, starts and steers them, and tells about them; needs no worker in its process."""

    def __init__(
        self,
        database: Database,
        compose: Compose,
        steering: Steering[Undone],
        *,
        bounds: Bounds,
        now: Callable[[], datetime],
        timer_s: Callable[[], float],
        new_id: Callable[[], str],
        place: str,
        ttl_s: float,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._database = database
        self._steering = steering
        self._planner = JobPlanner(database, compose, bounds, now, timer_s)
        self._now = now
        self._new_id = new_id
        self._place = place
        self._ttl_s = ttl_s
        self._sleep = sleep

    async def plan(self, order: Order, watch: PlanWatch = watch_nothing) -> Planned:
        """What an order comes to; spends nothing. Whoever gets the plan closes it.

        Raises:
            BadInput: a source, a definition or a category cannot be used, or there are no articles at all.
            Unavailable: the store cannot be reached, or the judge asked for is not set up.
        """
        return await self._planner.plan(order, watch)

    async def take_plan(
        self, path: Path, watch: PlanWatch = watch_nothing, *, max_cost_usd: float | None = None
    ) -> Planned:
        """The plan that `write_plan` put into a file, if articles and definitions are as they were.

        `max_cost_usd` takes the place of what the plan says may be spent; None leaves that as it is.

        Raises:
            BadInput: there is no plan in it, or something has changed since; the text names what.
            Unavailable: as `plan`.
        """
        file = await asyncio.to_thread(read_plan, path)
        return await self._planner.plan_again(file.cap(max_cost_usd), watch)

    async def write_plan(self, planned: Planned, path: Path) -> None:
        """Put a plan into a file.

        Raises:
            BadFile: it cannot be written.
        """
        await asyncio.to_thread(write_plan, planned, path)

    async def find_unfinished(self, order: Order | Path) -> Unfinished | None:
        """The job that is at work already on sources of an order, or of the plan in a file. Raises as `plan`."""
        asked = (await asyncio.to_thread(read_plan, order)).order if isinstance(order, Path) else order
        return await self._planner.find_unfinished(asked)

    async def start(self, planned: Planned, payer: Payer | None = None) -> Job:
        """Make the job and have the workers begin; one without anything to do is done at once.

        `payer` is whose budget of the day pays for it, None where that is nobody's in particular.

        Raises:
            BadInput: a job that is not finished works on some of the same sources.
            StoreUnavailable: the store cannot be written; there is no job then.
        """
        job_id, now = self._new_id(), self._now()

        def make(c: Connection) -> Job:
            hold_making(c)  # of two who start at the same time one has to see the other's job
            if planned.needs_work and (other := find_unfinished(c, planned.recipe)):
                raise other.refuse()
            return make_job(c, planned, job_id, now, payer=payer.reference if payer else None)

        job = await self._database.write(make)
        if job.state == "running":
            await self._steering.start(self._database, job_id)
        return job

    async def list_jobs(self, limit: int = 50, before: str | None = None) -> list[Job]:
        """Jobs, the newest first; `before`: only those older than the job of that id."""
        return await self._database.read(lambda c: list_jobs(c, limit, before))

    async def has_worker(self) -> bool:
        """Whether anybody works on the jobs that run."""
        return await self._database.read(lambda c: has_worker(c, self._place, self._ttl_s))

    async def find_id(self, named: str) -> str:
        """The id of the only job whose id begins like this; what was named where there is none.

        Raises:
            BadInput: there are several.
        """
        if len(named) < LEAST_OF_ID:
            return named
        ids = await self._database.read(lambda c: list_ids(c, named, NAMED))
        if named in ids or not ids:
            return named
        if len(ids) > 1:
            raise BadInput(f"{named!r} may be the job {' or '.join(ids)}. Give more of its id.")
        return ids[0]

    async def get_job(self, job_id: str) -> Job:
        """A job.

        Raises:
            NotKept: there is none of that id.
        """
        return await self._database.read(lambda c: load_job(c, job_id))

    async def tally(self, job_id: str) -> Tally:
        """How many of a job's items are in each state, and what they have used."""
        return await self._database.read(lambda c: count_items(c, job_id))

    async def list_items(
        self, job_id: str, *, state: ItemState | None = None, after: int = -1, limit: int = 500
    ) -> list[Item]:
        """A job's items by their numbers, from behind `after`."""
        return await self._database.read(lambda c: list_items(c, job_id, state=state, after=after, limit=limit))

    async def pause(self, job_id: str) -> Job:
        """Let what was begun come to its end, and begin nothing more.

        Raises:
            BadInput: there is no such job, or it is in no state for that; so with all that follow.
        """
        return await self._steering.pause(self._database, job_id, self._now())

    async def resume(self, job_id: str, max_cost_usd: float | None = None, payer: Payer | None = None) -> Job:
        """Let a paused job go on; `max_cost_usd` takes the place of its cap, None leaves that as it is.

        `payer` is who pays from now on, None where that is nobody in particular.
        """
        paying = payer.reference if payer else None
        return await self._steering.resume(self._database, job_id, self._now(), max_cost_usd, paying)

    async def cancel(self, job_id: str) -> Job:
        """End a job for good; what is decided stays."""
        return await self._steering.cancel(self._database, job_id, self._now())

    async def retry(self, job_id: str, payer: Payer | None = None) -> Job:
        """Try again what was parked; `payer` as in `resume`."""
        return await self._steering.retry(self._database, job_id, self._now(), payer.reference if payer else None)

    async def undo(self, job_id: str) -> Undone:
        """Restore the files that a job wrote and have the decisions before it stand; what could not be restored."""
        return await self._steering.undo(self._database, job_id, self._now())

    def list_report(self, job_id: str) -> AsyncGenerator[ReportLine]:
        """What became of every item of a job, one after the other."""
        return list_lines(self._database, job_id)

    def render_report(self, job_id: str) -> AsyncGenerator[str]:
        """The report as a page of HTML that needs nothing else, in pieces.

        Raises:
            NotKept: there is no such job; as the first piece is asked for.
        """
        return render_report(self._database, job_id, self._now())

    def follow(self, job_id: str) -> AsyncGenerator[JobProgress]:
        """Where a job stands, at once and after every change, until it runs no more."""
        return follow(self._database, job_id, pause_s=PAUSE_S, now=self._now, sleep=self._sleep)
