"""Articles that CMSs send are decided at the expense of their source, and no stand-in decides about them."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.bootstrap.classifying import compose_classifier
from app.bootstrap.delivering import PatientDecider
from app.category_files.loading import load_taxonomy
from app.domain.article import Article
from app.domain.category import Category
from app.domain.errand import Errand, bill_source
from app.domain.plan import Plan
from app.domain.source import Source
from app.domain.verdict import Judgement, Usage
from app.errors import BudgetSpent
from app.judges.fallback import FallbackJudge
from app.judges.judge import Judge
from app.llm.tab import Tab
from app.settings import Settings
from tests.articles import build_article

pytestmark = pytest.mark.anyio

BLOG = Source(name="blog", cms="ghost", created_at=datetime(2026, 1, 1, tzinfo=UTC), budget_day_usd=0.5)


class _Poor:
    """A judge that nobody can pay for, after so many calls about an article."""

    def __init__(self, judge: Judge, *, calls: int = 0) -> None:
        self._judge = judge
        self._calls = calls
        self.errands: list[Errand] = []

    async def plan(self, article: Article, categories: tuple[Category, ...], *, may_leave_out: bool) -> Plan:
        return await self._judge.plan(article, categories, may_leave_out=may_leave_out)

    async def judge(self, article: Article, plan: Plan, errand: Errand, tab: Tab) -> Judgement:
        self.errands.append(errand)
        tab.add(Usage(calls=self._calls))
        raise BudgetSpent("It is spent.", payer=errand.payer.reference if errand.payer else None)


async def test_the_source_pays_behind_those_who_wait_and_without_it_nobody_decides(tmp_path: Path) -> None:
    (tmp_path / "governance.md").write_text("---\ntitle: Governance\n---\n")
    local = compose_classifier(load_taxonomy(tmp_path), Settings(judge="local"), None)
    poor = _Poor(local.hearing.judge)
    both = replace(local, hearing=replace(local.hearing, judge=FallbackJudge(poor, local.hearing.judge)))
    with pytest.raises(BudgetSpent) as refused:
        await PatientDecider(lambda: both).decide(build_article("The board decides."), BLOG)
    assert refused.value.payer == "source:blog"
    assert poor.errands == [Errand(urgency="job", payer=bill_source(BLOG))]


@pytest.mark.parametrize("calls", [0, 2])
async def test_it_is_told_whether_a_part_was_paid_for(tmp_path: Path, calls: int) -> None:
    (tmp_path / "governance.md").write_text("---\ntitle: Governance\n---\n")
    local = compose_classifier(load_taxonomy(tmp_path), Settings(judge="local"), None)
    poor = replace(local, hearing=replace(local.hearing, judge=_Poor(local.hearing.judge, calls=calls)))
    with pytest.raises(BudgetSpent) as refused:
        await PatientDecider(lambda: poor).decide(build_article("The board decides."), BLOG)
    assert refused.value.was_paid is bool(calls)
