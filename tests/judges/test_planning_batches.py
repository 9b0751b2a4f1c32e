"""Batches: fixed membership and order, so that prompts stay the same and caches hit."""

from hypothesis import given
from hypothesis import strategies as st

from app.domain.category import Category
from app.judges.batching import STEP, Room, choose_size, group
from app.judges.sizing import Sizes
from app.prompting.composing import Composer
from tests.judges.planned import PROMPTS, WordCounter, build_definitions

SIZES = Sizes(Composer(PROMPTS, secret=b"test"), WordCounter())
DEFINITIONS = build_definitions(300)
LARGE = build_definitions(30, words=1000)


def _group(categories: tuple[Category, ...], most: int = 40, context: int = 128_000) -> list[list[str]]:
    room = Room(max_together=most, context_tokens=context, part_tokens=100)
    return [[category.id for category in batch] for batch in group(categories, SIZES, room)]


@given(st.integers(1, 300), st.integers(1, 60))
def test_every_category_is_in_exactly_one_batch_and_order_is_kept(count: int, most: int) -> None:
    batches = _group(DEFINITIONS[:count], most)
    assert [id_ for batch in batches for id_ in batch] == [category.id for category in DEFINITIONS[:count]]
    assert max(map(len, batches)) <= most


@given(st.integers(1, 300), st.integers(1, 60))
def test_there_are_as_few_batches_as_the_limit_allows(count: int, most: int) -> None:
    assert len(_group(DEFINITIONS[:count], most)) == -(-count // most)


@given(st.integers(1, 299), st.integers(STEP, 60))
def test_a_category_added_at_the_end_changes_the_last_batch_only_unless_a_step_is_taken(count: int, most: int) -> None:
    before, after = _group(DEFINITIONS[:count], most), _group(DEFINITIONS[: count + 1], most)
    if choose_size(count, most) == choose_size(count + 1, most):
        assert after[: len(before) - 1] == before[:-1]
    else:
        assert choose_size(count + 1, most) % STEP == 0 or choose_size(count + 1, most) == most or count % most == 0


def test_steps_are_rare() -> None:
    changed = sum(
        _group(DEFINITIONS[:count])[:-1] != _group(DEFINITIONS[: count + 1])[: len(_group(DEFINITIONS[:count])) - 1]
        for count in range(1, 299)
    )
    assert changed <= 25


def test_a_batch_keeps_room_for_article_and_reply() -> None:
    assert all(len(batch) == 3 for batch in _group(LARGE, context=6_000))


def test_a_definition_that_is_too_large_by_itself_has_a_batch_of_its_own() -> None:
    assert _group(LARGE, context=1_000) == [[category.id] for category in LARGE]
