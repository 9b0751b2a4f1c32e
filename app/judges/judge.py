"""Owns the protocol that every judge keeps."""

from typing import Protocol

from app.domain.article import Article
from app.domain.category import Category
from app.domain.errand import Errand
from app.domain.plan import Plan
from app.domain.verdict import Judgement
from app.llm.tab import Tab


class Judge(Protocol):
    """Whoever turns an article and candidates into verdicts."""

    async def plan(self, article: Article, categories: tuple[Category, ...], *, may_leave_out: bool) -> Plan:
        """How these categories will be asked about; spends nothing.

        `may_leave_out`: a shortlist may take the place of all of them.
        """
        ...

    async def judge(self, article: Article, plan: Plan, errand: Errand, tab: Tab) -> Judgement:
        """One verdict per candidate of the plan, in their order. What it costs goes on the tab.

        Raises:
            Unavailable: the judge cannot be asked; nothing is decided.
        """
        ...
