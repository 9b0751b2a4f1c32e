"""Owns falling back: another judge stands in while the one that was asked for cannot be asked."""

from collections.abc import Awaitable, Callable
from typing import Final

from app.domain.article import Article
from app.domain.category import Category
from app.domain.errand import Errand
from app.domain.plan import Plan
from app.domain.verdict import Judgement
from app.errors import BudgetSpent, PromptTooLong, StoreUnavailable, Unavailable
from app.judges.judge import Judge
from app.llm.tab import Tab

Recall = Callable[[Article, Plan], Awaitable[Judgement]]
"""What a judge said before: a verdict for each of the plan's candidates that it is known for, in their order."""

STOOD_IN: Final = "the local judge answered"
"""What the warning of a stand-in's decision begins with; why follows."""


class FallbackJudge:
    """Asks the first judge; where it is away, has the stand-in answer, and says that the first is to be asked again.

    `recall` gives what the first judge said before, None where that is not kept. It goes on to count: the
    stand-in answers about the rest only, so that a server's outage changes no other category.
    """

    def __init__(self, first: Judge, stand_in: Judge, recall: Recall | None = None) -> None:
        self.first = first
        self._stand_in = stand_in
        self._recall = recall

    async def plan(self, article: Article, categories: tuple[Category, ...], *, may_leave_out: bool) -> Plan:
        """The first judge's plan: what is expected, not what may happen to it."""
        return await self.first.plan(article, categories, may_leave_out=may_leave_out)

    async def judge(self, article: Article, plan: Plan, errand: Errand, tab: Tab) -> Judgement:
        """The first judge's answer; else the stand-in's, about what the first has not answered, marked degraded.

        Raises:
            StoreUnavailable: what is known of the article cannot be read; another judge is no remedy.
        """
        try:
            return await self.first.judge(article, plan, errand, tab)
        except StoreUnavailable:
            raise
        except Unavailable as error:
            known = await self._recall(article, plan) if self._recall else None
            if known and len(known.verdicts) == len(plan.candidates):
                return known  # another process was answered meanwhile
            judgement = await self._stand_in.judge(article, _leave_out(plan, known), errand, tab)
            # A prompt that the server cannot read will be no shorter the next time.
            again = "" if isinstance(error, PromptTooLong) else str(error)
            is_too_dear = isinstance(error, BudgetSpent) and error.is_alone
            told = _tell(error, known, judgement)
            return _degrade(_join(plan, known, judgement), told, again, is_too_dear=is_too_dear)


def _leave_out(plan: Plan, known: Judgement | None) -> Plan:
    """The plan for what is not known."""
    ids = {verdict.category_id for verdict in known.verdicts} if known else set()
    missing = tuple(candidate for candidate in plan.candidates if candidate.category.id not in ids)
    return plan.model_copy(update={"batches": (missing,), "kept": ()})


def _join(plan: Plan, known: Judgement | None, judgement: Judgement) -> Judgement:
    """Both judges' verdicts in the plan's order, under the name of the one that was asked for."""
    if known is None or not known.verdicts:
        return judgement
    verdicts = {verdict.category_id: verdict for verdict in (*known.verdicts, *judgement.verdicts)}
    return known.model_copy(
        update={
            "verdicts": tuple(verdicts[candidate.category.id] for candidate in plan.candidates),
            "warnings": (*known.warnings, *judgement.warnings),
            "kept": False,
        }
    )


def _degrade(judgement: Judgement, why: str, ask_again: str, *, is_too_dear: bool) -> Judgement:
    return judgement.model_copy(
        update={
            "judge": judgement.judge.model_copy(update={"degraded": True}),
            "warnings": (why, *judgement.warnings),
            "ask_again": ask_again,
            "is_too_dear": is_too_dear,
        }
    )


def _tell(error: Unavailable, known: Judgement | None, judgement: Judgement) -> str:
    if known is None or not known.verdicts:
        return f"{STOOD_IN}, because the LLM could not: {error}"
    new, all_ = len(judgement.verdicts), len(known.verdicts) + len(judgement.verdicts)
    return (
        f"{STOOD_IN} about {new} of {all_} categories, because the LLM could not: {error} "
        "What the LLM said before about the others still counts."
    )
