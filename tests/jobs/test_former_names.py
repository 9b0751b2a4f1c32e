"""Former names: a file stays the same article, whichever folder above it is named."""

from pathlib import Path

import pytest

from app.domain.job import Item
from app.store.database import Database
from tests.jobs.archives import read_all, write_files
from tests.jobs.made_jobs import keep_made, make_job

pytestmark = pytest.mark.anyio


async def _take_in_hand(database: Database, source: Path, *, job: str = "j") -> None:
    """A job about what a source holds."""
    reads, _ = await read_all(database, source)
    stored = [(number, read.stored, read.path, read.raw) for number, read in enumerate(reads)]
    items = [Item(job=job, number=n, article=one.key, digest=one.digest, path=p, raw=raw) for n, one, p, raw in stored]
    keep_made(database, make_job(job), *items)


async def _list_keys(database: Database, source: Path) -> list[str]:
    return [read.stored.key for read in (await read_all(database, source))[0]]


@pytest.mark.parametrize(
    ("first", "then"), [("content", "content/posts"), ("content/posts", "content"), ("", "content/posts/a.md")]
)
async def test_a_file_is_the_article_that_it_was(database: Database, tmp_path: Path, first: str, then: str) -> None:
    site = tmp_path / "site"
    write_files(site / "content/posts", a="About a.")
    await _take_in_hand(database, site / first)
    keys = await _list_keys(database, site / first)
    assert await _list_keys(database, site / then) == keys


async def test_another_file_of_the_same_name_is_another_article(database: Database, tmp_path: Path) -> None:
    write_files(tmp_path / "one/posts", a="About a.")
    write_files(tmp_path / "two/one/posts", a="About another.")
    await _take_in_hand(database, tmp_path / "one")
    assert await _list_keys(database, tmp_path / "two/one/posts") == ["posts/a.md"]


async def test_an_archive_that_was_moved_keeps_its_articles(database: Database, tmp_path: Path) -> None:
    write_files(tmp_path / "content", a="About a.")
    await _take_in_hand(database, tmp_path / "content")
    (tmp_path / "elsewhere").mkdir()
    moved = (tmp_path / "content").rename(tmp_path / "elsewhere/content")
    assert await _list_keys(database, moved) == ["content/a.md"]
