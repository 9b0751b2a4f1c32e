"""Owns composing what works on deliveries in this process: their worker, the callbacks, the looks at CMSs' lists."""

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from app.bootstrap.classifying import insist
from app.classifier.way import Classifier
from app.domain.article import Article
from app.domain.decision import Decision
from app.domain.errand import Errand, bill_source
from app.domain.source import Source
from app.errors import BudgetSpent
from app.fetching.connecting import Connections
from app.jobs.deliveries.callback_work import CallbackWork
from app.jobs.deliveries.delivery_work import DeliveryWork
from app.jobs.deliveries.means import Means, OpenSite
from app.jobs.deliveries.pace import DeliveryPace
from app.jobs.deliveries.reconcile_work import ReconcileWork
from app.jobs.deliveries.seeing_through import SeeThrough, see_through
from app.jobs.files.merging import Former
from app.jobs.working.liveness import tell_place
from app.llm.tab import Tab
from app.store.database import Database


@dataclass(frozen=True)
class PatientDecider:
    """See `app.jobs.deliveries.means.Decider`. `find_classifier` gives the one that decides now."""

    find_classifier: Callable[[], Classifier]

    @property
    def former(self) -> Former:
        """See `Decider.former`."""
        return {category.id: category.aliases for category in self.find_classifier().taxonomy.categories}

    async def decide(self, article: Article, source: Source) -> Decision:
        """See `Decider.decide`. Editors who wait go first; no job's cap holds, as a source sends for ever."""
        errand, tab = Errand(urgency="job", payer=bill_source(source)), Tab()
        try:
            return await insist(self.find_classifier()).classify(article, errand=errand, tab=tab, is_news=False)
        except BudgetSpent as error:
            error.was_paid = tab.usage.calls > 0
            raise


@dataclass(frozen=True)
class DeliveryOrder:
    """What deliveries are worked on with in this process.

    `address` stands before the paths of decisions in callbacks. `executor_id` is the worker's that
    gives signs of life in this process. `woken` is set whenever a delivery was kept.
    """

    database: Database
    find_classifier: Callable[[], Classifier]
    open_site: OpenSite
    executor_id: str
    at_once: int
    max_words: int
    address: str
    woken: asyncio.Event
    see: SeeThrough = see_through
    pace: DeliveryPace = field(default_factory=DeliveryPace)


@asynccontextmanager
async def working_on_deliveries(order: DeliveryOrder) -> AsyncIterator[None]:
    """While deliveries are worked on, callbacks sent and lists looked at; what was begun is finished at the end."""
    async with AsyncExitStack() as stack:
        connections = Connections()
        stack.push_async_callback(connections.close)
        tell_woken = asyncio.Event()
        callbacks = CallbackWork(
            order.database,
            transport=connections.transport,
            resolve=connections.resolve,
            woken=tell_woken,
            pace=order.pace,
            now=_now,
        )
        for work in (callbacks, _build_worker(order, tell_woken), _build_reconciling(order)):
            await work.start()
            stack.push_async_callback(work.close)
        yield


def _build_worker(order: DeliveryOrder, tell_woken: asyncio.Event) -> DeliveryWork:
    return DeliveryWork(
        Means(
            database=order.database,
            decider=PatientDecider(order.find_classifier),
            open_site=order.open_site,
            link_decision=lambda id_: f"{order.address}/classifications/{id_}",
            now=_now,
            max_words=order.max_words,
        ),
        executor_id=order.executor_id,
        place=tell_place(os.getpid()),
        at_once=order.at_once,
        woken=order.woken,
        tell_woken=tell_woken,
        pace=order.pace,
        see=order.see,
    )


def _build_reconciling(order: DeliveryOrder) -> ReconcileWork:
    return ReconcileWork(
        order.database,
        order.open_site,
        executor_id=order.executor_id,
        woken=order.woken,
        pace=order.pace,
        now=_now,
        new_id=lambda: uuid.uuid4().hex,
    )


def _now() -> datetime:
    return datetime.now(UTC)
