"""Reading: how much of an article is read, and that nothing is left out silently."""

import pytest

from app.domain.article import Article
from app.domain.plan import Part, Plan
from tests.judges.planned import build_definitions, build_long_article, build_planner

pytestmark = pytest.mark.anyio

CATEGORIES = build_definitions(3)


async def _plan(article: Article, **limits: int) -> Plan:
    return await build_planner(CATEGORIES, **limits).plan(article, CATEGORIES, may_leave_out=True)


async def test_an_article_that_fits_is_read_at_once() -> None:
    plan = await _plan(build_long_article([50, 50]), part_tokens=200)
    assert plan.parts == (Part(sentences=(1, 2)),)
    assert plan.notes == ()


async def test_a_long_article_is_read_in_parts_with_every_sentence() -> None:
    plan = await _plan(build_long_article([50] * 10), part_tokens=200)
    assert [number for part in plan.parts for number in part.sentences] == list(range(1, 11))
    assert plan.calls == len(plan.parts) == 4
    assert plan.notes == ()


async def test_a_small_context_makes_small_parts() -> None:
    plan = await _plan(build_long_article([100] * 20), context_tokens=3000)
    assert len(plan.parts) == 2


async def test_of_a_very_long_article_the_opening_and_the_most_telling_sentences_are_read() -> None:
    plan = await _plan(build_long_article([50] * 100), part_tokens=200)
    read = [number for part in plan.parts for number in part.sentences]
    assert read == sorted(read)
    assert read[:6] == [1, 2, 3, 4, 5, read[5]]
    assert read[-1] == 100
    assert 12 <= len(read) <= 18
    assert len(plan.parts) <= 6
    assert plan.notes == (
        f"{len(read)} of 100 sentences are read, the opening and the most telling ones: "
        "the article takes more than 6 parts of 200 tokens",
    )


async def test_a_sentence_longer_than_a_part_is_read_by_itself_and_told() -> None:
    plan = await _plan(build_long_article([50, 500, 50]), part_tokens=200)
    assert Part(sentences=(2,)) in plan.parts
    assert plan.notes == ("longer than 200 tokens without a sentence's end, and read by themselves: sentences 2",)


async def test_a_sentence_longer_than_a_part_is_not_among_the_most_telling() -> None:
    plan = await _plan(build_long_article([50] * 100 + [500]), part_tokens=200)
    read = {number for part in plan.parts for number in part.sentences}
    assert 101 not in read
    assert 100 in read


async def test_an_article_of_nothing_but_endless_sentences_is_still_read_in_part() -> None:
    plan = await _plan(build_long_article([500] * 10), part_tokens=200)
    assert plan.parts == (Part(sentences=(1,)),)
    assert plan.notes[0].startswith("1 of 10 sentences are read")


async def test_a_choice_of_sentences_that_the_article_lacks_is_ignored() -> None:
    planner = build_planner(CATEGORIES, part_tokens=200)

    async def choose(article: Article, count: int) -> tuple[int, ...]:
        return (0, -1, 1000, 50, 50)

    planner._choose = choose  # noqa: SLF001 - the one collaborator that this test replaces
    plan = await planner.plan(build_long_article([50] * 100), CATEGORIES, may_leave_out=True)
    assert [number for part in plan.parts for number in part.sentences] == [1, 2, 3, 4, 5, 50]


async def test_a_title_without_end_does_not_crowd_the_text_out() -> None:
    article = build_long_article([20] * 10).model_copy(update={"title": "endless " * 500})
    plan = await _plan(article, part_tokens=200)
    assert [number for part in plan.parts for number in part.sentences] == list(range(1, 11))
