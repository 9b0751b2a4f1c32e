"""Owns planning a job: its articles are read in and selected, and what deciding about them comes to is forecast."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Final, Literal

from app.domain.article import Article
from app.domain.job import Recipe
from app.domain.value import Value
from app.errors import BadInput
from app.jobs.planning.drafting import Draft
from app.jobs.planning.forecasting import Forecast
from app.jobs.planning.ordering import Compose, Forecaster, Order, write_recipe
from app.jobs.planning.plan_file import PlanFile
from app.jobs.planning.planned import Planned
from app.jobs.planning.reading_in import Bounds, SourceReader
from app.jobs.planning.selecting import build_selector
from app.jobs.planning.sources import NAME_ANOTHER, resolve
from app.jobs.planning.surveying import Survey
from app.jobs.planning.unfinished import Unfinished, find_unfinished, may_share_articles
from app.judges.running import run_together
from app.llm.batch.line_accounts import SHARE
from app.store.articles import load_article
from app.store.connection import Connection
from app.store.database import Database
from app.store.decisions import Standing, find_standing
from app.store.jobs import list_unfinished

SAMPLE: Final = 300
"""Articles that are planned in any case, evenly spread; the rest only where that is quickly done."""
PATIENCE_S: Final = 20.0
"""For planning the rest: beyond, the sample stands for it."""
TOGETHER: Final = 25
"""Articles loaded and planned at a time."""


class PlanProgress(Value):
    """How far planning has come. `total` is None while articles are still being found."""

    step: Literal["reading", "planning"]
    done: int
    total: int | None


PlanWatch = Callable[[PlanProgress], None]
"""Called in the event loop, so it must not wait."""


@dataclass(frozen=True)
class JobPlanner:
    """Plans jobs; spends nothing, and decides nothing.

    What the sources hold is in the store afterwards, so that it need not be parsed again.
    """

    database: Database
    compose: Compose
    bounds: Bounds
    now: Callable[[], datetime]
    timer_s: Callable[[], float]

    async def plan(self, order: Order, watch: PlanWatch) -> Planned:
        """The plan of what an order comes to; whoever gets it closes it.

        Raises:
            BadInput: a source, a definition or a category cannot be used, or there are no articles at all.
            Unavailable: the store cannot be reached, or the judge asked for is not set up.
        """
        order, recipe, forecaster = await self._prepare(order)
        survey = Survey()
        try:
            await self._survey(order, recipe, forecaster, survey, watch)
            forecast = await self._forecast(forecaster, survey, watch)
        except BaseException:
            survey.drafts.close()
            raise
        return Planned(
            order,
            recipe,
            survey.conclude(forecast, SHARE if order.batch_api else 1.0, writes=order.write is not None),
            forecaster.taxonomy,
            survey.drafts,
        )

    async def plan_again(self, file: PlanFile, watch: PlanWatch) -> Planned:
        """A plan that was written to a file, if what it rests on is still the same.

        Raises:
            BadInput: articles or definitions have changed since; the text names them.
            Unavailable: as `plan`.
        """
        order, recipe, forecaster = await self._prepare(file.order)
        file.compare_recipe(recipe, forecaster.taxonomy)
        survey = Survey(keys=set())
        try:
            await self._survey(order, recipe, forecaster, survey, watch)
            file.compare_articles(survey.drafts, survey.keys or ())
        except BaseException:
            survey.drafts.close()
            raise
        return Planned(order, recipe, file.plan, forecaster.taxonomy, survey.drafts)

    async def find_unfinished(self, order: Order) -> Unfinished | None:
        """The job that is at work on sources of the order already. Raises as `plan`."""
        sources = await _resolve(order.sources)
        unfinished = await self.database.read(list_unfinished)
        if not any(may_share_articles(job.recipe.sources, sources) for job in unfinished):
            return None
        _, recipe, _ = await self._prepare(order)
        return await self.database.read(lambda c: find_unfinished(c, recipe))

    async def _prepare(self, order: Order) -> tuple[Order, Recipe, Forecaster]:
        order = order.model_copy(update={"sources": await _resolve(order.sources)})
        forecaster = await self.compose(order)
        return order, write_recipe(order, forecaster), forecaster

    async def _survey(
        self, order: Order, recipe: Recipe, forecaster: Forecaster, survey: Survey, watch: PlanWatch
    ) -> None:
        selector = build_selector(recipe, forecaster.taxonomy)
        reader = SourceReader(self.database, self.bounds, self.now, survey.skip)
        async with aclosing(reader.read_in(order.sources)) as found:
            async for reads, refused in found:
                selected = await self.database.read(partial(selector.select, reads=reads))
                survey.add(selected, reads, refused)
                watch(PlanProgress(step="reading", done=survey.found, total=None))
        if not survey.found and not survey.unread:
            raise BadInput(f"There are no articles in {', '.join(map(repr, order.sources))}. {NAME_ANOTHER}")

    async def _forecast(self, forecaster: Forecaster, survey: Survey, watch: PlanWatch) -> Forecast:
        """Of a sample, and of the rest where the sample says that this is soon done."""
        forecast, changed = Forecast(), survey.changed
        sample = frozenset(number * changed // SAMPLE for number in range(SAMPLE))
        began_s = self.timer_s()
        await self._add_plans(forecaster, forecast, survey, lambda number: number in sample, watch)
        took_s = self.timer_s() - began_s
        if forecast.planned < changed and took_s / forecast.planned * (changed - forecast.planned) <= PATIENCE_S:
            await self._add_plans(forecaster, forecast, survey, lambda number: number not in sample, watch)
        return forecast

    async def _add_plans(
        self,
        forecaster: Forecaster,
        forecast: Forecast,
        survey: Survey,
        is_wanted: Callable[[int], bool],
        watch: PlanWatch,
    ) -> None:
        changed = (draft for draft in survey.drafts if not draft.is_unchanged)
        wanted = (draft for number, draft in enumerate(changed) if is_wanted(number))
        while drafts := list(islice(wanted, TOGETHER)):
            loaded = await self.database.read(partial(_load, drafts=drafts))
            plans = await run_together(forecaster.plan(article) for article, _ in loaded)
            for plan, (article, standing) in zip(plans, loaded, strict=True):
                forecast.add(plan, article.digest, standing)
            watch(PlanProgress(step="planning", done=forecast.planned, total=survey.changed))


async def _resolve(sources: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([await asyncio.to_thread(resolve, source) for source in sources]))


def _load(c: Connection, drafts: Sequence[Draft]) -> list[tuple[Article, Standing | None]]:
    """The articles, and what stands for each."""
    standing = find_standing(c, [draft.article for draft in drafts])
    return [(load_article(c, draft.article, draft.digest), standing.get(draft.article)) for draft in drafts]
