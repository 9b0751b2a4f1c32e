"""Owns the way from what was handed in to the article, which may have to be fetched first."""

import asyncio
from typing import TYPE_CHECKING, Final

from app.domain.article import Article
from app.errors import BadInput
from app.parsing.reading import read_article
from app.parsing.submission import Offer
from app.settings import Settings

if TYPE_CHECKING:
    from app.fetching.connecting import Connections

AT_ONCE: Final = 4
"""Pages fetched and read at the same time: each may be some megabytes, and is looked through for seconds."""


class PageReader:
    """Reads articles, and fetches those of which only the address came, where the settings allow it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._connections: Connections | None = None
        self._room = asyncio.Semaphore(AT_ONCE)

    async def read(self, offer: Offer) -> Article:
        """The article; what takes long runs off the event loop.

        Raises:
            BadInput: there is nothing to classify or too much of it, or it is not fetched from there.
            Unavailable: the page's server does not answer.
        """
        if not offer.is_address_alone:
            return await asyncio.to_thread(_read_body, offer, self._settings.max_words)
        if not self._settings.fetch_urls:
            raise BadInput(
                "Fetching URLs is off: send the article itself as text, html or markdown, "
                "or have SCOPENOTE_FETCH_URLS=1 set where the service runs."
            )
        async with self._room:
            return await self._fetch(offer)

    async def close(self) -> None:
        """Let go of connections."""
        if self._connections is not None:
            await self._connections.close()

    async def _fetch(self, offer: Offer) -> Article:
        # What only a fetch needs is imported there: most commands never fetch.
        from app.fetching.connecting import Connections  # noqa: PLC0415
        from app.fetching.extracting import extract  # noqa: PLC0415
        from app.fetching.fetching import fetch  # noqa: PLC0415

        self._connections = self._connections or Connections()
        page = await fetch(offer.url or "", resolve=self._connections.resolve, transport=self._connections.transport)
        return await asyncio.to_thread(
            extract, page, title=offer.title, id=offer.id, url=offer.url, max_words=self._settings.max_words
        )


def _read_body(offer: Offer, max_words: int) -> Article:
    return read_article(offer.to_submission(), max_words=max_words)
