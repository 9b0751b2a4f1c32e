"""Opens sites for tests: a source with what it needs, a clock that stands still, waits that take no time."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr

from app.cms.opening import open_site
from app.cms.site import Site
from app.domain.article_event import ArticleEvent
from app.domain.job import Fields
from app.domain.source import CMS, Mode, Source

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Waits:
    """Remembers what was waited for, and does not wait."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        """Wait."""
        self.seconds.append(seconds)


def make_source(
    cms: CMS, site: str | None, *, mode: Mode = "apply", fields: Fields | None = None, **options: str
) -> Source:
    """A source named "blog"."""
    return Source(
        name="blog", cms=cms, created_at=NOW, site=site, mode=mode, fields=fields or Fields(), options=options
    )


@asynccontextmanager
async def opened(
    source: Source, secrets: Sequence[str] = (), *, folder: Path = Path("/nowhere"), sleep: Waits | None = None
) -> AsyncIterator[Site]:
    """The source's site, closed behind."""
    values = [SecretStr(secret) for secret in secrets]
    site = open_site(source, values, now=lambda: NOW, folder=folder, sleep=sleep or Waits())
    assert site is not None
    try:
        yield site
    finally:
        await site.close()


async def list_all(site: Site, since: datetime | None = None) -> list[ArticleEvent]:
    """What the site lists."""
    return [event async for event in site.list_changed(since)]
