"""Owns falling back: another judge stands in while the one that was asked for cannot be asked."""

from app.domain.article import Article
from app.domain.category import Category
from app.domain.errand import Errand
from app.domain.plan import Plan
from app.domain.verdict import Judgement
from app.errors import PromptTooLong, Unavailable
from app.judges.asking_again import AskingAgain
from app.judges.judge import Judge
from app.llm.tab import Tab


class FallbackJudge:
    """Asks the first judge; where it is away, has the stand-in answer and the article asked again later."""

    def __init__(self, first: Judge, stand_in: Judge, again: AskingAgain) -> None:
        self._first = first
        self._stand_in = stand_in
        self._again = again

    async def plan(self, article: Article, categories: tuple[Category, ...], *, may_leave_out: bool) -> Plan:
        """The first judge's plan: what is expected, not what may happen to it."""
        return await self._first.plan(article, categories, may_leave_out=may_leave_out)

    async def judge(self, article: Article, plan: Plan, errand: Errand, tab: Tab) -> Judgement:
        """The first judge's answer, now or from when it was asked again; else the stand-in's, marked degraded."""
        if kept := self._again.find(article, plan):
            return kept
        try:
            return await self._first.judge(article, plan, errand, tab)
        except Unavailable as error:
            judgement = await self._stand_in.judge(article, plan, errand, tab)
            # A prompt that the server cannot read will be no shorter the next time.
            is_queued = not isinstance(error, PromptTooLong) and self._again.queue(article, plan)
            return judgement.model_copy(
                update={
                    "judge": judgement.judge.model_copy(update={"degraded": True}),
                    "warnings": (_say_why(error, is_queued=is_queued), *judgement.warnings),
                }
            )

    async def ask_again(self) -> int:
        """Ask the first judge about the articles that it could not be asked about; how many it answered."""
        return await self._again.ask_all(self._first)


def _say_why(error: Unavailable, *, is_queued: bool) -> str:
    later = "When it is back, it will be asked again." if is_queued else "It will not be asked again by itself."
    return f"the local judge answered, because the LLM could not: {error} {later}"
