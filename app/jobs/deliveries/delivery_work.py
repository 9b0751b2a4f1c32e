"""Owns the worker of deliveries: it takes those that are due, a bounded number at a time, and lets none be lost."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from datetime import datetime

from app.domain.delivery import Delivery
from app.errors import BudgetSpent, NotKept, StoreUnavailable
from app.jobs.deliveries.means import Means
from app.jobs.deliveries.pace import DeliveryPace
from app.jobs.deliveries.putting_off import Later, put_off
from app.jobs.deliveries.seeing_through import Seen, SeeThrough, see_through
from app.jobs.deliveries.troubles import Troubles
from app.jobs.working.liveness import is_gone
from app.store.claiming import claim_deliveries, give_back
from app.store.connection import Connection
from app.store.deliveries import settle_delivery
from app.store.due_deliveries import have_source_wait
from app.store.workers import list_workers, read_clock

Sleep = Callable[[float], Awaitable[None]]
_LEFT_FREE = 4
"""One place in so many, and at least one where there are more, is left to other sources."""
_LOG = logging.getLogger(__name__)


class DeliveryWork:
    """Works on the deliveries of a store, together with the workers of other processes on it.

    `executor_id` has to give signs of life for as long as this runs, beginning before `start`;
    `place` is where it runs. `woken` is set by whoever keeps a delivery in this process, and
    `tell_woken` by this where a callback was queued.
    """

    def __init__(
        self,
        means: Means,
        *,
        executor_id: str,
        place: str,
        at_once: int,
        woken: asyncio.Event,
        tell_woken: asyncio.Event,
        pace: DeliveryPace,
        see: SeeThrough = see_through,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._means = means
        self._executor_id = executor_id
        self._place = place
        self._at_once = at_once
        self._share = max(1, at_once - max(1, at_once // _LEFT_FREE))
        self._woken = woken
        self._tell_woken = tell_woken
        self._pace = pace
        self._see = see
        self._sleep = sleep
        self._at_work: dict[asyncio.Task[None], Delivery] = {}
        self._looking: asyncio.Task[None] | None = None
        self._is_away = False
        self._is_told_spent = False
        self._troubles = Troubles(means.now)
        self._served: str | None = None

    async def start(self) -> None:
        """Begin to work, on what is left from earlier too."""
        self._looking = asyncio.create_task(self._look())

    async def close(self) -> None:
        """Begin no further article, and wait for those that were begun; what takes too long is given back."""
        self._means.stopping.set()
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
        if self._at_work:
            await asyncio.wait(self._at_work, timeout=self._pace.drain_s)
        left = list(self._at_work)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        with suppress(StoreUnavailable):  # whoever comes next finds them by this worker's end
            await self._means.database.write(lambda c: give_back(c, self._executor_id))

    async def _look(self) -> None:
        while True:
            self._woken.clear()
            is_more = False
            try:
                is_more = await self._take()
                self._is_away = False
            except StoreUnavailable as error:
                if not self._is_away:  # once an outage, and not at every look
                    _LOG.warning("Deliveries cannot be looked for: %s", error)
                self._is_away = True
            except Exception:  # noqa: BLE001 - a worker that no longer looks would seem to be well
                _LOG.exception("Looking for deliveries failed, and goes on")
            await self._rest(is_more=is_more)

    async def _take(self) -> bool:
        """Begin with what is due, as far as there is room; whether there may be more."""
        room = self._at_once - len(self._at_work)
        if room <= 0:
            return True
        holding = {delivery.id for delivery in self._at_work.values()}
        at_work = [delivery.source for delivery in self._at_work.values()]  # here, as the store has threads of its own
        claimed = await self._means.database.write(lambda c: self._claim(c, room, holding, at_work))
        for delivery in claimed:
            self._served = delivery.source
            task = asyncio.create_task(self._work_on(delivery))
            self._at_work[task] = delivery
            task.add_done_callback(self._at_work.pop)
        places = Counter(delivery.source for delivery in self._at_work.values())
        return len(claimed) == room or max(places.values(), default=0) >= self._share

    async def _rest(self, *, is_more: bool) -> None:
        """Until there is something new: a delivery, or room for one where more are waiting."""
        waiting = asyncio.create_task(self._woken.wait())
        reasons = {waiting, *(self._at_work if is_more else ())}
        try:
            await asyncio.wait(reasons, timeout=self._pace.poll_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()

    def _claim(self, c: Connection, room: int, holding: Collection[str], at_work: Collection[str]) -> list[Delivery]:
        oldest = read_clock(c) - self._pace.ttl_s
        alive = {
            worker.executor_id
            for worker in list_workers(c)
            if worker.beat > oldest and not is_gone(worker.about, self._place)
        }
        return claim_deliveries(
            c,
            self._executor_id,
            self._means.now(),
            limit=room,
            alive=alive,
            holding=holding,
            after=self._served,
            at_work=at_work,
            share=self._share,
        )

    async def _work_on(self, delivery: Delivery) -> None:
        try:
            seen = await self._see(self._means, delivery)
        except Exception as error:  # noqa: BLE001 - one delivery must not stop the others
            seen = Seen(delivery=delivery, error=error)
        if seen.told:
            self._tell_woken.set()
        if seen.error is None:
            self._is_told_spent = False
            if seen.delivery.state == "parked":
                self._troubles.tell_parked(seen.delivery)
            return
        await self._put_off(seen.delivery, seen.error)

    async def _put_off(self, delivery: Delivery, error: Exception) -> None:
        """Have it wait, or park it; insisted on, since it would be taken for being worked on."""
        now = self._means.now()
        later = put_off(delivery, error, self._pace, now)
        if later.is_spent and not self._is_told_spent:
            _LOG.warning("Deliveries wait until they can be paid for: %s", error)
        self._is_told_spent = self._is_told_spent or later.is_spent
        if later.is_fault:
            _LOG.error("The delivery %s failed", delivery.id, exc_info=error)
        self._troubles.tell_delivery(later, error)
        while True:
            try:
                await self._means.database.write(lambda c: _settle(c, later, error, now))
            except StoreUnavailable:
                await self._sleep(self._pace.first_wait_s)
            except NotKept:
                return
            else:
                return


def _settle(c: Connection, later: Later, error: Exception, now: datetime) -> None:
    """Keep that a delivery waits; where its source can pay for none now, the others of that source wait as well.

    They would be taken up before the newer ones of other sources, time and again.
    """
    settle_delivery(c, later.delivery)
    is_waiting = later.delivery.state == "waiting"
    if is_waiting and isinstance(error, BudgetSpent) and error.payer and not error.is_alone:
        have_source_wait(c, later.delivery.source, now, later.delivery.due_at, later.delivery.reason)
