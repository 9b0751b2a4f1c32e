"""Owns the site: a CMS as it is read back from and written to."""

import re
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Final, Protocol

from app.domain.article_event import ArticleEvent
from app.domain.value import Value

_GAP: Final = re.compile(r"[\s-]+")


class Present(Value):
    """An article as the CMS has it now.

    `tags` are the names in each field, by the field's name. `version` is what the CMS checks a
    write against, or what we compare by. `has_draft`: an editor's unpublished changes are there,
    which writing must not publish.
    """

    event: ArticleEvent
    tags: dict[str, tuple[str, ...]]
    version: str
    has_draft: bool


class Site(Protocol):
    """One CMS over HTTP, or a git repository.

    All of it raises `Unavailable` where the CMS cannot be reached or is busy (worth another try),
    `BadInput` where it refuses (a wrong token, a field that it lacks; it is not), `NotKept` where
    there is no such article.
    """

    async def look(self, id: str, locale: str | None) -> Present:  # noqa: A002 - the CMS's word
        """The article as it is now, its body and tags included.

        Where the source writes drafts, the tags are those of the draft: what the next publish shows.
        """
        ...

    async def write(self, present: Present, tags: dict[str, tuple[str, ...]], *, publish: bool) -> Present:
        """Replace the tags in these fields and nothing else; gives the article as the CMS has it then.

        `publish` False: they wait in a draft where the CMS has drafts. Never publishes anybody
        else's draft. Whoever calls compares what came back with what was meant.
        """
        ...

    def list_changed(self, since: datetime | None) -> AsyncIterator[ArticleEvent]:
        """Published articles changed since a moment (None: all), oldest first, without bodies where those cost more."""
        ...

    async def close(self) -> None:
        """Let go of its connections."""
        ...


class Mismatch(Value):
    """A field that the CMS answered with other tags than were written."""

    field: str
    meant: tuple[str, ...]
    found: tuple[str, ...]


def compare(meant: dict[str, tuple[str, ...]], found: Present) -> tuple[Mismatch, ...]:
    """What the CMS did not take as it was meant; order, case and hyphens do not count, since some CMSs change them."""
    return tuple(
        Mismatch(field=field, meant=tags, found=found.tags.get(field, ()))
        for field, tags in meant.items()
        if _fold(tags) != _fold(found.tags.get(field, ()))
    )


def _fold(tags: Sequence[str]) -> set[str]:
    return {_GAP.sub("-", tag.casefold()) for tag in tags}
