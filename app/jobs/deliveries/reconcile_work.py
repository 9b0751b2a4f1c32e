"""Owns looking at the CMSs' own lists now and then, for each source in one process at a time."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from app.domain.source import Source
from app.errors import BadInput, ScopenoteError, StoreUnavailable
from app.jobs.deliveries.means import OpenSite
from app.jobs.deliveries.options import get_pause
from app.jobs.deliveries.pace import DeliveryPace
from app.jobs.deliveries.reconciling import Reconciled, reconcile
from app.store.callbacks import forget_callbacks
from app.store.connection import Connection
from app.store.database import Database
from app.store.deliveries import forget_deliveries
from app.store.sources import list_sources
from app.store.workers import drop_lease, take_lease

FORGET_EVERY = timedelta(days=1)

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
        self._looking: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to look."""
        self._looking = asyncio.create_task(self._look())

    async def close(self) -> None:
        """Look no more, and leave it to others."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
        try:
            await self._database.write(self._drop_leases)
        except StoreUnavailable as error:
            _LOG.info("The lists of CMSs are left to others later, since the store is away: %s", error)

    async def reconcile_due(self) -> list[Reconciled]:
        """Look at the lists whose time has come, and that no other process looks after.

        Raises:
            StoreUnavailable: the store cannot be reached.
        """
        done = []
        for source in await self._database.read(list_sources):
            if source.site is not None and await self._is_due(source):
                reconciled = await self._reconcile(source)
                done += [reconciled] if reconciled else []
        return done

    async def forget_old(self) -> int:
        """Forget, once a day, what is done with and older than `kept_s`; how many deliveries and callbacks that were.

        Raises:
            StoreUnavailable: the store cannot be reached.
        """
        if self._forgot_at is not None and self._now() < self._forgot_at + FORGET_EVERY:
            return 0
        before = self._now() - timedelta(seconds=self._pace.kept_s)
        forgotten = await self._database.write(lambda c: forget_deliveries(c, before) + forget_callbacks(c, before))
        self._forgot_at = self._now()
        return forgotten

    async def _look(self) -> None:
        is_away = False
        while True:
            try:
                await self.reconcile_due()
                await self.forget_old()
                is_away = False
            except StoreUnavailable as error:
                if not is_away:
                    _LOG.warning("What CMSs list is not looked at: %s", error)
                is_away = True
            except Exception:  # noqa: BLE001 - missed events would stay missed
                _LOG.exception("Looking at what CMSs list failed, and goes on")
            await asyncio.sleep(self._pace.reconcile_poll_s)

    async def _is_due(self, source: Source) -> bool:
        try:
            pause = get_pause(source)
        except BadInput as error:
            self._tell(source, error)
            return False
        last = self._looked.get(source.name)
        if pause is None or (last is not None and self._now() < last + pause):
            return False
        # Held until well after the next look, so that nobody else looks in between.
        ttl_s = (pause + timedelta(seconds=2 * self._pace.reconcile_poll_s)).total_seconds()
        return await self._database.write(lambda c: take_lease(c, _name(source.name), self._executor_id, ttl_s))

    async def _reconcile(self, source: Source) -> Reconciled | None:
        """Look at one list; None where it cannot be looked at now."""
        self._looked[source.name] = self._now()
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
