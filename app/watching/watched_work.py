"""Owns watching the work: decisions are counted, logged and traced where they are made, and come out as before."""

import logging
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from structlog.contextvars import bound_contextvars

from app.classifier.way import EDITOR, Classifier
from app.domain.article import Article
from app.domain.decision import Decision
from app.domain.errand import Errand
from app.domain.job import Item, Job, Recipe
from app.domain.progress import Watch, watch_nothing
from app.errors import ScopenoteError
from app.jobs.desk import Desk
from app.llm.tab import Tab
from app.watching.meters import Meters
from app.watching.stand_ins import StandIns
from app.watching.tracing import Attributes, Span, Tracing

_LOG = logging.getLogger(__name__)
_IS_DECIDING: Final = ContextVar("is_deciding", default=False)


@dataclass(frozen=True, kw_only=True)
class WatchedClassifier(Classifier):
    """A classifier that tells of every decision: its id, and what it cost, but nothing of the article."""

    meters: Meters
    tracing: Tracing
    stand_ins: StandIns

    async def classify(
        self,
        article: Article,
        only: Sequence[str] = (),
        errand: Errand = EDITOR,
        watch: Watch = watch_nothing,
        tab: Tab | None = None,
        *,
        is_news: bool = True,
    ) -> Decision:
        """See `Classifier.classify`."""
        if _IS_DECIDING.get():  # an editor had a word in between, and it is decided once more
            return await super().classify(article, only, errand, watch, tab, is_news=is_news)
        begun = _IS_DECIDING.set(True)
        try:
            with self.tracing.open("decide", {"scopenote.urgency": errand.urgency}) as span:
                decision = await super().classify(article, only, errand, watch, tab, is_news=is_news)
                self._tell(decision, span)
                return decision
        except ScopenoteError as error:
            self.meters.count_undecided(type(error).__name__)
            _LOG.info("not decided", extra={"reason": type(error).__name__, "urgency": errand.urgency})
            raise
        finally:
            _IS_DECIDING.reset(begun)

    def _tell(self, decision: Decision, span: Span) -> None:
        self.meters.count_decision(decision)
        self.stand_ins.note(decision)
        span.note(
            {
                "scopenote.decision": decision.id,
                "scopenote.judge": decision.judge.kind,
                "scopenote.tags": len(decision.tags),
                "scopenote.kept": decision.cached,
            }
        )
        _LOG.info(
            "decided",
            extra={
                "decision": decision.id,
                "judge": decision.judge.kind,
                "degraded": decision.judge.degraded,
                "kept": decision.cached,
                "tags": len(decision.tags),
                "review": sum(a.status == "review" for a in decision.assignments),
                "calls": decision.usage.calls,
                "cost_usd": decision.usage.cost_usd,
                "ms": decision.took_ms,
            },
        )


class WatchedDesk:
    """A desk at which every line of the log carries the job's id; see `app.jobs.desk.Desk`."""

    def __init__(self, desk: Desk, tracing: Tracing) -> None:
        self._desk = desk
        self._tracing = tracing

    async def decide(self, recipe: Recipe, key: str, article: Article, errand: Errand) -> Decision:
        """See `Desk.decide`."""
        with bound_contextvars(job=errand.job), self._tracing.open("job item", {"scopenote.job": errand.job}):
            return await self._desk.decide(recipe, key, article, errand)

    async def write_back(self, job: Job, item: Item, decision: Decision) -> None:
        """See `Desk.write_back`."""
        about: Attributes = {"scopenote.job": job.id, "scopenote.item": item.number, "scopenote.decision": decision.id}
        with bound_contextvars(job=job.id, item=item.number), self._tracing.open("write back", about):
            await self._desk.write_back(job, item, decision)
