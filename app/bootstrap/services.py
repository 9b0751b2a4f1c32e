"""Owns the services: what commands and routes work with, composed as the settings ask."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from app.bootstrap.archive_desk import ArchiveDesk
from app.bootstrap.asking import ModelInUse, open_model
from app.bootstrap.classifying import compose_classifier, insist
from app.bootstrap.delivering import DeliveryOrder, working_on_deliveries
from app.bootstrap.doors import build_doors
from app.bootstrap.embeddings import find_embeddings
from app.bootstrap.kept import Kept
from app.bootstrap.office import build_office, find_backups
from app.bootstrap.page_reading import PageReader
from app.bootstrap.sites import build_open_site
from app.bootstrap.store_place import find_database_url
from app.category_files.loading import load_taxonomy
from app.classifier.way import EDITOR, Classifier
from app.domain.article import Article
from app.domain.category import Taxonomy
from app.domain.decision import Decision
from app.domain.errand import Errand
from app.domain.plan import Plan
from app.domain.progress import Progress, Watch, watch_nothing
from app.domain.telling import tell_count
from app.jobs.asking_again import AskingAgain
from app.jobs.deliveries.seeing_through import see_through
from app.linting.findings import LintFinding
from app.linting.lint import lint_taxonomy
from app.llm.queue.scheduler import Scheduler
from app.parsing.submission import Offer
from app.settings import Settings
from app.store.address import find_queues
from app.store.asking_again import count_again
from app.store.database import Database
from app.store.opening import open_database

if TYPE_CHECKING:
    from app.watching.witness import Witness

DRAIN_S = 60.0
"""For what a worker has begun when it is to stop; what is not done by then is begun again by the next one."""
PAUSE_S = 30.0
"""Between two tries at an LLM that was away."""
LOCAL_AT_ONCE = 4
"""Articles that the local judge is given at the same time: it has two threads, which should not wait for parsing."""


class Services:
    """What commands and routes work with; `reload` swaps the taxonomy while requests go on.

    The model server's queue, ledger and budgets are one for all that runs in this process. A
    `witness` sees what is done; a command that is over in a moment needs none.
    """

    def __init__(self, settings: Settings, witness: "Witness | None" = None) -> None:
        self.settings = settings
        self.witness = witness
        self.database: Database = open_database(find_database_url(settings), makes_folder=settings.database_url is None)
        self._embeddings = find_embeddings()
        self._model: ModelInUse | None = None
        self.classifier = self._compose()
        self.kept = Kept(self.database, lambda: self.classifier, now=_now)
        self.desk = ArchiveDesk(
            self.database,
            settings,
            self._embeddings.embedder,
            self._find_model,
            backups=find_backups(),
            now=_now,
            witness=witness,
        )
        self.office = build_office(self.database, self.desk, settings)
        self._again = AskingAgain(self.database, self._find_patient, now=_now)
        self._pages = PageReader(settings)
        self.doors = build_doors(self.database, settings)
        self._linted: tuple[str, tuple[LintFinding, ...]] | None = None

    @property
    def taxonomy(self) -> Taxonomy:
        """The taxonomy that decisions go by now."""
        return self.classifier.taxonomy

    @property
    def has_embeddings(self) -> bool:
        """Whether the local judge compares meanings, and not words alone."""
        return self._embeddings.embedder is not None

    @property
    def judge_name(self) -> str:
        """Who judges: the LLM's name, or the local judge."""
        return self.settings.model if self.settings.asks_llm else "local"

    @property
    def at_once(self) -> int:
        """How many articles are worth working on at the same time."""
        return 2 * self.settings.max_in_flight if self.settings.asks_llm else LOCAL_AT_ONCE

    @property
    def scheduler(self) -> Scheduler | None:
        """What lets requests to the LLM through, None where none judges."""
        return self._model.asker.scheduler if self._model else None

    async def count_waiting(self) -> int:
        """Articles that the local judge stood in for, and that the LLM has yet to be asked about again."""
        return await self.database.read(count_again)

    def build_errand(self, articles: int) -> Errand:
        """On whose behalf so many articles are classified: one for somebody who waits, several as a job."""
        return Errand() if articles == 1 else Errand(urgency="job", job=uuid.uuid4().hex)

    async def classify(
        self,
        offer: Offer,
        only: Sequence[str] = (),
        watch: Watch = watch_nothing,
        errand: Errand = EDITOR,
    ) -> Decision:
        """Read what was handed in and decide about it, on somebody's behalf; parsing runs off the event loop.

        Raises:
            BadInput: there is nothing to classify, too much of it, or no such category.
            Unavailable: the judge cannot be asked.
        """
        article = await self._pages.read(offer)
        watch(Progress(step="parsed", message=f"{tell_count(len(article.sentences), 'sentence')} read", done=0.05))
        return await self.classifier.classify(article, only, errand, watch)

    async def plan(self, offer: Offer, only: Sequence[str] = ()) -> tuple[Article, Plan]:
        """Read what was handed in and say how it would be asked about; spends nothing.

        Raises:
            BadInput: there is nothing to classify, too much of it, or no such category.
        """
        article = await self._pages.read(offer)
        return article, await self.classifier.plan(article, only)

    async def reload(self) -> None:
        """Read the definitions again.

        Raises:
            BadFile: one is bad; the taxonomy that was there stays.
        """
        self.classifier = await asyncio.to_thread(self._compose)

    def lint(self) -> tuple[LintFinding, ...]:
        """What an editor should mend in the definitions, looked for once per taxonomy."""
        if self._linted is None or self._linted[0] != self.taxonomy.version:
            self._linted = self.taxonomy.version, lint_taxonomy(self.taxonomy, self._embeddings.embed)
        return self._linted[1]

    def introduce(self) -> list[str]:
        """What someone who starts the service should know: who judges, at what cost, by what."""
        lines = [f"{len(self.taxonomy.categories)} categories from {self.settings.categories}"]
        model = self._find_model(self.settings)
        lines += model.introduce() if model else ["Judge: local, on this machine; costs nothing."]
        if self._embeddings.missing:
            lines.append(f"Words only, without embeddings: {self._embeddings.missing}")
        return lines

    @asynccontextmanager
    async def running(self, at_once: int | None = None) -> AsyncIterator[Self]:
        """While a service runs: jobs are worked on, and what waits for the LLM is asked again in the background.

        Raises:
            StoreUnavailable: the queues of jobs cannot be used.
        """
        asking = asyncio.create_task(self._again.keep_asking(PAUSE_S))
        try:
            async with self.working(at_once):
                yield self
        finally:
            asking.cancel()
            await asyncio.wait((asking,))
            await self.close()

    @asynccontextmanager
    async def working(self, at_once: int | None = None) -> AsyncIterator[None]:
        """While a worker of this process works on jobs and deliveries; at the end it finishes what it has begun.

        Raises:
            StoreUnavailable: the queues of jobs cannot be used.
        """
        from app.bootstrap.worker import build_worker  # noqa: PLC0415 - half a second, for jobs only

        jobs_url, executor_id = find_queues(find_database_url(self.settings)), uuid.uuid4().hex
        at_once = at_once or self.at_once
        worker = build_worker(self.database, self.desk, jobs_url=jobs_url, executor_id=executor_id, at_once=at_once)
        await worker.start()
        try:
            async with working_on_deliveries(self._order_deliveries(executor_id, at_once)):
                yield
        finally:
            await worker.stop(DRAIN_S)

    def _order_deliveries(self, executor_id: str, at_once: int) -> DeliveryOrder:
        return DeliveryOrder(
            database=self.database,
            find_classifier=lambda: self.classifier,
            open_site=build_open_site(self.database),
            executor_id=executor_id,
            at_once=at_once,
            max_words=self.settings.max_words,
            address=self.doors.address,
            woken=self.doors.woken,
            see=self.witness.watch_deliveries(see_through) if self.witness else see_through,
        )

    async def close(self) -> None:
        """Close the connections to the model server and to the store."""
        if self._model:
            await self._model.close()
        await self._pages.close()
        await asyncio.to_thread(self.doors.close)
        await asyncio.to_thread(self.database.close)

    def _compose(self) -> Classifier:
        taxonomy = load_taxonomy(self.settings.categories)
        model = self._find_model(self.settings)
        embedder = self._embeddings.embedder
        return compose_classifier(taxonomy, self.settings, embedder, model, self.database, witness=self.witness)

    def _find_model(self, settings: Settings) -> ModelInUse | None:
        """The LLM where these settings ask one, the same for all of them."""
        if self._model is None and settings.asks_llm:
            self._model = open_model(settings, self.database, self.witness)
        return self._model if settings.asks_llm else None

    def _find_patient(self) -> Classifier | None:
        """The classifier whose LLM nobody stands in for."""
        return insist(self.classifier) if self.settings.asks_llm else None


def _now() -> datetime:
    return datetime.now(UTC)


def build_services(settings: Settings, witness: "Witness | None" = None) -> Services:
    """The services that these settings ask for, and what they do seen by the witness.

    Raises:
        BadFile: a definition, a prompt or a price list cannot be read.
        BadSetting: the LLM is asked for by name, and neither key nor server is set.
    """
    return Services(settings, witness)
