"""Owns the measuring of packing: what asking about many definitions takes, by each way of doing it.

    python -m bench.packing [--definitions 181] [--tokens 500] [--article 1500] [--data DIR] [--limit N]

Made-up definitions and one made-up article, the same on every run. Beside ours stand one call per category, as the
original did it (366,000 input tokens by its own sizes), and the limit of 12,000 uncached-equivalent input tokens per
article (cached tokens count by their share of the price). With --data DIR, which holds arxiv/, also how many of the
right categories are asked about, by a shortlist and as planned. One JSON object last.
"""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from app.domain.article import Article
from app.domain.category import Category
from app.domain.plan import Plan
from app.domain.verdict import Candidate
from app.judges.batching import Room, group
from app.judges.nearest import Alike, AlikeChunks, choose_nearest
from app.judges.planning import Limits, Planner
from app.judges.pricing import Estimate, Tariff, estimate, list_calls
from app.judges.sizing import Sizes
from app.llm.server.caching import get_prefix_cache
from app.llm.server.hosts import OPENAI_URL
from app.llm.spending.prices import load_prices
from app.prompting.composing import Composer
from app.prompting.counting import load_counter
from app.similarity.grouping import group_alike
from bench.frame import end, make_parser
from bench.packing_data import make_article, make_definitions
from bench.packing_recall import Shape, measure_recall
from bench.retrieval_data import load_set

ORIGINAL = 366_000
LIMIT = 12_000
SEED = 7
MODELS = (("gpt-6-luna", OPENAI_URL), ("a-model-of-ones-own", "http://127.0.0.1:8000/v1"))
PROMPTS = Path(__file__).parents[1] / "prompts"


def find_tariff(model: str, server: str) -> Tariff:
    return Tariff(price=load_prices().find(model, server), cache=get_prefix_cache(server, model))


def build_planner(sizes: Sizes, tariff: Tariff, categories: Sequence[Category]) -> Planner:
    """A planner whose shortlist is just the first definitions, and whose chunks are the first: only sizes matter."""

    async def shortlist(_: Article, size: int) -> tuple[Candidate, ...]:
        return tuple(Candidate(category=category, score=0.0) for category in categories[:size])

    async def choose(_: Article, count: int) -> tuple[int, ...]:
        return tuple(range(1, count + 1))

    return Planner(sizes, tariff, shortlist=shortlist, choose=choose, alike=build_alike(categories))


def build_alike(categories: Sequence[Category]) -> Alike:
    """Groups of neighbours, of the sizes that definitions with vectors would be in on the average."""

    async def alike(most: int) -> list[list[Category]]:
        nothing = np.empty((len(categories), 0), dtype=np.float32)
        return [[categories[row] for row in rows] for rows in group_alike(nothing, most)]

    return alike


def list_ways(categories: tuple[Category, ...], article: Article, sizes: Sizes, tariff: Tariff) -> dict[str, Estimate]:
    """What each way of asking comes to; the shortlist is the one that the planner would take."""
    parts, limits = [sizes.count_article(article)], Limits()
    room = Room(max_together=limits.max_together, context_tokens=limits.context_tokens, part_tokens=limits.part_tokens)
    listed = count_listed(categories, sizes)
    ways: dict[str, tuple[Sequence[Sequence[Category]], bool]] = {
        "one call per category": ([(category,) for category in categories], True),
        "all in one prompt (over the limit)": ([categories], True),
        "chunks": (group(categories, sizes, room), True),
        f"shortlist of {listed}": ([categories[:listed]], False),
    }
    came = {
        name: estimate(list_calls(groups, parts, sizes, stays=stays), tariff) for name, (groups, stays) in ways.items()
    }
    alike = AlikeChunks(build_alike(categories), sizes)
    chunks = asyncio.run(alike.list_chunks(categories, room, limits.alike_together))

    def weigh(taken: Sequence[Sequence[Category]]) -> Estimate:
        return estimate(list_calls(taken, parts, sizes, stays=True), tariff)

    near = choose_nearest(chunks, {}, weigh, came[f"shortlist of {listed}"])
    return {**came, f"nearest {len(near)} of {len(chunks)} chunks": weigh(near)} if near else came


