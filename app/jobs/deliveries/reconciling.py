"""Owns reconciling: what the CMS lists as changed and no webhook told us of gets a delivery of its own."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from pydantic import NonNegativeInt

from app.cms.site import Site
from app.domain.article_event import ArticleEvent, name_article
from app.domain.delivery import LISTED, Delivery
from app.domain.source import Source
from app.domain.value import Value
from app.jobs.deliveries.fates import find_moment
from app.store.cms_articles import find_cms_article, find_listed, note_listed
from app.store.connection import Connection
from app.store.database import Database
from app.store.deliveries import keep_delivery

OVERLAP: Final = timedelta(minutes=5)
"""Listed twice, since the clocks of a CMS and ours differ, and webhooks are under way."""
OVERLAP_GIT: Final = timedelta(days=7)
"""Commits have the moment at which they were made, and may be pushed days later; going through them costs little."""
MOST_LISTED: Final = 10_000
_PAGE: Final = 100


class Reconciled(Value):
    """What a look at the CMS's list came to. `is_whole` is False where the list was too long to be gone through."""

    since: datetime
    listed: NonNegativeInt
    missed: NonNegativeInt
    is_whole: bool


async def reconcile(
    database: Database,
    site: Site,
    source: Source,
    *,
    now: datetime,
    new_id: Callable[[], str],
    since: datetime | None = None,
) -> Reconciled:
    """Keep a delivery for each version of an article that the CMS lists and nobody told us of.

    `since`: from when on; None: since the last look, or since the source was added. Doing it again
    keeps nothing twice. What a look could not get to is left to the next one.

    Raises:
        Unavailable: the CMS or the store is away; what was kept stays.
        BadInput: the CMS refuses.
    """
    start = since if since is not None else await database.read(lambda c: _find_start(c, source))
    page: list[ArticleEvent] = []
    listed = missed = 0
    reached = start
    async for event in site.list_changed(start):
        page.append(event)
        listed += 1
        if event.updated_at is not None:
            reached = event.updated_at
        if len(page) == _PAGE or listed == MOST_LISTED:
            missed += await database.write(partial(_keep_missed, source=source, events=page, now=now, new_id=new_id))
            page = []
        if listed == MOST_LISTED:
            break
    if page:
        missed += await database.write(partial(_keep_missed, source=source, events=page, now=now, new_id=new_id))
    is_whole = listed < MOST_LISTED
    until = now if is_whole else min(reached, now)
    await database.write(lambda c: note_listed(c, source.name, until))
    return Reconciled(since=start, listed=listed, missed=missed, is_whole=is_whole)


def _find_start(c: Connection, source: Source) -> datetime:
    overlap = OVERLAP_GIT if source.cms == "github" else OVERLAP
    return max((find_listed(c, source.name) or source.created_at) - overlap, source.created_at - OVERLAP)


def _keep_missed(
    c: Connection, source: Source, events: Sequence[ArticleEvent], now: datetime, new_id: Callable[[], str]
) -> int:
    """How many of these were missed."""
    return sum(_keep(c, source, event, now, new_id()) for event in events if _is_news(c, source, event, now))


def _is_news(c: Connection, source: Source, event: ArticleEvent, now: datetime) -> bool:
    known = find_cms_article(c, name_article(source.name, event))
    if known is None or known.newest_at is None:
        return event.what != "withdrawn"
    return find_moment(event, now) > known.newest_at


def _keep(c: Connection, source: Source, event: ArticleEvent, now: datetime, id: str) -> bool:  # noqa: A002 - the word
    delivery = Delivery(
        id=id, source=source.name, key=_name(event), received_at=now, events=(event.model_copy(update={"body": None}),),
        due_at=now,
    )  # fmt: skip
    return keep_delivery(c, delivery)


def _name(event: ArticleEvent) -> str:
    """The key of a version of an article; a long id by its digest, as keys have at most 400 characters."""
    id_ = event.id if len(event.id) <= 300 else hashlib.sha256(event.id.encode()).hexdigest()
    version = event.updated_at.isoformat() if event.updated_at else "?"
    return f"{LISTED}{id_}{'@' + event.locale if event.locale else ''}:{version}"
