"""Owns the way of an article: from candidates to a decision, every step in reading order."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.domain.article import Article
from app.domain.category import Category, Taxonomy
from app.domain.decision import Assignment, Decision
from app.domain.errand import Errand
from app.domain.grounded import CheckedVerdict, ScoredVerdict
from app.domain.plan import Plan
from app.domain.progress import Progress, Step, Watch, watch_nothing
from app.domain.sighting import Sighting
from app.domain.telling import tell_count, tell_removed
from app.domain.verdict import Judgement, Verdict
from app.errors import Unavailable
from app.judges.judge import Judge
from app.llm.tab import Tab
from app.rules.disagreement import confront
from app.rules.exclusion_check import check_all
from app.rules.folding import FoldedText
from app.rules.grounding import ground
from app.rules.ranking import rank
from app.rules.scoring import may_stand, score
from app.rules.suspicion.finding import Suspicion, find_suspicious, tell_suspicious
from app.rules.thresholds import Thresholds

NOT_ASKED_FOR = "Not among the categories that were asked for."
NOT_SHORTLISTED = "The shortlist left it out: other categories are closer to this article."
NOT_NEAREST = "Left out with its group of similar categories: other groups are closer to this article."
EDITOR = Errand()


class Lookout(Protocol):
    """Whoever can say in which sentences an exclusion's subject and condition are seen."""

    async def look(self, article: Article, categories: Sequence[Category]) -> Mapping[str, Sighting]:
        """One sighting per derived exclusion (or part of one) of these categories, by its id."""
        ...


@dataclass(frozen=True)
class Classifier:
    """Decides about articles by one taxonomy. Keeps nothing between two articles.

    `second` is asked too where `wants_second` says so of an article; it never decides by itself.
    """

    taxonomy: Taxonomy
    judge: Judge
    lookout: Lookout
    thresholds: Thresholds
    now: Callable[[], datetime]
    timer_s: Callable[[], float]
    new_id: Callable[[], str]
    second: Judge | None = None
    wants_second: Callable[[Article], bool] = lambda _: True

    async def plan(self, article: Article, only: Sequence[str] = ()) -> Plan:
        """How the article would be asked about, and what that would cost; spends nothing.

        Raises:
            UnknownCategory: `only` names an id that the taxonomy lacks.
        """
        named = {self.taxonomy.get_category(id_).id for id_ in only}
        chosen = tuple(c for c in self.taxonomy.categories if not named or c.id in named)
        return await self.judge.plan(article, chosen, may_leave_out=not named)

    async def classify(
        self, article: Article, only: Sequence[str] = (), errand: Errand = EDITOR, watch: Watch = watch_nothing
    ) -> Decision:
        """What Scopenote says about the article; `only` limits it to categories with these ids.

        Raises:
            UnknownCategory: `only` names an id that the taxonomy lacks.
            Unavailable: the judge cannot be asked.
        """
        started_s, tab = self.timer_s(), Tab()
        plan = await self.plan(article, only)
        _tell(watch, "planned", plan.reason, 0.15)
        suspicions = () if plan.strategy == "local" else await asyncio.to_thread(find_suspicious, article)
        judgement, second = await self._ask(article, plan, errand, tab, is_suspicious=bool(suspicions))
        _tell(watch, "answered", _say_who(judgement), 0.7)
        scored = await asyncio.to_thread(self._weigh, judgement, second, plan, article, suspicions)
        open_ = [verdict for verdict in scored if may_stand(verdict, self.thresholds)]
        _tell(watch, "grounded", f"{tell_count(len(open_), 'verdict')} can stand by what was quoted", 0.8)
        sightings = await self.lookout.look(article, [verdict.category for verdict in open_])
        checked = await asyncio.to_thread(check_all, open_, article, sightings, self.thresholds)
        _tell(watch, "excluded", _count_findings(checked), 0.95)
        judged = {verdict.scored.category.id for verdict in checked}
        closed = [CheckedVerdict(scored=v, findings=()) for v in scored if v.category.id not in judged]
        assignments = rank((*checked, *closed), self.taxonomy, self.thresholds, left_out=_say_left_out(plan, only))
        _tell(watch, "decided", _count_assigned(assignments), 1.0)
        warnings = _collect_warnings(article, plan, judgement, suspicions, sightings)
        return self._conclude(article, judgement, assignments, tab=tab, warnings=warnings, started_s=started_s)

    def _conclude(
        self,
        article: Article,
        judgement: Judgement,
        assignments: tuple[Assignment, ...],
        *,
        tab: Tab,
        warnings: tuple[str, ...],
        started_s: float,
    ) -> Decision:
        return Decision(
            id=self.new_id(),
            created_at=self.now(),
            article=article,
            assignments=assignments,
            judge=judgement.judge,
            taxonomy_version=self.taxonomy.version,
            prompt_version=judgement.prompt_version,
            rules_version=self.thresholds.version,
            usage=tab.usage,
            cached=judgement.kept,
            warnings=warnings,
            took_ms=round((self.timer_s() - started_s) * 1000, 1),
        )

    async def _ask(
        self, article: Article, plan: Plan, errand: Errand, tab: Tab, *, is_suspicious: bool
    ) -> tuple[Judgement, Judgement | None]:
        """The judge's answer, and at the same time the second one's where it looks as well.

        It always looks at an article that seems to give orders. A stand-in for the judge needs no
        second opinion: it would be its own.
        """
        if self.second is None or not (is_suspicious or self.wants_second(article)):
            return await self.judge.judge(article, plan, errand, tab), None
        looking = asyncio.ensure_future(self.second.judge(article, plan, errand, tab))
        try:
            judgement = await self.judge.judge(article, plan, errand, tab)
        except BaseException:
            looking.cancel()
            raise
        try:
            second = await looking
        except Unavailable as error:
            return _warn(judgement, f"there is no second opinion: {error}"), None
        if judgement.judge.kind == second.judge.kind:
            return judgement, None
        return _warn(judgement, *second.warnings), second

    def _weigh(
        self,
        judgement: Judgement,
        second: Judgement | None,
        plan: Plan,
        article: Article,
        suspicions: Sequence[Suspicion],
    ) -> list[ScoredVerdict]:
        """Every claim grounded and scored, and confronted with the second judge's where there is one."""
        text = FoldedText(article.text)

        def weigh(verdicts: Sequence[Verdict], distrusted: frozenset[int]) -> list[ScoredVerdict]:
            return [
                score(ground(verdict, article, text, distrusted), candidate.category, self.thresholds)
                for verdict, candidate in zip(verdicts, plan.candidates, strict=True)
            ]

        first = weigh(judgement.verdicts, frozenset(suspicion.sentence for suspicion in suspicions))
        return confront(first, weigh(second.verdicts, frozenset())) if second else first


