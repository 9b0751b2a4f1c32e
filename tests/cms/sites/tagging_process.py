"""Owns a process that tags articles: `python -m tests.cms.sites.tagging_process URL MIRRORS WORD PATH...`."""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

from app.cms.opening import open_site
from app.domain.source import Source

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


async def tag(url: str, mirrors: str, word: str, *paths: str) -> None:
    """Attach a word to each article, one commit for each."""
    source = Source(name="blog", cms="github", created_at=NOW, site=url, mode="apply")
    site = open_site(source, [], now=lambda: NOW, folder=Path(mirrors))
    assert site is not None
    for path in paths:
        present = await site.look(path, None)
        await site.write(present, {"tags": (*present.tags["tags"], word)}, publish=True)


if __name__ == "__main__":
    sys.stdin.readline()  # so that all begin at once
    asyncio.run(tag(*sys.argv[1:]))
