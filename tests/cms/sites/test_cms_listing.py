"""Walking through a listing: what moves meanwhile is not skipped, and an end is found."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.cms.sites import listing
from app.cms.sites.listing import merge_by_moment, walk
from app.domain.article_event import ArticleEvent
from app.errors import BadInput

pytestmark = pytest.mark.anyio

START = datetime(2026, 11, 22, tzinfo=UTC)


def _event(name: object, second: float | None) -> ArticleEvent:
    at = None if second is None else START + timedelta(seconds=second)
    return ArticleEvent(what="updated", id=str(name), updated_at=at)


class Shelf:
    """A CMS's rows, of which `during` changes some before each page but the first."""

    def __init__(self, seconds: list[int]) -> None:
        self.seconds = dict(enumerate(seconds))
        self.pages = 0

    async def fetch(self, after: datetime | None, page: int) -> list[ArticleEvent]:
        """A page of three."""
        self.pages += 1
        rows = [_event(name, second) for name, second in self.seconds.items()]
        rows = [row for row in rows if after is None or (row.updated_at and row.updated_at > after)]
        rows.sort(key=lambda row: (row.updated_at, row.id))
        return rows[3 * (page - 1) : 3 * page]


@given(st.lists(st.integers(0, 12), max_size=30))
@settings(deadline=None, max_examples=60)
def test_every_row_comes_once_and_in_order(seconds: list[int]) -> None:
    shelf = Shelf(seconds)

    async def collect() -> list[ArticleEvent]:
        return [event async for event in walk(shelf.fetch, None, page_size=3)]

    events = anyio.run(collect)
    assert sorted(int(event.id) for event in events) == list(range(len(seconds)))
    moments = [event.updated_at for event in events if event.updated_at]
    assert moments == sorted(moments)


async def test_a_row_that_is_saved_meanwhile_does_not_hide_its_neighbour() -> None:
    shelf = Shelf([1, 2, 3, 4, 5, 6, 7])
    names = []
    async for event in walk(shelf.fetch, None, page_size=3):
        names.append(event.id)
        if len(names) == 3:
            shelf.seconds[0] = 50
    assert names == ["0", "1", "2", "3", "4", "5", "6", "0"]


async def test_more_rows_of_one_moment_than_a_page_are_all_seen() -> None:
    shelf = Shelf([5] * 10)
    assert len([event async for event in walk(shelf.fetch, None, page_size=3)]) == 10


async def test_rows_without_a_moment_are_refused() -> None:
    async def fetch(after: datetime | None, page: int) -> list[ArticleEvent]:
        return [_event(number, None) for number in range(3)]

    with pytest.raises(BadInput, match="without the moment"):
        [event async for event in walk(fetch, None, page_size=3)]


async def test_a_listing_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fetch(after: datetime | None, page: int) -> list[ArticleEvent]:
        return [_event(number, 1) for number in range(3)]

    monkeypatch.setattr(listing, "MAX_PAGES", 5)
    with pytest.raises(BadInput, match="again and again"):
        [event async for event in walk(fetch, None, page_size=3)]


@given(st.lists(st.integers(0, 9)).map(sorted), st.lists(st.integers(0, 9)).map(sorted))
@settings(deadline=None, max_examples=40)
def test_two_listings_become_one_in_order(one: list[int], other: list[int]) -> None:
    async def give(seconds: list[int]) -> AsyncIterator[ArticleEvent]:
        for second in seconds:
            yield _event("x", second)

    async def collect() -> list[ArticleEvent]:
        return [event async for event in merge_by_moment(give(one), give(other))]

    moments = [event.updated_at for event in anyio.run(collect)]
    assert moments == [START + timedelta(seconds=second) for second in sorted([*one, *other])]
