"""A stand-in for a judge that is away: who answers, what is said about it, and that the judge is asked again."""

import pytest

from app.domain.article import Article
from app.domain.category import Category
from app.domain.errand import Errand
from app.domain.plan import Part, Plan
from app.domain.verdict import Candidate, Judgement, JudgeName, Usage, Verdict
from app.errors import BudgetSpent, ModelUnavailable, PromptTooLong, QuotaExhausted, Unavailable
from app.judges import asking_again
from app.judges.asking_again import AskingAgain
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


def _tended() -> AskingAgain:
    again = AskingAgain()
    again.is_tended = True
    return again


async def _ask(judge: FallbackJudge, article: Article = ARTICLE, plan: Plan | None = None) -> Judgement:
    return await judge.judge(article, plan or _plan(), Errand(), Tab())


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(ModelUnavailable("the server is down."), id="the provider is down"),
        pytest.param(QuotaExhausted("no money."), id="its quota is gone"),
        pytest.param(BudgetSpent("SCOPENOTE_BUDGET_DAY_USD is spent."), id="our budget is spent"),
    ],
)
async def test_the_stand_in_answers_and_says_why(error: Unavailable) -> None:
    judgement = await _ask(FallbackJudge(_Judge("llm", error), _Judge("local"), _tended()))
    assert (judgement.judge.kind, judgement.judge.degraded) == ("local", True)
    assert str(error) in judgement.warnings[0]
    assert "asked again" in judgement.warnings[0]


async def test_a_judge_that_answers_needs_no_stand_in() -> None:
    stand_in = _Judge("local")
    judgement = await _ask(FallbackJudge(_Judge("llm"), stand_in, _tended()))
    assert (judgement.judge.kind, judgement.judge.degraded, stand_in.asked) == ("llm", False, [])


async def test_when_the_judge_is_back_its_answer_is_kept_for_who_asks_next() -> None:
    first, again = _Judge("llm", ModelUnavailable("away.")), _tended()
    judge = FallbackJudge(first, _Judge("local"), again)
    await _ask(judge)
    first.error = None
    assert await judge.ask_again() == 1
    judgement = await _ask(judge)
    assert (judgement.judge.kind, judgement.kept, len(again)) == ("llm", True, 0)
    assert len(first.asked) == 2


async def test_while_the_judge_is_away_the_article_goes_on_waiting() -> None:
    first, again = _Judge("llm", ModelUnavailable("away.")), _tended()
    judge = FallbackJudge(first, _Judge("local"), again)
    await _ask(judge)
    assert await judge.ask_again() == 0
    assert len(again) == 1


async def test_the_same_article_waits_once() -> None:
    again = _tended()
    judge = FallbackJudge(_Judge("llm", ModelUnavailable("away.")), _Judge("local"), again)
    for _ in range(3):
        await _ask(judge)
    assert len(again) == 1


async def test_what_was_kept_for_other_definitions_is_not_given() -> None:
    first, again = _Judge("llm", ModelUnavailable("away.")), _tended()
    judge = FallbackJudge(first, _Judge("local"), again)
    await _ask(judge)
    first.error = None
    await judge.ask_again()
    changed = CATEGORY.model_copy(update={"digest": "sha256:2"})
    assert not (await _ask(judge, plan=_plan(changed))).kept


async def test_a_full_queue_says_that_the_article_is_not_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking_again, "MAX_WAITING", 1)
    judge = FallbackJudge(_Judge("llm", ModelUnavailable("away.")), _Judge("local"), _tended())
    await _ask(judge)
    judgement = await _ask(judge, build_article("Another one."))
    assert "will not be asked again" in judgement.warnings[0]


async def test_an_article_that_the_judge_cannot_take_does_not_hold_up_the_others() -> None:
    class _Picky(_Judge):
        async def judge(self, article: Article, plan: Plan, errand: Errand, tab: Tab) -> Judgement:
            if self.error is None and article == ARTICLE:
                raise ModelUnavailable("not this one.")
            return await super().judge(article, plan, errand, tab)

    first, again = _Picky("llm", ModelUnavailable("away.")), _tended()
    judge = FallbackJudge(first, _Judge("local"), again)
    await _ask(judge)
    await _ask(judge, build_article("Another one."))
    first.error = None
    assert await judge.ask_again() == 1
    assert len(again) == 1


async def test_a_judge_that_is_still_away_is_not_asked_about_everything() -> None:
    first = _Judge("llm", ModelUnavailable("away."))
    judge = FallbackJudge(first, _Judge("local"), _tended())
    for number in range(10):
        await _ask(judge, build_article(f"Article {number}."))
    await judge.ask_again()
    assert len(first.asked) == 10 + asking_again.PATIENCE


async def test_a_command_that_ends_promises_nothing() -> None:
    again = AskingAgain()
    judgement = await _ask(FallbackJudge(_Judge("llm", ModelUnavailable("away.")), _Judge("local"), again))
    assert "will not be asked again" in judgement.warnings[0]
    assert len(again) == 0


async def test_what_the_model_cannot_read_is_not_asked_about_again() -> None:
    again = _tended()
    judgement = await _ask(FallbackJudge(_Judge("llm", PromptTooLong("too long.")), _Judge("local"), again))
    assert "will not be asked again" in judgement.warnings[0]
    assert len(again) == 0


async def test_an_article_that_is_never_answered_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking_again, "MOST_TRIES", 3)
    first, again = _Judge("llm", ModelUnavailable("away.")), _tended()
    judge = FallbackJudge(first, _Judge("local"), again)
    await _ask(judge)
    for _ in range(5):
        await judge.ask_again()
    assert len(first.asked) == 1 + 3
    assert len(again) == 0
