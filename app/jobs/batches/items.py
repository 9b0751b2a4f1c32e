"""Owns working on the items of a batch job: each decided, parked, or found to wait for its batch."""

import logging
from collections.abc import Sequence

from app.domain.decision import Decision
from app.domain.errand import Errand
from app.domain.job import Item, Job
from app.errors import BadInput, Damaged, ModelUnavailable, ScopenoteError, StoreUnavailable, Unavailable
from app.jobs.batches.means import BatchMeans
from app.jobs.batches.room import Waits, run_in_room
from app.jobs.desk import Desk
from app.jobs.outcome import note_decision
from app.jobs.paying import build_errand
from app.jobs.working.failing import Failure, read_failure, tell_pause
from app.jobs.working.outages import LEAST_IN_A_ROW, Outages
from app.jobs.working.pace import Pace
from app.judges.running import run_together
from app.store.articles import load_article
from app.store.items import load_item, settle_item

_LOG = logging.getLogger(__name__)


class BatchItems:
    """Works on one job's items and remembers which lines those wait for that cannot go on."""

    def __init__(self, means: BatchMeans, desk: Desk, job: Job) -> None:
        self._means = means
        self._desk = desk
        self._job = job
        self._errand = Errand(urgency="job", job=job.id, most_usd=job.recipe.max_cost_usd)
        self._waiting: dict[int, frozenset[str]] = {}
        self._pace = Pace()
        self._faults = Outages(most=max(LEAST_IN_A_ROW, means.limits.at_once))

    @property
    def errand(self) -> Errand:
        """On whose behalf all of them are asked about."""
        return self._errand

    async def find_payer(self) -> None:
        """Look up who pays for them, before anything is asked.

        Raises:
            BudgetSpent: whoever was to pay does no more.
        """
        self._errand = await build_errand(self._means.database, self._job, self._means.clock.now())

    async def work(self, numbers: Sequence[int]) -> None:
        """Bring these items as far as they come, all at once.

        Raises:
            Unavailable: something is away or wrong that is not the item's fault.
        """
        await run_together(self._work_on(number) for number in numbers)

    def take_freed(self, settled: set[str]) -> list[int]:
        """The items that can go on, now that these lines wait no more; they are not waiting from here on."""
        for number, lines in self._waiting.items():
            if not lines.isdisjoint(settled):
                self._waiting[number] = lines - settled
        freed = [number for number, lines in self._waiting.items() if not lines]
        for number in freed:
            del self._waiting[number]
        return freed

    async def _work_on(self, number: int) -> None:
        item = await self._means.database.read(lambda c: load_item(c, self._job.id, number))
        if item.state != "waiting":
            return
        tries = 1
        worked, failure = await self._try(item)
        while worked is not None and failure is not None and failure.remedy == "again":
            if self._faults.count(self._job.id, number):
                raise Unavailable(tell_pause(failure, in_a_row=True))
            if tries >= self._job.recipe.max_tries:
                break
            await self._means.clock.sleep(self._pace.wait_s(tries))
            tries += 1
            # What one try used counts also where the next one is free, because its decision is kept.
            worked, failure = await self._try(item.model_copy(update={"usage": worked.usage}))
        if failure is None:
            self._faults.end(self._job.id)
        if worked is not None:
            parked = {"state": "parked", "reason": failure.reason} if failure else {}
            await self._settle(worked.model_copy(update={"tries": item.tries + tries, **parked}))

    async def _try(self, item: Item) -> tuple[Item | None, Failure | None]:
        """The item with what became of it, None where it waits for a batch; and what went wrong."""
        try:
            article = await self._means.database.read(lambda c: load_article(c, item.article, item.digest))
            outcome = await run_in_room(self._desk.decide(self._job.recipe, item.article, article, self._errand))
            if isinstance(outcome, Waits):
                self._waiting[item.number] = outcome.lines
                return None, None
            item = note_decision(item, outcome)
            if self._job.recipe.write is not None:
                await self._write_back(item, outcome)
        except (BadInput, Damaged, ModelUnavailable) as error:
            # No server is asked in here: that the model gave up is about this item's questions alone.
            return item, read_failure(error).model_copy(update={"remedy": "park"})
        except ScopenoteError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever one article brings about must not stop the others
            _LOG.exception("item %d of the job %s failed", item.number, self._job.id)
            return item, read_failure(error)
        return item, None

    async def _write_back(self, item: Item, decision: Decision) -> None:
        """Write a decision's tags; that the file cannot be used now is told as a fault of the item's."""
        try:
            await self._desk.write_back(self._job, item, decision)
        except StoreUnavailable:
            raise
        except Unavailable as error:
            raise BadInput(str(error)) from error

    async def _settle(self, item: Item) -> None:
        now = self._means.clock.now()
        await self._means.database.write(lambda c: settle_item(c, item, now))
