"""Reading in: what is new is parsed and kept, what is known is only recognised."""

import asyncio
import json
import os
from datetime import timedelta
from pathlib import Path

import pytest

from app.errors import NotKept
from app.jobs.planning import reading_in
from app.jobs.planning.file_digest import PARSER_VERSION
from app.parsing.article_files import read_article_file
from app.store.articles import keep_article, load_article
from app.store.database import Database, Work
from tests.jobs.archives import BOUNDS, read_all, write_files
from tests.store.kept_values import NOON, build

pytestmark = pytest.mark.anyio


class _Counted:
    """A database that counts how often it is written."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.written = 0

    async def read(self, work: Work[object]) -> object:
        return await self._database.read(work)

    async def write(self, work: Work[object]) -> object:
        self.written += 1
        return await self._database.write(work)


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return write_files(tmp_path / "content", a="# Leeds\n\nLeeds won the cup.", b="# York\n\nYork lost it.")


async def _count_writes(database: Database, content: Path) -> int:
    counted = _Counted(database)
    await read_all(counted, content)  # type: ignore[arg-type]
    return counted.written


async def test_a_new_file_is_kept_with_its_text(database: Database, content: Path) -> None:
    reads, refused = await read_all(database, content)
    assert [read.stored.key for read in reads] == ["content/a.md", "content/b.md"]
    assert refused == []
    article = database.read_now(lambda c: load_article(c, "content/a.md"))
    assert (article.title, article.text) == ("Leeds", "Leeds\n\nLeeds won the cup.")
    assert reads[0].stored.digest == article.digest


async def test_bytes_that_are_known_are_neither_parsed_nor_written(database: Database, content: Path) -> None:
    first, _ = await read_all(database, content)
    assert await _count_writes(database, content) == 0
    assert (await read_all(database, content))[0] == first


async def test_a_change_of_metadata_leaves_the_text_as_it_was(database: Database, tmp_path: Path) -> None:
    content = write_files(tmp_path / "content", a="---\ntitle: Leeds\ntags: [a]\n---\nLeeds won the cup.")
    (before,), _ = await read_all(database, content)
    write_files(content, a="---\ntitle: Leeds\ntags: [a, b]\n---\nLeeds won the cup.")
    (after,), _ = await read_all(database, content)
    assert after.raw != before.raw
    assert after.stored == before.stored


async def test_a_former_text_that_comes_back_is_the_present_one_again(database: Database, content: Path) -> None:
    reads, _ = await read_all(database, content)
    database.write_now(lambda c: keep_article(c, build("York won.", id_="content/a.md"), "content/a.md", NOON))
    again, _ = await read_all(database, content)
    assert again[0].stored.digest == reads[0].stored.digest


async def test_a_file_that_was_moved_is_another_article_with_the_same_text(database: Database, content: Path) -> None:
    reads, _ = await read_all(database, content)
    (content / "a.md").rename(content / "c.md")
    moved, _ = await read_all(database, content)
    assert [read.stored.key for read in moved] == ["content/b.md", "content/c.md"]
    assert moved[1].stored.digest == reads[0].stored.digest


async def test_what_is_kept_of_other_versions_of_the_parser_counts_no_more(
    database: Database, content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await read_all(database, content)
    monkeypatch.setattr("app.jobs.planning.file_digest.PARSER_VERSION", "next")
    assert await _count_writes(database, content) == 1


async def test_an_id_of_its_own_is_what_an_article_is_kept_under(database: Database, tmp_path: Path) -> None:
    content = write_files(tmp_path / "content", a="---\nid: leeds-1\n---\nLeeds won the cup.")
    for _ in range(2):  # parsed, then recognised
        (read,), _ = await read_all(database, content)
        assert read.stored.key == "leeds-1"


async def test_the_second_article_of_an_id_is_told_and_left_out(database: Database, tmp_path: Path) -> None:
    content = write_files(tmp_path / "content", a="---\nid: x\n---\nLeeds won.", b="---\nid: x\n---\nYork won.")
    for _ in range(2):
        reads, refused = await read_all(database, content)
        assert [Path(read.path or "").name for read in reads] == ["a.md"]
        assert "b.md: is a second article of the id 'x'" in refused[0]
    assert database.read_now(lambda c: load_article(c, "x")).text == "Leeds won."


async def test_a_file_that_cannot_be_read_does_not_stop_the_others(database: Database, tmp_path: Path) -> None:
    content = write_files(
        tmp_path / "content", a="---\ntitle: [\n---\nWords.", b="<!-- nothing -->", c="Leeds won.", d="word " * 1001
    )
    reads, refused = await read_all(database, content)
    assert [read.stored.key for read in reads] == ["content/c.md"]
    assert [error.split(": ")[0].split("/")[-1].split(":")[0] for error in refused] == ["a.md", "b.md", "d.md"]
    assert "no text that a reader would see" in refused[1]
    assert "raise SCOPENOTE_MAX_WORDS" in refused[2]


async def test_a_fault_of_the_parser_costs_one_article(
    database: Database, content: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def read(data: bytes, name: str, *, max_words: int | None) -> object:
        if name.endswith("a.md"):
            raise RecursionError("too deep")
        return read_article_file(data, name, max_words=max_words)

    monkeypatch.setattr("app.jobs.planning.parsing_documents.read_article_file", read)
    reads, refused = await read_all(database, content)
    assert [read.stored.key for read in reads] == ["content/b.md"]
    assert "a.md: cannot be parsed (RecursionError)" in refused[0]
    assert "could not be parsed" in caplog.text


async def test_lines_are_kept_under_their_id_or_their_digest(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "archive.jsonl"
    path.write_text('{"id": "one", "text": "Leeds won."}\n{"text": "York won."}\n{"text": 1}\n')
    for _ in range(2):
        reads, refused = await read_all(database, path)
        assert [read.stored.key for read in reads] == ["one", reads[1].stored.digest]
        assert [(read.path, read.raw, read.modified) for read in reads] == [(None, None, NOON)] * 2
        assert f"{path}:3: text: " in refused[0]


async def test_an_id_that_no_database_takes_is_mended(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "archive.jsonl"
    path.write_text(json.dumps({"id": "a\0b", "text": "Leeds won."}))
    for _ in range(2):
        (read,), _ = await read_all(database, path)
        assert read.stored.key == "a\ufffdb"


async def test_what_the_store_has_comes_after_the_files_and_once(database: Database, content: Path) -> None:
    database.write_now(lambda c: keep_article(c, build(id_="z"), "z", NOON - timedelta(days=1)))
    await read_all(database, content / "a.md")
    reads, refused = await read_all(database, "stored:", content)
    assert [(read.stored.key, read.path is None) for read in reads] == [
        ("content/a.md", False),
        ("content/b.md", False),
        ("z", True),
    ]
    assert (reads[2].modified, refused) == (NOON - timedelta(days=1), [])


async def test_a_file_brings_its_own_time(database: Database, content: Path) -> None:
    os.utime(content / "a.md", (1_700_000_000, 1_700_000_000))
    reads, _ = await read_all(database, content)
    assert reads[0].modified.timestamp() == 1_700_000_000


async def test_documents_are_taken_by_number_and_by_weight(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = write_files(tmp_path / "c", **{f"a{number}": f"Leeds won {number}." * 20 for number in range(5)})
    sizes = []
    for most in (1, 10_000_000):
        monkeypatch.setattr(reading_in, "MOST_BYTES", most)
        reader = reading_in.SourceReader(database, BOUNDS, lambda: NOON)
        sizes.append([len(reads) async for reads, _ in reader.read_in([str(content)])])
    assert sizes == [[1, 1, 1, 1, 1], [5]]


async def test_who_gives_up_leaves_nothing_open_and_nothing_half_kept(database: Database, content: Path) -> None:
    task = asyncio.create_task(read_all(database, content))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(NotKept):
        database.read_now(lambda c: load_article(c, "content/a.md"))


def test_reading_is_as_it_was_when_the_parsers_version_was_given() -> None:
    """Where this fails because reading has become better, raise PARSER_VERSION and give the new digests."""
    html = b"<h1>Leeds</h1><p>Leeds won&nbsp;the cup, 2\xe2\x80\x931. <b>York</b> lost.</p><ul><li>One<li>Two</ul>"
    markdown = b"---\ntitle: Leeds\n---\n# Leeds\n\nLeeds *won* the [cup](x). York\nlost.\n\n- One\n- Two\n\n| a | b |\n|--|--|\n| c | d |\n"
    digests = [read_article_file(html, "a.html").digest[7:15], read_article_file(markdown, "a.md").digest[7:15]]
    assert (PARSER_VERSION, digests) == ("1", ["6fd75ec8", "6ef2ded3"])


async def test_a_file_that_several_sources_or_links_lead_to_is_one_article(database: Database, content: Path) -> None:
    deep = write_files(content / "deep", c="Leeds again.")
    (content / "link.md").symlink_to(write_files(content / ".hidden", d="York again.") / "d.md")
    reads, refused = await read_all(database, content, deep, content / "a.md", content / ".hidden/d.md")
    assert [read.stored.key for read in reads] == [
        "content/a.md",
        "content/b.md",
        "content/link.md",
        "content/deep/c.md",
    ]
    assert refused == []
