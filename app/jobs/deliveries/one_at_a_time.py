"""Owns asking a CMS one thing at a time, where it does not stand several at once: a copy of a repository."""

from collections.abc import AsyncIterator
from datetime import datetime

from app.cms.site import Present, Site
from app.domain.article_event import ArticleEvent
from app.judges.turns import Turns


class OneAtATime:
    """See `app.cms.site.Site`. All that have the same `turns` and `name` wait for one another, first come first served.

    Other processes are kept off by the lock that lies beside the copy.
    """

    def __init__(self, site: Site, turns: Turns, name: str) -> None:
        self._site = site
        self._turns = turns
        self._name = name

    async def look(self, id: str, locale: str | None) -> Present:  # noqa: A002 - the CMS's word
        """See `Site.look`."""
        async with self._turns.take(self._name):
            return await self._site.look(id, locale)

    async def write(self, present: Present, tags: dict[str, tuple[str, ...]], *, publish: bool) -> Present:
        """See `Site.write`."""
        async with self._turns.take(self._name):
            return await self._site.write(present, tags, publish=publish)

    async def list_changed(self, since: datetime | None) -> AsyncIterator[ArticleEvent]:
        """See `Site.list_changed`; the turn ends with the list."""
        async with self._turns.take(self._name):
            async for event in self._site.list_changed(since):
                yield event

    async def close(self) -> None:
        """See `Site.close`."""
        await self._site.close()
