"""Owns falling back: another judge stands in while the one that was asked for cannot be asked."""

from app.domain.article import Article
from app.domain.category import Category
from app.domain.errand import Errand
from app.domain.plan import Plan
from app.domain.verdict import Judgement
from app.errors import PromptTooLong, StoreUnavailable, Unavailable
from app.judges.judge import Judge
from app.llm.tab import Tab


class FallbackJudge:
    """Asks the first judge; where it is away, has the stand-in answer, and says that the first is to be asked again."""

    def __init__(self, first: Judge, stand_in: Judge) -> None:
        self.first = first
        self._stand_in = stand_in

    async def plan(self, article: Article, categories: tuple[Category, ...], *, may_leave_out: bool) -> Plan:
        """The first judge's plan: what is expected, not what may happen to it."""
        return await self.first.plan(article, categories, may_leave_out=may_leave_out)

    async def judge(self, article: Article, plan: Plan, errand: Errand, tab: Tab) -> Judgement:
        """The first judge's answer; else the stand-in's, marked degraded.

        Raises:
            StoreUnavailable: what is known of the article cannot be read; another judge is no remedy.
        """
        try:
            return await self.first.judge(article, plan, errand, tab)
        except StoreUnavailable:
            raise
        except Unavailable as error:
            judgement = await self._stand_in.judge(article, plan, errand, tab)
            why = f"the local judge answered, because the LLM could not: {error}"
            return judgement.model_copy(
                update={
                    "judge": judgement.judge.model_copy(update={"degraded": True}),
                    "warnings": (why, *judgement.warnings),
                    # A prompt that the server cannot read will be no shorter the next time.
                    "ask_again": "" if isinstance(error, PromptTooLong) else str(error),
                }
            )
