"""Nearest chunks: of prompts that stay the same, the few that an article is asked about."""

from collections.abc import Mapping, Sequence

import pytest

from app.domain.article import Article
from app.domain.category import Category
from app.domain.errand import Errand
from app.domain.plan import Plan
from app.domain.verdict import Candidate
from app.judges.planning import Limits, Planner
from app.judges.pricing import Tariff
from app.judges.sizing import Sizes
from app.llm.server.caching import PrefixCache
from app.llm.tab import Tab
from app.prompting.composing import Composer
from tests.articles import build_article
from tests.judges.planned import CACHED, PROMPTS, UNKNOWN, WordCounter, build_definitions
from tests.judges.scripted_chat import build_judge, deny_all

pytestmark = pytest.mark.anyio

ARTICLE = build_article(*[f"Sentence {number} " + "and so on " * 30 for number in range(15)])
OTHER = build_article(*[f"Statement {number} " + "and so on " * 30 for number in range(15)])
TAXONOMY = build_definitions(180, words=480)
DEAR_CACHE = CACHED.model_copy(update={"cache": PrefixCache(mode="implicit", min_prefix=1024)})


class _Ranking:
    """A taxonomy in groups of every sixth category, and articles of which scores are known by place."""

    def __init__(self, scores: Mapping[int, float], *, taxonomy: Sequence[Category] = TAXONOMY) -> None:
        self.taxonomy = taxonomy
        self.scores = scores
        self.grouped: list[int] = []

    async def shortlist(self, article: Article, size: int) -> tuple[Candidate, ...]:
        rows = sorted(range(len(self.taxonomy)), key=lambda row: (-self.scores.get(row, 0.0), row))
        return tuple(Candidate(category=self.taxonomy[row], score=self.scores.get(row, 0.0)) for row in rows[:size])

    async def choose(self, article: Article, count: int) -> Sequence[int]:
        return range(1, count + 1)

    async def alike(self, most: int) -> list[list[Category]]:
        self.grouped.append(most)
        step = -(-len(self.taxonomy) // most)
        return [list(self.taxonomy[first::step]) for first in range(step)]


FOCUSED = _Ranking({5: 0.9, 23: 0.8, 1: 0.6, 19: 0.5, 2: 0.1})
SCATTERED = _Ranking({row: 0.5 for first in range(6) for row in (first, first + 30, first + 60)})


def _build_planner(ranking: _Ranking, tariff: Tariff = CACHED, **limits: int) -> Planner:
    return Planner(
        Sizes(Composer(PROMPTS, secret=b"test"), WordCounter()),
        tariff,
        shortlist=ranking.shortlist,
        choose=ranking.choose,
        alike=ranking.alike,
        limits=Limits(**{"shortlist_tokens": 10_000, **limits}),
    )


async def _plan(ranking: _Ranking, tariff: Tariff = CACHED, *, named: bool = False, **limits: int) -> Plan:
    return await _build_planner(ranking, tariff, **limits).plan(ARTICLE, TAXONOMY, may_leave_out=not named)


def _list_ids(plan: Plan) -> list[list[str]]:
    return [[candidate.category.id for candidate in batch] for batch in plan.batches]


async def test_the_chunks_with_the_highest_scores_are_asked_about_in_the_taxonomys_order() -> None:
    plan = await _plan(FOCUSED)
    assert plan.strategy == "nearest_chunks"
    assert [ids[0] for ids in _list_ids(plan)] == ["c001", "c002", "c005"]
    assert all(len(ids) == 30 for ids in _list_ids(plan))
    scores = {candidate.category.id: candidate.score for candidate in plan.candidates if candidate.score}
    assert scores == {"c005": 0.9, "c023": 0.8, "c001": 0.6, "c019": 0.5, "c002": 0.1}


async def test_few_high_scores_count_for_more_than_many_low_ones() -> None:
    some, many_low = dict.fromkeys(range(180), 0.02), dict.fromkeys(range(0, 180, 6), 0.05)
    plan = await _plan(_Ranking({**some, **many_low, 2: 0.5, 3: 0.5, 4: 0.5}))
    assert [ids[0] for ids in _list_ids(plan)] == ["c002", "c003", "c004"]


async def test_they_cost_no_more_than_the_shortlist_and_another_chunk_would() -> None:
    shortlist = await _plan(SCATTERED)
    plan = await _plan(FOCUSED)
    assert shortlist.strategy == "shortlist"
    assert plan.cost_usd is not None
    assert shortlist.cost_usd is not None
    assert plan.cost_usd <= shortlist.cost_usd < plan.cost_usd * 4 / 3


async def test_the_reason_tells_both_ways_in_words() -> None:
    plan = await _plan(FOCUSED)
    assert plan.reason.startswith(
        "The 3 nearest to this article of 6 prompts that stay the same, each about definitions that are alike, "
        "hold 90 of 180 definitions and come to 3 calls"
    )
    assert "a shortlist costs no less, 1 call" in plan.reason


async def test_an_article_about_many_things_gets_a_shortlist() -> None:
    plan = await _plan(SCATTERED)
    assert (plan.strategy, plan.calls) == ("shortlist", 1)
    assert sum(candidate.score for candidate in plan.candidates) == 9.0


@pytest.mark.parametrize(
    "tariff",
    [
        pytest.param(UNKNOWN, id="price unknown"),
        pytest.param(DEAR_CACHE, id="what is cached costs the same"),
        pytest.param(CACHED.model_copy(update={"cache": PrefixCache(mode="none")}), id="nothing is cached"),
    ],
)
async def test_where_caching_is_not_cheaper_the_shortlist_stays(tariff: Tariff) -> None:
    ranking = _Ranking(FOCUSED.scores)
    plan = await _plan(ranking, tariff)
    assert (plan.strategy, ranking.grouped) == ("shortlist", [])


async def test_without_groups_there_is_a_shortlist() -> None:
    sizes = Sizes(Composer(PROMPTS, secret=b"test"), WordCounter())
    planner = Planner(sizes, CACHED, shortlist=FOCUSED.shortlist, choose=FOCUSED.choose)
    assert (await planner.plan(ARTICLE, TAXONOMY, may_leave_out=True)).strategy == "shortlist"


async def test_all_together_in_chunks_stays_where_it_is_cheaper() -> None:
    few = TAXONOMY[:60]
    planner = _build_planner(_Ranking(FOCUSED.scores, taxonomy=few))
    assert (await planner.plan(ARTICLE, few, may_leave_out=True)).strategy == "chunks"


async def test_categories_that_are_named_are_never_left_out() -> None:
    plan = await _plan(FOCUSED, named=True)
    assert (plan.strategy, len(plan.candidates)) == ("chunks", 180)


async def test_only_what_is_asked_about_is_in_a_chunk() -> None:
    asked = TAXONOMY[:150]
    plan = await _build_planner(FOCUSED).plan(ARTICLE, asked, may_leave_out=True)
    assert plan.strategy == "nearest_chunks"
    assert {candidate.category.id for candidate in plan.candidates} <= {category.id for category in asked}


async def test_a_chunk_keeps_to_the_limits_in_number_and_tokens() -> None:
    plan = await _plan(FOCUSED, max_together=20)
    assert plan.strategy == "nearest_chunks"
    assert max(map(len, plan.batches)) <= 20
    small = await _plan(FOCUSED, context_tokens=16_000)
    assert small.strategy == "nearest_chunks"
    assert small.input_tokens / small.calls < 16_000
    assert max(map(len, small.batches)) < 30


async def test_groups_are_worked_out_once_and_again_when_the_limits_change() -> None:
    ranking = _Ranking(FOCUSED.scores)
    planner = _build_planner(ranking)
    for article in (ARTICLE, OTHER):
        await planner.plan(article, TAXONOMY, may_leave_out=True)
    assert ranking.grouped == [30]
    planner.learn_limit(16_000, None)
    await planner.plan(ARTICLE, TAXONOMY, may_leave_out=True)
    assert ranking.grouped == [30, 30]


async def test_prompts_are_the_same_from_article_to_article_and_marked_for_caching() -> None:
    asker, model = build_judge(deny_all, _build_planner(FOCUSED))
    for article in (ARTICLE, OTHER):
        plan = await asker.plan(article, TAXONOMY, may_leave_out=True)
        await asker.judge(article, plan, Errand(), Tab())
    first, second = (sorted(asked.messages[0].content for asked in model.asked[start : start + 3]) for start in (0, 3))
    assert first == second
    assert all(asked.messages[0].ends_prefix for asked in model.asked)
