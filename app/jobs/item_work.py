"""Owns the work on one item of a job: decide, write back, and keep what became of it."""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from itertools import count
from typing import TypeVar

from app.domain.article import Article
from app.domain.decision import Decision
from app.domain.errand import Errand
from app.domain.job import Item, Job
from app.domain.value import Value
from app.domain.verdict import Usage
from app.errors import NotKept, StoreUnavailable
from app.jobs.control import pause_for
from app.jobs.desk import Desk
from app.jobs.failing import Failure, read_failure
from app.jobs.outages import Outages
from app.jobs.pace import Pace
from app.jobs.places import Places
from app.store.articles import load_article
from app.store.connection import Connection
from app.store.database import Database
from app.store.items import load_item, settle_item
from app.store.jobs import find_state, load_job
from app.store.workers import count_deaths

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
        self, database: Database, desk: Desk, *, at_once: int, pace: Pace, now: Callable[[], datetime], sleep: Sleep
    ) -> None:
        self._database = database
        self._desk = desk
        self._pace = pace
        self._now = now
        self._sleep = sleep
        self._places = Places(at_once)
        self._outages = Outages(most=max(5, 2 * at_once))

    async def work_on(self, workflow_id: str, job_id: str, number: int) -> None:
        """See an item through until it is settled, or its job does not run any more."""
        async with self._places.take():
            case = await self._find_case(workflow_id, job_id, number)
            if case is None or case.deaths < self._pace.alone_after:
                return await self._see_through(case)
        async with self._places.take(alone=True):
            return await self._see_through(await self._find_case(workflow_id, job_id, number))

    async def _see_through(self, case: _Case | None) -> None:
        tries = waits = 0
        while case is not None:
            outcome = await self._try(case)
            if isinstance(outcome, Item):
                self._outages.end(case.job.id)
                return await self._settle(outcome.model_copy(update={"tries": tries + 1}))
            tries, waits = (tries, waits + 1) if outcome.remedy == "wait" else (tries + 1, waits)
            if outcome.remedy == "pause":
                return await self._pause(case.job, outcome.reason)
            if outcome.remedy == "outage" and self._outages.count(case.job.id):
                return await self._pause(case.job, f"{outcome.reason} It is so for one article after another.")
            if outcome.remedy != "park":
                if tries < case.job.recipe.max_tries:
                    await self._sleep(self._pace.wait_s(tries + waits))
                if not await self._goes_on(case.job):
                    return self._outages.end(case.job.id)
            if outcome.remedy == "park" or tries >= case.job.recipe.max_tries:
                return await self._park(case.item, outcome, tries)
        return None

    async def _try(self, case: _Case) -> Item | Failure:
        """The item with what became of it, or why nothing did."""
        try:
            if isinstance(case.article, str):
                raise NotKept(case.article)  # noqa: TRY301 - told like all else that an item may lack
            decision = await self._decide(case.job, case.item, case.article)
        except Exception as error:  # noqa: BLE001 - whatever one article brings about must not stop the others
            failure = read_failure(error)
            where = "item %s of the job %s failed: %s"
            unforeseen = failure.remedy == "again"
            _LOG.log(
                logging.ERROR if unforeseen else logging.INFO,
                where,
                case.item.number,
                case.job.id,
                failure.reason,
                exc_info=error if unforeseen else None,
            )
            return failure
        stood_before = decision.cached and decision.id == case.item.before
        return case.item.model_copy(
            update={
                "state": "unchanged" if stood_before else "decided",
                "reason": "",
                "after": decision.id,
                "usage": Usage() if stood_before else decision.usage,
            }
        )

    async def _decide(self, job: Job, item: Item, article: Article) -> Decision:
        errand = Errand(urgency="job", job=job.id, most_usd=job.recipe.max_cost_usd)
        decision = await self._desk.decide(job.recipe, item.article, article, errand)
        if job.recipe.write is not None:
            await self._desk.write_back(job, item, decision)
        return decision

    async def _park(self, item: Item, failure: Failure, tries: int) -> None:
        await self._settle(item.model_copy(update={"state": "parked", "tries": tries, "reason": failure.reason}))

    async def _settle(self, item: Item) -> None:
        await self._insist(lambda: self._database.write(lambda c: settle_item(c, item, self._now())))

    async def _pause(self, job: Job, reason: str) -> None:
        self._outages.end(job.id)
        paused = await self._insist(lambda: self._database.write(lambda c: pause_for(c, job.id, reason, self._now())))
        if paused:
            _LOG.warning("The job %s is paused: %s", job.id, reason)

    async def _goes_on(self, job: Job) -> bool:
        return await self._insist(lambda: self._database.read(lambda c: find_state(c, job.id))) == "running"

    async def _find_case(self, workflow_id: str, job_id: str, number: int) -> _Case | None:
        return await self._insist(lambda: self._database.read(lambda c: _find_case(c, workflow_id, job_id, number)))

    async def _insist(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Ask the store until it answers: that it is away is no item's fault."""
        for tries in count(1):
            try:
                return await ask()
            except StoreUnavailable as error:
                _LOG.warning("An item waits for the store: %s", error)
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
    except NotKept as error:
        article = str(error)
    return _Case(job=job, item=item, article=article, deaths=count_deaths(c, workflow_id))
