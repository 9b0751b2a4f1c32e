"""Owns hearing the judges: the one that decides, and beside it the one that gives a second opinion."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from app.domain.article import Article
from app.domain.errand import Errand
from app.domain.plan import Plan
from app.domain.verdict import Judgement
from app.errors import Unavailable
from app.judges.judge import Judge
from app.llm.tab import Tab


@dataclass(frozen=True)
class Hearing:
    """`second` is asked too where `wants_second` says so of an article; it never decides by itself."""

    judge: Judge
    second: Judge | None = None
    wants_second: Callable[[Article], bool] = lambda _: True

    async def ask(
        self, article: Article, plan: Plan, errand: Errand, tab: Tab, *, is_suspicious: bool
    ) -> tuple[Judgement, Judgement | None]:
        """The judge's answer, and at the same time the second one's where it looks as well.

        It always looks at an article that seems to give orders. A stand-in for the judge needs no
        second opinion: it would be its own.

        Raises:
            Unavailable: the judge cannot be asked.
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


def _warn(judgement: Judgement, *warnings: str) -> Judgement:
    return judgement.model_copy(update={"warnings": (*judgement.warnings, *warnings)})
