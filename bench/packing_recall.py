"""Owns the measuring of what plans leave out: how many of the right categories of arXiv's articles are asked about."""

import asyncio
import hashlib
from collections.abc import Sequence

from app.domain.article import Article
from app.domain.category import Category
from app.domain.plan import Plan
from app.domain.telling import tell_count
from app.domain.value import Value
from app.errors import EmbeddingsUnavailable
from app.judges.planning import Limits, Planner
from app.judges.pricing import Tariff
from app.judges.sizing import Counter, Sizes
from app.prompting.composing import Composer
from app.similarity.embedding import load_embedder
from app.similarity.reader import Reader
from app.similarity.taxonomy_index import TaxonomyIndex
from bench.retrieval_data import LabelledArticle, LabelledSet


class Shape(Value):
    """What is asked about: so many definitions of so many tokens, and the article's message."""

    definitions: int
    definition_tokens: int
    article_tokens: int


class FixedSizes(Sizes):
    """Counts every definition and every article alike, whatever arXiv's take."""

    def __init__(self, composer: Composer, counter: Counter, shape: Shape) -> None:
        super().__init__(composer, counter)
        self._shape = shape

    def count_definition(self, category: Category) -> int:  # noqa: ARG002 - all alike
        """The shape's tokens of a definition."""
        return self._shape.definition_tokens

    def count_article(self, article: Article, sentences: tuple[int, ...] | None = None) -> int:  # noqa: ARG002 - all alike
        """The shape's tokens of an article."""
        return self._shape.article_tokens


def measure_recall(
    labelled: LabelledSet, shape: Shape, tariff: Tariff, composer: Composer, counter: Counter
) -> dict[str, object] | None:
    """The share of the right categories that plans ask about, with and without nearest chunks, and the mean cost.

    Once with arXiv's categories as they are, and once with each standing for as many definitions as makes the
    shape's number of them. Which chunks are taken was decided on the half of the articles that is not `held_out`.
    """
    try:
        embedder = load_embedder()
    except EmbeddingsUnavailable as problem:
        print(f"recall not measured: {problem}")
        return None
    reader = Reader(TaxonomyIndex.build(labelled.taxonomy, embedder, None))
    categories = labelled.taxonomy.categories
    share = len(categories) / shape.definitions
    as_many = shape.model_copy(update={"definition_tokens": round(shape.definition_tokens / share)})
    usual = Limits()
    scaled = {name: max(1, round(getattr(usual, name) * share)) for name in ("max_together", "alike_together")}
    ways = {
        f"{len(categories)} definitions": (FixedSizes(composer, counter, shape), usual),
        f"as of {shape.definitions} definitions": (
            FixedSizes(composer, counter, as_many),
            usual.model_copy(update={**scaled, "shortlisted": max(1, round(usual.shortlisted * share))}),
        ),
    }
    print(f"\nrecall over {len(labelled.articles)} of arXiv's articles, in brackets over the half held out")
    results: dict[str, object] = {"set": "arxiv", "articles": len(labelled.articles), "categories": len(categories)}
    for name, (sizes, limits) in ways.items():
        print(name)
        came = {}
        for way, alike in (("shortlist", None), ("planned", reader.group_alike)):
            planner = Planner(
                sizes,
                tariff,
                shortlist=lambda article, size: reader.shortlist(article, size=size),
                choose=_choose_first,
                alike=alike,
                limits=limits,
            )
            came[way] = _summarise(way, labelled, asyncio.run(_plan_all(labelled, planner)))
        results[name] = came
    return results


async def _choose_first(_: Article, count: int) -> tuple[int, ...]:
    return tuple(range(1, count + 1))


async def _plan_all(labelled: LabelledSet, planner: Planner) -> list[Plan]:
    categories = labelled.taxonomy.categories
    return [await planner.plan(row.article, categories, may_leave_out=True) for row in labelled.articles]


def _summarise(name: str, labelled: LabelledSet, plans: Sequence[Plan]) -> dict[str, object]:
    rows = labelled.articles
    found = [_measure_share(row, plan) for row, plan in zip(rows, plans, strict=True)]
    held_out = [share for row, share in zip(rows, found, strict=True) if _is_held_out(row.article)]
    by_strategy = {plan.strategy: sum(p.strategy == plan.strategy for p in plans) for plan in plans}
    usd = 1000 * sum(plan.cost_usd or 0 for plan in plans) / len(plans)
    example = next((plan for plan in plans if plan.strategy == "nearest_chunks"), plans[0])
    recall, other = sum(found) / len(found), sum(held_out) / max(1, len(held_out))
    told = ", ".join(f"{strategy} {count}" for strategy, count in by_strategy.items())
    print(
        f"{name:10s} {recall:.3f} ({other:.3f}), USD/1,000 {usd:.2f}, "
        f"{len(example.candidates)} definitions in {tell_count(len(example.batches), 'prompt')}; articles: {told}"
    )
    return {
        "recall": round(recall, 3),
        "held_out": round(other, 3),
        "usd_per_1000": round(usd, 3),
        "prompts": len(example.batches),
        "asked": len(example.candidates),
        "strategies": by_strategy,
    }


def _measure_share(row: LabelledArticle, plan: Plan) -> float:
    asked = {candidate.category.id for candidate in plan.candidates}
    return len(row.labels & asked) / len(row.labels)


def _is_held_out(article: Article) -> bool:
    return int(hashlib.sha256(article.digest.encode()).hexdigest(), 16) % 2 == 1
