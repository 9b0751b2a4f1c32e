"""Owns the way of an article: from candidates to a decision that is kept, every step in reading order."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.classifier.hearing import Hearing
from app.classifier.keeping import AGAIN, NOT_AGAIN, ONCE_RAISED, Keeper, Known
from app.classifier.stepping import count_for_quotes, count_for_rules, step
from app.classifier.telling import collect_warnings, say_left_out, say_who
from app.domain.article import Article
from app.domain.category import Category, Taxonomy
from app.domain.decision import Assignment, Decision
from app.domain.errand import Errand
from app.domain.feedback import Word
from app.domain.grounded import CheckedVerdict, ScoredVerdict
from app.domain.plan import Plan
from app.domain.progress import Progress, Step, Watch, watch_nothing
from app.domain.sighting import Sighting
from app.domain.telling import tell_count
from app.domain.verdict import Judgement, Usage, Verdict
from app.llm.tab import Tab
from app.rules.disagreement import confront
from app.rules.exclusion_check import check_all
from app.rules.folding import FoldedText
from app.rules.grounding import ground
from app.rules.overruling import overrule
from app.rules.ranking import rank
from app.rules.scoring import may_stand, score
from app.rules.suspicion.finding import Suspicion, find_suspicious
from app.rules.thresholds import Thresholds

EDITOR = Errand()


class Lookout(Protocol):
    """Whoever can say in which sentences an exclusion's subject and condition are seen."""

    async def look(self, article: Article, categories: Sequence[Category]) -> Mapping[str, Sighting]:
        """One sighting per derived exclusion (or part of one) of these categories, by its id."""
        ...


