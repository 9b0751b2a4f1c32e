"""Owns the LLM judge: a plan's questions asked side by side, and their answers merged into verdicts."""

from collections.abc import Sequence

from app.domain.article import Article
from app.domain.category import Category
from app.domain.errand import Errand
from app.domain.plan import Plan
from app.domain.verdict import Judgement, JudgeName, Verdict
from app.judges.merging import Shown, collect_warnings, merge
from app.judges.planning import Planner
from app.judges.questioning import Questioner, Subject
from app.judges.running import run_together
from app.llm.model import ChatModel
from app.llm.tab import Tab
from app.prompting.composing import Composer


class LLMJudge:
    """Asks a chat model, one question for each batch of a plan and each part of the article.

    `cautions` are warnings that every judgement of this model carries.
    """

    def __init__(
        self, model: ChatModel, composer: Composer, planner: Planner, *, cautions: tuple[str, ...] = ()
    ) -> None:
        self._model = model
        self._composer = composer
        self._planner = planner
        self._cautions = cautions

    async def plan(self, article: Article, categories: tuple[Category, ...], *, may_leave_out: bool) -> Plan:
        """The cheapest way to ask about these categories; spends nothing."""
        return await self._planner.plan(article, categories, may_leave_out=may_leave_out)

    async def judge(self, article: Article, plan: Plan, errand: Errand, tab: Tab) -> Judgement:
        """One verdict per candidate, in the plan's order.

        A candidate that the model does not answer about, also when asked again, gets an
        `unreadable` verdict: silence is not a "no".

        Raises:
            Unavailable: a question got no reply; the others have been given up, and what they cost is on the tab.
        """
        questioner = Questioner(self._model, self._composer, self._planner, article=article, errand=errand, tab=tab)
        answered = await run_together(
            questioner.ask(
                Subject(
                    categories=tuple(candidate.category for candidate in batch),
                    part=part,
                    stays=plan.strategy != "shortlist",
                )
            )
            for batch in plan.batches
            for part in plan.parts
        )
        answers = [answer for several in answered for answer in several]
        categories = [candidate.category for candidate in plan.candidates]
        shown = Shown(
            instructions=self._composer.instructions,
            categories=tuple(category for category in categories if category.examples),
            article_text=article.text,
        )
        return self.sign([merge(category, answers, shown) for category in categories], collect_warnings(answers))

    def sign(self, verdicts: Sequence[Verdict], warnings: Sequence[str] = (), *, kept: bool = False) -> Judgement:
        """Verdicts under this judge's name; `kept` says that it gave them before."""
        return Judgement(
            verdicts=tuple(verdicts),
            judge=JudgeName(kind="llm", model=self._model.name),
            prompt_version=self._composer.version,
            warnings=(*self._cautions, *warnings),
            kept=kept,
        )
