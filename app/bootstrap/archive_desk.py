"""Owns the desk at which the items of jobs are worked on: a classifier for each recipe."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.bootstrap.asking import ModelInUse
from app.bootstrap.batching import open_batches
from app.bootstrap.classifying import compose_classifier, insist
from app.category_files.loading import load_taxonomy as load_taxonomy_files
from app.classifier.way import Classifier
from app.domain.article import Article
from app.domain.category import Taxonomy
from app.domain.decision import Decision
from app.domain.errand import Errand
from app.domain.job import Item, Job, JudgeAsked, Recipe
from app.errors import BadInput, BadSetting
from app.jobs.batches.calls import check_batch_api
from app.jobs.batches.means import BatchMeans
from app.jobs.batches.model import BatchedModel
from app.jobs.files.write_back import write_back
from app.jobs.planning.ordering import Order
from app.judges.turns import Turns
from app.settings import Settings
from app.similarity.embedding import Embedder
from app.store.database import Database
from app.store.taxonomies import load_taxonomy
from app.store.telling import tell_source

if TYPE_CHECKING:
    from app.watching.witness import Witness

KEPT = 4
"""Classifiers that are kept ready: jobs by different definitions may run at the same time."""


class ArchiveDesk:
    """See `app.jobs.desk.Desk`. A job goes by the definitions that were there when it was made.

    `find_model` opens the LLM where the settings name one, and gives the same each time.
    """

    def __init__(
        self,
        database: Database,
        settings: Settings,
        embedder: Embedder | None,
        find_model: Callable[[Settings], ModelInUse | None],
        *,
        backups: Path,
        now: Callable[[], datetime],
        witness: "Witness | None" = None,
    ) -> None:
        self._database = database
        self._settings = settings
        self._embedder = embedder
        self._find_model = find_model
        self._backups = backups
        self._now = now
        self.witness = witness
        self._classifiers: OrderedDict[tuple[str, JudgeAsked, bool], Classifier] = OrderedDict()
        self._turns = Turns()
        self._batches: BatchMeans | None = None

    async def decide(self, recipe: Recipe, key: str, article: Article, errand: Errand) -> Decision:
        """See `Desk.decide`."""
        classifier = await self.find_classifier(recipe)
        if classifier.basis != recipe.basis:
            raise BadInput(
                "This worker would decide otherwise than the job was planned: its model, prompts, settings or version "
                "of Scopenote are not those of the machine that planned it. Give it the same, then retry the job."
            )
        known = article if article.key == key else article.model_copy(update={"id": key})
        return await classifier.classify(known, errand=errand, is_news=False)

    async def write_back(self, job: Job, item: Item, decision: Decision) -> None:
        """See `Desk.write_back`."""
        if job.recipe.write is None:
            return
        if item.path is None:  # what came from a CMS goes back there, in its own time
            await self._database.write(lambda c: tell_source(c, item.article, self._now()))
            return
        taxonomy = (await self.find_classifier(job.recipe)).taxonomy
        await write_back(
            self._database,
            job,
            item,
            decision,
            now=self._now(),
            backups=self._backups,
            fields=job.recipe.write,
            former={category.id: category.aliases for category in taxonomy.categories},
        )

    async def compose(self, order: Order) -> Classifier:
        """The classifier that an order asks for, by the definitions as they are now.

        Raises:
            BadFile: a definition is bad.
            BadSetting: an LLM is to judge, and this process has neither key nor server for one, or
                money is capped and the model's price not known.
            ModelUnavailable: the server is to be asked by batch, and has no Batch API.
        """
        await self._check(order)
        folder = Path(order.categories) if order.categories else self._settings.categories
        taxonomy = await asyncio.to_thread(load_taxonomy_files, folder)
        return await self._find(taxonomy.version, order.judge, lambda: _give(taxonomy), batched=order.batch_api)

    async def _check(self, order: Order) -> None:
        """Refuse what could be seen to fail only when the job runs."""
        model = self._find_model(self._settings.model_copy(update={"judge": order.judge}))
        if order.max_cost_usd is not None and model is not None and model.price is None:
            raise BadSetting(
                f"--max-cost cannot be kept, because the price of model {model.wire.name!r} is not known. "
                "Name the price in a file and the file in SCOPENOTE_PRICES, or cap tokens instead: "
                "SCOPENOTE_BUDGET_JOB_TOKENS."
            )
        if order.batch_api:
            await check_batch_api(self.find_batches())

    async def find_classifier(self, recipe: Recipe) -> Classifier:
        """The classifier that a recipe asks for, by the definitions that the job was planned with.

        Raises:
            NotKept: the store does not have them.
            BadSetting: an LLM is to judge, and this process has neither key nor server for one.
        """

        async def load() -> Taxonomy:
            return await self._database.read(lambda c: load_taxonomy(c, recipe.taxonomy_version))

        return await self._find(recipe.taxonomy_version, recipe.judge, load, batched=recipe.batch_api)

    def find_batches(self) -> BatchMeans:
        """What batches are made with, the same for all jobs.

        Raises:
            BadSetting: no LLM judges here.
        """
        if self._batches is None:
            self._batches = open_batches(self._find_model(self._settings), self._settings, self._database)
        return self._batches

    async def _find(
        self, version: str, judge: JudgeAsked, load: Callable[[], Awaitable[Taxonomy]], *, batched: bool
    ) -> Classifier:
        """A classifier that is ready, else a new one; nobody stands in for its judge."""
        wanted = version, judge, batched
        async with self._turns.take(str(wanted)):
            classifier = self._classifiers.get(wanted)
            if classifier is None:
                classifier = await self._compose(await load(), judge, batched=batched)
                self._classifiers[wanted] = classifier
            self._classifiers.move_to_end(wanted)
            while len(self._classifiers) > KEPT:
                self._classifiers.popitem(last=False)
        return classifier

    async def _compose(self, taxonomy: Taxonomy, judge: JudgeAsked, *, batched: bool) -> Classifier:
        settings = self._settings.model_copy(update={"judge": judge})
        compose = partial(
            compose_classifier,
            taxonomy,
            settings,
            self._embedder,
            self._find_model(settings),
            self._database,
            asked=BatchedModel(self.find_batches()) if batched else None,
            witness=self.witness,
        )
        return insist(await asyncio.to_thread(compose))


async def _give(taxonomy: Taxonomy) -> Taxonomy:
    return taxonomy