def _collect_warnings(
    article: Article,
    plan: Plan,
    judgement: Judgement,
    suspicions: Sequence[Suspicion],
    sightings: Mapping[str, Sighting],
) -> tuple[str, ...]:
    return (
        *article.warnings,
        *_tell_removed(article),
        *plan.notes,
        *judgement.warnings,
        *(tell_suspicious(suspicions) if judgement.judge.kind == "llm" else ()),
        *_find_limits(article, sightings),
    )


def _say_left_out(plan: Plan, only: Sequence[str]) -> str:
    if only:
        return NOT_ASKED_FOR
    return NOT_NEAREST if plan.strategy == "nearest_chunks" else NOT_SHORTLISTED


def _tell(watch: Watch, step: Step, message: str, done: float) -> None:
    watch(Progress(step=step, message=message, done=done))


def _count_findings(checked: Sequence[CheckedVerdict]) -> str:
    return f"{tell_count(sum(len(verdict.findings) for verdict in checked), 'exclusion')} checked"


def _count_assigned(assignments: Sequence[Assignment]) -> str:
    return f"{tell_count(sum(a.status == 'assigned' for a in assignments), 'tag')} assigned"


def _warn(judgement: Judgement, *warnings: str) -> Judgement:
    return judgement.model_copy(update={"warnings": (*judgement.warnings, *warnings)})


def _say_who(judgement: Judgement) -> str:
    judge = judgement.judge
    return f"{judge.model} answered" + (", standing in" if judge.degraded else "")


def _tell_removed(article: Article) -> tuple[str, ...]:
    removed = tell_removed(article.removed)
    return (f"left out, because a reader would not see it: {removed}",) if removed else ()


def _find_limits(article: Article, sightings: Mapping[str, Sighting]) -> tuple[str, ...]:
    """A warning where exclusions were looked for in a part of the sentences only."""
    looked_at = next((sighting.total for sighting in sightings.values() if sighting.sampled), None)
    if looked_at is None:
        return ()
    return (f"exclusions were looked for in {looked_at} of {len(article.sentences)} sentences, evenly spread",)
