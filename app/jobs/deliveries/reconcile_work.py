"""Owns looking at the CMSs' own lists now and then, for each source in one process at a time."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from app.domain.source import Source
from app.errors import BadInput, ScopenoteError, StoreUnavailable
from app.jobs.deliveries.forgetting import forget_old
from app.jobs.deliveries.means import OpenSite
from app.jobs.deliveries.options import get_pause
from app.jobs.deliveries.pace import DeliveryPace
from app.jobs.deliveries.reconciling import Reconciled, reconcile
from app.store.connection import Connection
from app.store.database import Database
from app.store.sources import list_sources
from app.store.workers import drop_lease, take_lease

FORGET_EVERY = timedelta(days=1)
AT_ONCE = 4
"""Lists that are gone through at the same time."""

_LOG = logging.getLogger(__name__)


class ReconcileWork:
    """Reconciles every source that has a site, as often as its option `reconcile_minutes` says.

    The first look comes when a worker starts, since that is when most will have been missed.
    `woken` is set where deliveries were kept.
    """

    def __init__(
        self,
        database: Database,
        open_site: OpenSite,
        *,
        executor_id: str,
        woken: asyncio.Event,
        pace: DeliveryPace,
        now: Callable[[], datetime],
        new_id: Callable[[], str],
    ) -> None:
        self._database = database
        self._open_site = open_site
        self._executor_id = executor_id
        self._woken = woken
        self._pace = pace
        self._now = now
        self._new_id = new_id
        self._looked: dict[str, datetime] = {}
        self._failed: set[str] = set()
        self._forgot_at: datetime | None = None
        self._is_away = False
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._taking = asyncio.Lock()
        self._under_way: set[str] = set()
        self._rounds: set[asyncio.Task[None]] = set()
        self._looking: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to look."""
        self._looking = asyncio.create_task(self._look())

    async def close(self) -> None:
        """Look no more, and leave it to others."""
        begun = [*self._rounds, *([self._looking] if self._looking else [])]
        for task in begun:
            task.cancel()
        await asyncio.gather(*begun, return_exceptions=True)
        try:
            await self._database.write(self._drop_leases)
        except StoreUnavailable as error:
            _LOG.info("The lists of CMSs are left to others later, since the store is away: %s", error)

    async def reconcile_due(self) -> list[Reconciled]:
        """Look at the lists whose time has come, and that nobody looks at, here or in another process.

        A few are looked at at the same time, so that a CMS that takes its time does not hold up the others.

        Raises:
            StoreUnavailable: the store cannot be reached.
        """
        due = await self._take_due()
        results = await asyncio.gather(*map(self._reconcile_in_turn, due), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result
        return [result for result in results if isinstance(result, Reconciled)]

    async def forget_old(self) -> int:
        """Forget, once a day, what nobody will ask for any more; how many rows that were.

        Raises:
            StoreUnavailable: the store cannot be reached.
        """
        if self._forgot_at is not None and self._now() < self._forgot_at + FORGET_EVERY:
            return 0
        forgotten = await forget_old(self._database, self._pace, self._now())
        self._forgot_at = self._now()
        return forgotten

    async def _look(self) -> None:
        while True:
            # The next round does not wait for a list that is still gone through.
            begun = asyncio.create_task(self._go_round())
            self._rounds.add(begun)
            begun.add_done_callback(self._rounds.discard)
            await asyncio.sleep(self._pace.reconcile_poll_s)

    async def _go_round(self) -> None:
        try:
            await self.forget_old()
            await self.reconcile_due()
            self._is_away = False
        except StoreUnavailable as error:
            if not self._is_away:
                _LOG.warning("What CMSs list is not looked at: %s", error)
            self._is_away = True
        except Exception:  # noqa: BLE001 - missed events would stay missed
            _LOG.exception("Looking at what CMSs list failed, and goes on")

    async def _take_due(self) -> list[Source]:
        async with self._taking:  # else two rounds of ours would have the same lease, and both look
            sources = await self._database.read(list_sources)
            due = [source for source in sources if source.site is not None and await self._is_due(source)]
            self._under_way.update(source.name for source in due)
            return due

    async def _is_due(self, source: Source) -> bool:
        try:
            pause = get_pause(source)
        except BadInput as error:
            self._tell(source, error)
            return False
        last = self._looked.get(source.name)
        if pause is None or source.name in self._under_way or (last is not None and self._now() < last + pause):
            return False
        # Held until well after the next look, so that nobody else looks in between.
        ttl_s = (pause + timedelta(seconds=2 * self._pace.reconcile_poll_s)).total_seconds()
        return await self._database.write(lambda c: take_lease(c, _name(source.name), self._executor_id, ttl_s))

    async def _reconcile_in_turn(self, source: Source) -> Reconciled | None:
        self._looked[source.name] = self._now()
        try:
            async with self._turns:
                return await self._reconcile(source)
        finally:
            self._under_way.discard(source.name)

    async def _reconcile(self, source: Source) -> Reconciled | None:
        """Look at one list; None where it cannot be looked at now."""
        try:
            site = await self._open_site(source)
            if site is None:
                return None
            try:
                reconciled = await reconcile(self._database, site, source, now=self._now(), new_id=self._new_id)
            finally:
                await site.close()
        except StoreUnavailable:
            raise
        except ScopenoteError as error:
            self._tell(source, error)
            return None
        self._failed.discard(source.name)
        if reconciled.missed:
            _LOG.warning("%d versions of articles of %s came without a webhook", reconciled.missed, source.name)
            self._woken.set()
        return reconciled

    def _tell(self, source: Source, error: Exception) -> None:
        """Once until it goes well again."""
        if source.name not in self._failed:
            _LOG.warning("What %s lists is not looked at: %s", source.name, error)
        self._failed.add(source.name)

    def _drop_leases(self, c: Connection) -> None:
        for name in self._looked:
            drop_lease(c, _name(name), self._executor_id)


def _name(source: str) -> str:
    return f"reconcile:{source}"
