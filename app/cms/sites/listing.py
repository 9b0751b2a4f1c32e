"""Owns walking through a CMS's listing by the moment of change, so that what moves meanwhile is not skipped."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from app.domain.article_event import ArticleEvent
from app.errors import BadInput

PAGE: Final = 100
PAGE_WITH_TEXTS: Final = 25
"""Where rows cannot be asked for without their texts."""
MAX_PAGES: Final = 10_000
OVERLAP: Final = timedelta(seconds=1)
"""CMSs list what is newer than a moment, some of them in whole seconds."""
_NEVER: Final = datetime.min.replace(tzinfo=UTC)

Fetch = Callable[[datetime | None, int], Awaitable[list[ArticleEvent]]]
"""A page, from 1 on, of what changed after a moment, oldest first; one event for every row of the CMS."""


async def walk(fetch: Fetch, since: datetime | None, *, page_size: int = PAGE) -> AsyncIterator[ArticleEvent]:
    """All that changed since, each version once.

    Goes on from the last moment that it has seen, not from page to page: an article that is
    saved meanwhile moves to the end, and everything behind it one place forward.

    Raises:
        BadInput: a row says no moment, or there is no end of them.
    """
    after, page = _begin(since), 1
    seen: set[tuple[str, datetime | None]] = set()
    for _ in range(MAX_PAGES):
        rows = await fetch(after, page)
        for row in rows:
            if (row.id, row.updated_at) not in seen:
                seen.add((row.id, row.updated_at))
                yield row
        if len(rows) < page_size:
            return
        last = _begin(rows[-1].updated_at)
        if last is None:
            raise BadInput("The CMS lists articles without the moment of their change. Check the source's options.")
        if after is None or last > after:
            after, page = last, 1
            seen = {(name, at) for name, at in seen if at and at >= last}
        else:
            page += 1
    raise BadInput(f"The CMS lists more than {MAX_PAGES * page_size:,} articles, or the same ones again and again.")


def _begin(moment: datetime | None) -> datetime | None:
    return moment - OVERLAP if moment else None


async def merge_by_moment(
    one: AsyncIterator[ArticleEvent], other: AsyncIterator[ArticleEvent]
) -> AsyncIterator[ArticleEvent]:
    """Two listings, each oldest first, as one."""
    left, right = await anext(one, None), await anext(other, None)
    while left and right:
        if (left.updated_at or _NEVER) <= (right.updated_at or _NEVER):
            yield left
            left = await anext(one, None)
        else:
            yield right
            right = await anext(other, None)
    while left:
        yield left
        left = await anext(one, None)
    while right:
        yield right
        right = await anext(other, None)
