"""A stand-in for a judge that is away: who answers, and what is said about it."""

import pytest

from app.domain.article import Article
from app.domain.category import Category
from app.domain.errand import Errand
from app.domain.plan import Part, Plan
from app.domain.verdict import Candidate, Judgement, JudgeName, Usage, Verdict
from app.errors import BudgetSpent, ModelUnavailable, PromptTooLong, QuotaExhausted, StoreUnavailable, Unavailable
from app.judges.fallback import FallbackJudge
from app.llm.tab import Tab
from tests.articles import build_article

pytestmark = pytest.mark.anyio

CATEGORY = Category(id="governance", title="Governance", digest="sha256:1")
ARTICLE = build_article("The council decides on every large budget.")


class _Judge:
    """Answers, or fails with what it is told to fail with."""

    def __init__(self, kind: str, error: Unavailable | None = None) -> None:
        self.name = JudgeName.model_validate({"kind": kind, "model": kind})
        self.error = error
        self.asked: list[str] = []

    async def plan(self, article: Article, categories: tuple[Category, ...], *, may_leave_out: bool) -> Plan:
        return _plan(*categories)

    async def judge(self, article: Article, plan: Plan, errand: Errand, tab: Tab) -> Judgement:
        self.asked.append(article.text)
        tab.add(Usage(calls=1))
        if self.error:
            raise self.error
        verdicts = tuple(Verdict(category_id=candidate.category.id) for candidate in plan.candidates)
        return Judgement(verdicts=verdicts, judge=self.name, prompt_version="1")


def _plan(*categories: Category) -> Plan:
    batch = tuple(Candidate(category=category, score=0) for category in categories or (CATEGORY,))
    return Plan(strategy="together", reason="because", batches=(batch,), parts=(Part(sentences=(1,)),))


async def _ask(judge: FallbackJudge) -> Judgement:
    return await judge.judge(ARTICLE, _plan(), Errand(), Tab())


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(ModelUnavailable("the server is down."), id="the provider is down"),
        pytest.param(QuotaExhausted("no money."), id="its quota is gone"),
        pytest.param(BudgetSpent("SCOPENOTE_BUDGET_DAY_USD is spent."), id="our budget is spent"),
    ],
)
async def test_the_stand_in_answers_and_says_why(error: Unavailable) -> None:
    judgement = await _ask(FallbackJudge(_Judge("llm", error), _Judge("local")))
    assert (judgement.judge.kind, judgement.judge.degraded) == ("local", True)
    assert str(error) in judgement.warnings[0]
    assert judgement.ask_again == str(error)


@pytest.mark.parametrize(("is_alone", "is_too_dear"), [(True, True), (False, False)], ids=["all of it", "the rest"])
async def test_a_budget_that_is_too_small_by_itself_is_told_from_one_that_is_spent(
    is_alone: bool, is_too_dear: bool
) -> None:
    judge = FallbackJudge(_Judge("llm", BudgetSpent("It is too little.", is_alone=is_alone)), _Judge("local"))
    judgement = await _ask(judge)
    assert (judgement.ask_again, judgement.is_too_dear) == ("It is too little.", is_too_dear)


async def test_a_judge_that_answers_needs_no_stand_in() -> None:
    stand_in = _Judge("local")
    judgement = await _ask(FallbackJudge(_Judge("llm"), stand_in))
    assert (judgement.judge.kind, judgement.judge.degraded, stand_in.asked) == ("llm", False, [])
    assert judgement.ask_again == ""


async def _recall_governance(_: Article, plan: Plan) -> Judgement:
    """All that the judge said before was about one category."""
    verdicts = tuple(Verdict(category_id=c.category.id) for c in plan.candidates if c.category == CATEGORY)
    judge = JudgeName(kind="llm", model="llm")
    return Judgement(verdicts=verdicts, judge=judge, prompt_version="2", kept=True, warnings=("with care",))


async def test_what_the_judge_said_before_stands_and_the_stand_in_answers_the_rest() -> None:
    funding = Category(id="funding", title="Funding", digest="sha256:2")
    plan = _plan(funding).model_copy(update={"kept": _plan(CATEGORY).candidates})
    judge = FallbackJudge(_Judge("llm", ModelUnavailable("it is down.")), _Judge("local"), _recall_governance)
    judgement = await judge.judge(ARTICLE, plan, Errand(), Tab())
    assert [verdict.category_id for verdict in judgement.verdicts] == ["funding", "governance"]
    assert (judgement.judge.kind, judgement.judge.degraded, judgement.kept) == ("llm", True, False)
    assert (judgement.prompt_version, judgement.ask_again) == ("2", "it is down.")
    assert judgement.warnings[0].startswith("the local judge answered about 1 of 2 categories")
    assert judgement.warnings[1:] == ("with care",)


async def test_nobody_stands_in_for_a_judge_that_has_said_all_meanwhile() -> None:
    stand_in = _Judge("local")
    judgement = await _ask(FallbackJudge(_Judge("llm", ModelUnavailable("down.")), stand_in, _recall_governance))
    assert (judgement.judge.degraded, judgement.ask_again, stand_in.asked) == (False, "", [])


async def test_what_the_model_cannot_read_is_not_to_be_asked_again() -> None:
    judgement = await _ask(FallbackJudge(_Judge("llm", PromptTooLong("too long.")), _Judge("local")))
    assert (judgement.judge.degraded, judgement.ask_again) == (True, "")


async def test_a_store_that_is_away_is_no_reason_for_another_judge() -> None:
    stand_in = _Judge("local")
    with pytest.raises(StoreUnavailable):
        await _ask(FallbackJudge(_Judge("llm", StoreUnavailable("locked.")), stand_in))
    assert stand_in.asked == []
