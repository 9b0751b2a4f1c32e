"""Owns the work on one item of a job: decide, write back, and keep what became of it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from itertools import count
from typing import TypeVar

from app.domain.article import Article
from app.domain.job import Item, Job
from app.domain.value import Value
from app.errors import Damaged, NotKept, StoreUnavailable
from app.jobs.control import pause_for
from app.jobs.desk import Desk
from app.jobs.outcome import note_decision
from app.jobs.paying import build_errand
from app.jobs.working.failing import Failure, read_failure, tell_pause
from app.jobs.working.outages import LEAST_IN_A_ROW, Outages
from app.jobs.working.pace import Pace
from app.jobs.working.places import Places
from app.store.articles import load_article
from app.store.connection import Connection
from app.store.database import Database
from app.store.items import load_item, settle_item
from app.store.jobs import find_state, load_job
from app.store.workers import count_deaths, note_at_work

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[None]]

_LOG = logging.getLogger(__name__)


class _Case(Value):
    """An item that waits, with what is needed to decide it. `article` says what is missing where it is a text."""

    job: Job
    item: Item
    article: Article | str
    deaths: int


class ItemWork:
    """Works on items, a bounded number at the same time. An item that was worked on before is left alone."""

    def __init__(
        self,
        database: Database,
        desk: Desk,
        *,
        executor_id: str,
        at_once: int,
        pace: Pace,
        now: Callable[[], datetime],
        sleep: Sleep,
    ) -> None:
        self._database = database
        self._desk = desk
        self._executor_id = executor_id
        self._pace = pace
        self._now = now
        self._sleep = sleep
        self._places = Places(at_once)
        # No more than these can have to run alone after the next death.
        self._suspects = asyncio.Semaphore(max(2, at_once // 4))
        self._outages = Outages(most=max(LEAST_IN_A_ROW, 2 * at_once))
        self._faults = Outages(most=max(LEAST_IN_A_ROW, at_once))
        self._is_closing = False

    def close(self) -> None:
        """Begin with no other item, and try none again; the next worker finds them waiting."""
        self._is_closing = True

    async def work_on(self, workflow_id: str, job_id: str, number: int) -> None:
        """See an item through until it is settled, or its job does not run any more."""
        async with self._places.take():
            case = await self._find_case(workflow_id, job_id, number)
            if case is None or case.deaths == 0:
                return await self._see_through(case)
        if case.deaths < self._pace.alone_after:
            async with self._suspects, self._places.take():
                return await self._watch(workflow_id, job_id, number)
        if case.deaths > self._pace.alone_after:
            await self._sleep(self._pace.alone_wait_s)
        async with self._places.take(alone=True):
            return await self._watch(workflow_id, job_id, number)

    async def _watch(self, workflow_id: str, job_id: str, number: int) -> None:
        """Work on an item that a worker died with, so that it is known if this one does too."""
        note = partial(note_at_work, workflow_id=workflow_id, executor_id=self._executor_id)
        await self._insist(lambda: self._database.write(note))
        await self._see_through(await self._find_case(workflow_id, job_id, number))

    async def _see_through(self, case: _Case | None) -> None:
        tries = waits = 0
        while case is not None:
            item, failure = await self._try(case)
            # What one try used counts also where the next one is free, because its decision is kept.
            case = case.model_copy(update={"item": case.item.model_copy(update={"usage": item.usage})})
            if failure is None:
                self._end_row(case.job)
                return await self._settle(item.model_copy(update={"tries": tries + 1}))
            tries, waits = (tries, waits + 1) if failure.remedy == "wait" else (tries + 1, waits)
            why = self._find_why_to_pause(case, failure, tries)
            if why is not None:
                return await self._pause(case.job, why)
            if failure.remedy != "park":
                if tries < case.job.recipe.max_tries:
                    await self._sleep(self._pace.wait_s(tries + waits))
                if not await self._goes_on(case.job):
                    return self._end_row(case.job)
            if failure.remedy == "park" or tries >= case.job.recipe.max_tries:
                parked = {"state": "parked", "tries": tries, "reason": failure.reason}
                return await self._settle(item.model_copy(update=parked))
        return None

    async def _try(self, case: _Case) -> tuple[Item, Failure | None]:
        """The item with what became of it, and what went wrong: maybe only after it was decided and paid for."""
        item = case.item
        try:
            if isinstance(case.article, str):
                raise NotKept(case.article)  # noqa: TRY301 - told like all else that an item may lack
            errand = await build_errand(self._database, case.job, self._now())
            decision = await self._desk.decide(case.job.recipe, item.article, case.article, errand)
            item = note_decision(item, decision)
            if case.job.recipe.write is not None:
                await self._desk.write_back(case.job, case.item, decision)
        except Exception as error:  # noqa: BLE001 - whatever one article brings about must not stop the others
            failure = read_failure(error)
            if failure.remedy == "again":
                _LOG.error("Item %d of the job %s failed", item.number, case.job.id, exc_info=error)
            return item, failure
        return item, None

    async def _settle(self, item: Item) -> None:
        await self._insist(lambda: self._database.write(lambda c: settle_item(c, item, self._now())))

    def _find_why_to_pause(self, case: _Case, failure: Failure, tries: int) -> str | None:
        """Why the job cannot go on; None where it can."""
        job, number = case.job.id, case.item.number
        if failure.remedy == "pause":
            return tell_pause(failure)
        is_too_much = (failure.remedy == "outage" and self._outages.count(job, (number, tries))) or (
            # Articles count here, not tries: one that fails each time is only parked.
            failure.remedy == "again" and self._faults.count(job, number)
        )
        return tell_pause(failure, in_a_row=True) if is_too_much else None

    def _end_row(self, job: Job) -> None:
        self._outages.end(job.id)
        self._faults.end(job.id)

    async def _pause(self, job: Job, reason: str) -> None:
        self._end_row(job)
        paused = await self._insist(lambda: self._database.write(lambda c: pause_for(c, job.id, reason, self._now())))
        if paused:
            _LOG.warning("The job %s is paused: %s", job.id, reason)

    async def _goes_on(self, job: Job) -> bool:
        if self._is_closing:
            return False
        return await self._insist(lambda: self._database.read(lambda c: find_state(c, job.id))) == "running"

    async def _find_case(self, workflow_id: str, job_id: str, number: int) -> _Case | None:
        if self._is_closing:
            return None
        return await self._insist(lambda: self._database.read(lambda c: _find_case(c, workflow_id, job_id, number)))

    async def _insist(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Ask the store until it answers: that it is away is no item's fault."""
        for tries in count(1):
            try:
                return await ask()
            except StoreUnavailable as error:
                # The keeper has said so once; a line per item would not help.
                _LOG.info("An item waits for the store: %s", error)
                await self._sleep(self._pace.wait_s(tries))
        raise AssertionError


def _find_case(c: Connection, workflow_id: str, job_id: str, number: int) -> _Case | None:
    """None where there is nothing to be done: the job does not run, or the item is settled."""
    job, item = load_job(c, job_id), load_item(c, job_id, number)
    if job.state != "running" or item.state != "waiting":
        return None
    article: Article | str
    try:
        article = load_article(c, item.article, item.digest)
    except (NotKept, Damaged) as error:
        article = str(error)
    return _Case(job=job, item=item, article=article, deaths=count_deaths(c, workflow_id))
