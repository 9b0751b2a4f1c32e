"""Owns what deliveries are worked on with: the rest of the house, as far as they ask anything of it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from app.cms.site import Site
from app.domain.article import Article
from app.domain.decision import Decision
from app.domain.source import Source
from app.jobs.files.merging import Former
from app.store.database import Database

OpenSite = Callable[[Source], Awaitable[Site | None]]
"""A source's CMS, to be closed by whoever asked; None where it cannot be read back."""


class Decider(Protocol):
    """Whoever decides about articles, by the definitions as they are now."""

    @property
    def former(self) -> Former:
        """The ids that categories had before."""
        ...

    async def decide(self, article: Article, source: Source) -> Decision:
        """The decision about a source's article that is kept already; it stands when this comes back.

        No other judge stands in: a delivery has time. The source pays, from its budget of the day
        where it has one. A decision that still holds comes back as it is, `cached`, and costs nothing.

        Raises:
            Unavailable: the judge or the store cannot be reached, or a budget is spent.
            BadInput: nothing can be made of the article.
        """
        ...


@dataclass(frozen=True)
class Means:
    """What one article of a delivery needs.

    `link_decision` gives the address of a decision by its id. `stopping` is set by the worker when it
    begins no further article.
    """

    database: Database
    decider: Decider
    open_site: OpenSite
    link_decision: Callable[[str], str]
    now: Callable[[], datetime]
    max_words: int
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