def count_listed(categories: Sequence[Category], sizes: Sizes) -> int:
    """How many definitions a shortlist holds: as many as asked for, or as there is room for."""
    tokens, listed, limits = sizes.header, 0, Limits()
    for category in categories[: limits.shortlisted]:
        tokens += sizes.count_definition(category)
        if tokens > limits.shortlist_tokens:
            break
        listed += 1
    return listed


def print_ways(ways: dict[str, Estimate], plan: Plan) -> None:
    print(
        f"{'':36s} {'calls':>5s} {'input':>9s} {'cached':>9s} {'output':>7s} {'uncached-eq.':>12s} {'USD/1,000':>10s}"
    )
    for name, came in ways.items():
        money = "-" if came.cost_usd is None else f"{1000 * came.cost_usd:.2f}"
        print(
            f"{name:36s} {came.calls:5d} {came.input:9,d} {came.cached:9,d} {came.output:7,d} "
            f"{came.equivalent:12,d} {money:>10s}"
        )
    print(f"chosen: {plan.strategy}. {plan.reason}")


def main() -> int:
    parser = make_parser("bench.packing", __doc__)
    parser.add_argument("--definitions", type=int, default=181, help="how many (default 181)")
    parser.add_argument("--tokens", type=int, default=500, help="of one definition (default 500)")
    parser.add_argument("--article", type=int, default=1500, help="tokens of the article's text (default 1500)")
    parser.add_argument("--data", type=Path, help="folder that holds arxiv/: measures recall")
    parser.add_argument("--limit", type=int, default=250, help="articles to measure recall on (default 250)")
    arguments = parser.parse_args()
    composer = Composer(PROMPTS, secret=b"bench")
    counter = load_counter(MODELS[0][0])
    sizes = Sizes(composer, counter)

    def measure(category: Category) -> int:
        return counter.count(composer.definition_text(category))

    categories = make_definitions(arguments.definitions, arguments.tokens, measure, SEED)
    article = make_article(arguments.article, sizes.count, SEED)
    mean = sum(map(sizes.count_definition, categories)) / len(categories)
    how = "counted" if sizes.exact else "estimated"
    print(f"{len(categories)} definitions of {mean:.0f} tokens, instructions of {sizes.header} ({how})")
    print(f"article: {sizes.count(article.text):,} tokens, {sizes.count_article(article):,} with fence and numbers")
    print(f"the original: {ORIGINAL:,} input tokens per article; limit: {LIMIT:,} uncached-equivalent")
    results: dict[str, object] = {"original": ORIGINAL, "limit": LIMIT, "exact": sizes.exact}
    for model, server in MODELS:
        tariff = find_tariff(model, server)
        plan = asyncio.run(build_planner(sizes, tariff, categories).plan(article, categories, may_leave_out=True))
        ways = list_ways(categories, article, sizes, tariff)
        print(f"\n{model}")
        print_ways(ways, plan)
        results[model] = {
            "chosen": plan.strategy,
            "input_tokens": plan.input_tokens,
            "cost_usd": plan.cost_usd,
            "most_usd": plan.most_usd,
            "ways": {name: came.model_dump() for name, came in ways.items()},
        }
    if arguments.data:
        shape = Shape(
            definitions=len(categories), definition_tokens=round(mean), article_tokens=sizes.count_article(article)
        )
        tariff = find_tariff(*MODELS[0])
        labelled = load_set("arxiv", arguments.data, arguments.limit)
        results["recall"] = measure_recall(labelled, shape, tariff, composer, counter) if labelled else None
        if labelled is None:
            print(f"\nno labelled set in {arguments.data}")
    end(results)
    return 0


if __name__ == "__main__":
    sys.exit(main())
