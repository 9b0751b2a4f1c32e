"""Splitting: long articles in parts of whole sections, nothing lost, nothing twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.plan import Part
from app.judges.splitting import halve, split
from tests.judges.planned import build_long_article


def _number(parts: tuple[Part, ...]) -> list[list[int]]:
    return [list(part.sentences) for part in parts]


@pytest.mark.parametrize(
    ("sizes", "headings", "paragraph", "limit", "parts"),
    [
        pytest.param([10, 10], [], 1, 30, [[1, 2]], id="what fits is one part"),
        pytest.param([2, 10, 10, 2, 10, 10], [1, 4], 3, 30, [[1, 2, 3], [4, 5, 6]], id="between sections"),
        pytest.param([10, 10, 10, 10, 10], [], 1, 40, [[1, 2, 3], [4, 5]], id="in parts of about the same size"),
        pytest.param([2, 10, 2, 5, 2, 5, 2, 10], [1, 3, 5, 7], 2, 20, [[1, 2, 3, 4], [5, 6, 7, 8]], id="whole sections gathered"),
        pytest.param([10, 10, 10, 10], [], 2, 35, [[1, 2], [3, 4]], id="between paragraphs"),
        pytest.param([10, 10, 10], [], 3, 15, [[1], [2], [3]], id="between sentences"),
        pytest.param([5, 50, 5], [], 1, 20, [[1], [2], [3]], id="a sentence that is too large stands alone"),
        pytest.param([8, 2, 9, 9], [2], 1, 12, [[1], [2, 3], [4]], id="a heading stays with what it announces"),
        pytest.param([2, 2, 9, 2, 9], [1, 2, 4], 1, 15, [[1, 2, 3], [4, 5]], id="headings in a row open one section"),
    ],
)  # fmt: skip
def test_split(sizes: list[int], headings: list[int], paragraph: int, limit: int, parts: list[list[int]]) -> None:
    article = build_long_article(sizes, headings=headings, paragraph=paragraph)
    assert _number(split(article, sizes, limit)) == parts


_SIZES = st.lists(st.integers(1, 60), min_size=1, max_size=40)


@given(_SIZES, st.sets(st.integers(1, 40)), st.integers(1, 6), st.integers(1, 120))
def test_every_sentence_is_in_exactly_one_part_in_order_and_parts_keep_the_limit(
    sizes: list[int], headings: set[int], paragraph: int, limit: int
) -> None:
    article = build_long_article(sizes, headings=sorted(headings), paragraph=paragraph)
    parts = _number(split(article, sizes, limit))
    assert [number for part in parts for number in part] == list(range(1, len(sizes) + 1))
    assert all(len(part) == 1 or sum(sizes[number - 1] for number in part) <= limit for part in parts)


@given(_SIZES, st.data())
def test_chosen_sentences_are_split_like_all(sizes: list[int], data: st.DataObject) -> None:
    numbers = st.integers(1, len(sizes))
    chosen = sorted(data.draw(st.sets(numbers, min_size=1)))
    parts = _number(split(build_long_article(sizes), sizes, 50, chosen))
    assert [number for part in parts for number in part] == chosen


@given(_SIZES)
def test_halves_hold_the_whole_in_order(sizes: list[int]) -> None:
    article = build_long_article(sizes)
    part = Part(sentences=tuple(range(1, len(sizes) + 1)))
    halves = halve(article, part)
    if len(sizes) == 1:
        assert halves is None
    else:
        assert halves is not None
        assert halves[0].sentences + halves[1].sentences == part.sentences
        assert all(half.sentences for half in halves)


def test_halves_are_cut_by_length_and_not_by_number() -> None:
    halves = halve(build_long_article([30, 1, 1, 1]), Part(sentences=(1, 2, 3, 4)))
    assert halves is not None
    assert _number(halves) == [[1], [2, 3, 4]]