@dataclass(frozen=True)
class Classifier:
    """Decides about articles by one taxonomy. `keeper` is None where nothing is kept."""

    taxonomy: Taxonomy
    hearing: Hearing
    lookout: Lookout
    thresholds: Thresholds
    now: Callable[[], datetime]
    timer_s: Callable[[], float]
    new_id: Callable[[], str]
    keeper: Keeper | None = None

    @property
    def basis(self) -> str:
        """What all of its decisions have in common, as one digest; "" where nothing is kept."""
        return self.keeper.basis if self.keeper else ""

    async def plan(self, article: Article, only: Sequence[str] = ()) -> Plan:
        """How the article would be asked about, and what that would cost; spends nothing.

        Raises:
            UnknownCategory: `only` names an id that the taxonomy lacks.
            StoreUnavailable: what is kept cannot be read.
        """
        named = {self.taxonomy.get_category(id_).id for id_ in only}
        chosen = tuple(c for c in self.taxonomy.categories if not named or c.id in named)
        return await self.hearing.judge.plan(article, chosen, may_leave_out=not named)

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
        """What Scopenote says about the article; `only` limits it to categories with these ids.

        A decision that still holds is given again as it was made, `cached`. Who hands in a tab can
        read from it what was spent, also where this raises. `is_news`: this is what the article
        says now; False for a text that is kept already, and may have been followed by another.

        Raises:
            UnknownCategory: `only` names an id that the taxonomy lacks.
            Unavailable: the judge cannot be asked, or the decision cannot be kept.
        """
        started_s, tab = self.timer_s(), tab or Tab()
        only = tuple(sorted({self.taxonomy.get_category(id_).id for id_ in only}))
        known, held = await self._look_up(article, only, errand, is_news=is_news)
        if held:
            _tell(watch, "decided", f"it holds since {held.created_at:%Y-%m-%d %H:%M} UTC", 1.0)
            return self._give_again(article, held, started_s)
        plan = await self.plan(article, only)
        _tell(watch, "planned", plan.reason, 0.15)
        suspicions = () if plan.strategy == "local" else await step(len(article.text), find_suspicious, article)
        heard = await self.hearing.ask(article, plan, errand, tab, is_suspicious=bool(suspicions))
        judgement, second = heard
        _tell(watch, "answered", say_who(judgement), 0.7)
        length = count_for_quotes(article, judgement, second)
        scored = await step(length, self._weigh, judgement, second, plan, article, suspicions)
        open_ = [verdict for verdict in scored if may_stand(verdict, self.thresholds)]
        _tell(watch, "grounded", f"{tell_count(len(open_), 'verdict')} can stand by what was quoted", 0.8)
        categories = [verdict.category for verdict in open_]
        sightings = await self.lookout.look(article, categories)
        length = count_for_rules(article, categories)
        checked = await step(length, check_all, open_, article, sightings, self.thresholds)
        _tell(watch, "excluded", _count_findings(checked), 0.95)
        assignments = self._rank(checked, scored, plan, only, known.words if known else ())
        _tell(watch, "decided", _count_assigned(assignments), 1.0)
        warnings = collect_warnings(article, plan, judgement, suspicions, sightings)
        decision = self._conclude(article, judgement, assignments, tab=tab, warnings=warnings, started_s=started_s)
        if known is None:
            return decision
        kept = await self._keep(decision, judgement, known, only=only, errand=errand, is_news=is_news)
        return kept or await self.classify(article, only, errand, watch, tab, is_news=is_news)

    async def _look_up(
        self, article: Article, only: Sequence[str], errand: Errand, *, is_news: bool
    ) -> tuple[Known | None, Decision | None]:
        """What is known of the article, and the decision that still holds and now stands."""
        if self.keeper is None:
            return None, None
        known = await self.keeper.look_up(article, only, is_news=is_news)
        held = await self.keeper.give_again(article, known, self.now(), only=only, job=errand.job, is_news=is_news)
        if known.decision and not held:  # an editor had a word in between
            return await self._look_up(article, only, errand, is_news=is_news)
        return known, held

    def _rank(
        self,
        checked: Sequence[CheckedVerdict],
        scored: Sequence[ScoredVerdict],
        plan: Plan,
        only: Sequence[str],
        words: Sequence[Word],
    ) -> tuple[Assignment, ...]:
        """Every category's assignment, with the editors' words on top."""
        judged = {verdict.scored.category.id for verdict in checked}
        closed = [CheckedVerdict(scored=v, findings=()) for v in scored if v.category.id not in judged]
        left_out = say_left_out(plan, only)
        ranked = rank((*checked, *closed), self.taxonomy, self.thresholds, left_out=left_out)
        return overrule(ranked, words, self.taxonomy)

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
            took_ms=self._count_ms(started_s),
        )

    async def _keep(
        self,
        decision: Decision,
        judgement: Judgement,
        known: Known,
        *,
        only: Sequence[str],
        errand: Errand,
        is_news: bool,
    ) -> Decision | None:
        """The decision as it is kept; None where an editor had a word meanwhile, by which it is to be decided.

        It holds until something that it rests on changes, unless a stand-in made it, or a reply
        could not be read and may be the next time.
        """
        if self.keeper is None:
            return decision
        again = "" if only else judgement.ask_again
        if judgement.judge.degraded:
            once = ONCE_RAISED if judgement.is_too_dear else AGAIN
            later = once if again else NOT_AGAIN
            decision = decision.model_copy(update={"warnings": (*decision.warnings, later)})
        is_whole = judgement.kept or not any(verdict.unreadable for verdict in judgement.verdicts)
        holds = is_whole and not judgement.judge.degraded
        kept = await self.keeper.keep(
            decision, known, only=only, errand=errand, holds=holds, again=again, is_news=is_news
        )
        given = {"article": decision.article, "usage": decision.usage, "took_ms": decision.took_ms}
        return kept.model_copy(update=given) if kept else None

    def _give_again(self, article: Article, decision: Decision, started_s: float) -> Decision:
        """A kept decision, about the article as it was handed in now."""
        again = {"article": article, "usage": Usage(), "cached": True, "took_ms": self._count_ms(started_s)}
        return decision.model_copy(update=again)

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

    def _count_ms(self, started_s: float) -> float:
        return round((self.timer_s() - started_s) * 1000, 1)


def _tell(watch: Watch, step: Step, message: str, done: float) -> None:
    watch(Progress(step=step, message=message, done=done))


def _count_findings(checked: Sequence[CheckedVerdict]) -> str:
    return f"{tell_count(sum(len(verdict.findings) for verdict in checked), 'exclusion')} checked"


def _count_assigned(assignments: Sequence[Assignment]) -> str:
    return f"{tell_count(sum(a.status == 'assigned' for a in assignments), 'tag')} assigned"
