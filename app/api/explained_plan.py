"""Owns the plan as the outside sees it: what asking about an article would take, before it is done."""

from typing import Self

from app.api.classification import ArticleSummary
from app.domain.article import Article
from app.domain.plan import Plan, Strategy
from app.domain.value import Value
from app.judges.plan_telling import tell_plan


class ExplainedPlan(Value):
    """Calls, tokens and money that a classification is expected to take. Nothing is spent on it.

    `explanation` says all of it in sentences, and why it is planned so. `cost_usd` is with a warm
    cache, `most_usd` the upper bound; both are null where the model's price is not known. `asked`
    are the ids that are put forward, call by call; `left_out` counts the categories that are
    not asked about, because others are closer to the article.
    """

    article: ArticleSummary
    model: str
    strategy: Strategy
    explanation: tuple[str, ...]
    calls: int
    parts: int
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    exact: bool
    cost_usd: float | None
    most_usd: float | None
    prices_as_of: str | None
    asked: tuple[tuple[str, ...], ...]
    left_out: int

    @classmethod
    def of(cls, plan: Plan, article: Article, *, model: str, categories: int) -> Self:
        """The plan for an article, told; `categories` is how many there are to be asked about."""
        return cls(
            article=ArticleSummary.of(article),
            model=model,
            strategy=plan.strategy,
            explanation=tell_plan(plan),
            calls=plan.calls,
            parts=len(plan.parts),
            input_tokens=plan.input_tokens,
            cached_tokens=plan.cached_tokens,
            output_tokens=plan.output_tokens,
            exact=plan.exact,
            cost_usd=plan.cost_usd,
            most_usd=plan.most_usd,
            prices_as_of=plan.prices_as_of,
            asked=tuple(tuple(candidate.category.id for candidate in batch) for batch in plan.batches),
            left_out=categories - len(plan.candidates),
        )
