"""Owns reading in: what is new or changed in the sources is parsed and kept, the rest only recognised."""

import asyncio
import os
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Final, ParamSpec, TypeVar

from app.domain.article import Article
from app.domain.value import Value
from app.errors import BadFile
from app.jobs.planning.former_names import call_as_before
from app.jobs.planning.parsing_documents import parse_documents
from app.jobs.planning.sources import STORED, Document, leave_out, list_documents
from app.store.articles import StoredArticle, find_readings, keep_article, keep_reading, list_articles
from app.store.connection import Connection
from app.store.database import Database
from app.store.storable import make_storable
from app.store.surveying import find_articles

P = ParamSpec("P")
T = TypeVar("T")

AT_ONCE: Final = 200
"""Documents that are read, looked up and kept together."""
MOST_BYTES: Final = 16_000_000
"""Their bytes, beyond which fewer are taken: what is in memory does not grow with the archive."""


_FILE: Final = "\0"
"""Before the path of a file; no article's key begins so."""


class Bounds(Value):
    """How much one article may be: its file's bytes (or its line's), and its visible words."""

    max_bytes: int
    max_words: int | None


@dataclass(frozen=True, slots=True)
class ReadIn:
    """An article of a source, as the store has it now.

    `path` and `raw` are the file that it has to itself and the digest of its bytes; `modified` is
    that file's time, or when the text came in.
    """

    stored: StoredArticle
    path: str | None
    raw: str | None
    modified: datetime


@dataclass(frozen=True, slots=True)
class _Read:
    """A document with what it was read as; `article` is None where the store has it already."""

    document: Document
    id: str | None
    digest: str
    article: Article | None

    @property
    def key(self) -> str:
        return make_storable(self.id or self.document.key or self.digest)


@dataclass(slots=True)
class Seen:
    """The articles and files of one run, by digests of their keys: a hundred thousand take some ten megabytes."""

    digests: set[bytes] = field(default_factory=set)

    def is_new(self, key: str) -> bool:
        """Whether the key is met for the first time; it is remembered."""
        before = len(self.digests)
        self.digests.add(blake2b(key.encode(), digest_size=16).digest())
        return len(self.digests) > before


@dataclass(frozen=True)
class SourceReader:
    """Reads sources into the store. `skip` is told, from another thread, of section pages that are left out."""

    database: Database
    bounds: Bounds
    now: Callable[[], datetime]
    skip: Callable[[Path], None] = leave_out

    async def read_in(self, sources: Sequence[str]) -> AsyncGenerator[tuple[list[ReadIn], list[BadFile]]]:
        """The articles of resolved sources, some at a time, and with them what could not be read.

        What `stored:` names comes last, without what the other sources had already.

        Raises:
            StoreUnavailable: the store cannot be read or written.
        """
        seen = Seen()
        documents = list_documents(sources, max_bytes=self.bounds.max_bytes, skip=self.skip)
        try:
            while taken := await _finish(_take, documents):
                yield await self._read_some(taken, seen)
        finally:
            documents.close()
        after = "" if STORED in sources else None
        while after is not None:
            page, after = await self._list_stored(after, seen)
            yield page, []

    async def _read_some(self, taken: Sequence[Document | BadFile], seen: Seen) -> tuple[list[ReadIn], list[BadFile]]:
        refused = [document for document in taken if isinstance(document, BadFile)]
        documents = [document for document in taken if isinstance(document, Document) and _is_new_file(document, seen)]
        documents = await self.database.read(partial(call_as_before, documents=documents))
        recognised = await self.database.read(lambda c: _recognise(c, documents))
        unknown = [place for place, read in enumerate(recognised) if read is None]
        parsed = await _finish(parse_documents, [documents[place] for place in unknown], self.bounds.max_words)
        reads: list[_Read] = []
        for read in _put_together(documents, recognised, dict(zip(unknown, parsed, strict=True))):
            if isinstance(read, BadFile):
                refused.append(read)
            elif seen.is_new(read.key):
                reads.append(read)
            else:
                remedy = "It is left out; give one of them an id of its own."
                refused.append(BadFile(read.document.name, f"is a second article of the id {read.key!r}", remedy))
        return await self._keep(reads), refused

    async def _keep(self, reads: Sequence[_Read]) -> list[ReadIn]:
        now = self.now()
        if any(read.article for read in reads):
            await self.database.write(lambda c: _keep_new(c, reads, now))
        stored = await self.database.read(lambda c: find_articles(c, [read.key for read in reads]))
        return [
            ReadIn(
                stored=stored[read.key],
                path=read.document.path,
                raw=read.document.raw if read.document.path else None,
                modified=read.document.modified or stored[read.key].changed_at,
            )
            for read in reads
        ]

    async def _list_stored(self, after: str, seen: Seen) -> tuple[list[ReadIn], str | None]:
        """A page of what the store has, and where the next begins."""
        page = await self.database.read(lambda c: list_articles(c, after=after))
        new = [ReadIn(one, path=None, raw=None, modified=one.changed_at) for one in page if seen.is_new(one.key)]
        return new, page[-1].key if page else None


def _take(documents: Iterator[Document | BadFile]) -> list[Document | BadFile]:
    """The next documents: as many as are worked on together."""
    taken: list[Document | BadFile] = []
    held = 0
    for document in documents:
        taken.append(document)
        held += len(document.data) if isinstance(document, Document) else 0
        if len(taken) >= AT_ONCE or held >= MOST_BYTES:
            break
    return taken


def _is_new_file(document: Document, seen: Seen) -> bool:
    """Whether the file was not read under another name, or from another source that holds it too."""
    return document.path is None or seen.is_new(f"{_FILE}{os.path.realpath(document.path)}")


def _recognise(c: Connection, documents: Sequence[Document]) -> list[_Read | None]:
    """What each document is known to read as, where the store has just that as the article's present text."""
    readings = find_readings(c, [document.reading for document in documents])
    reads = [
        _Read(document, known.article_id, known.digest, None) if (known := readings.get(document.reading)) else None
        for document in documents
    ]
    stored = find_articles(c, [read.key for read in reads if read])
    return [read if read and _is_present(read, stored.get(read.key)) else None for read in reads]


def _is_present(read: _Read, stored: StoredArticle | None) -> bool:
    return stored is not None and stored.digest == read.digest


def _put_together(
    documents: Sequence[Document], recognised: Sequence[_Read | None], parsed: dict[int, Article | BadFile]
) -> Iterator[_Read | BadFile]:
    """Everything in the order of the documents."""
    for place, (document, known) in enumerate(zip(documents, recognised, strict=True)):
        if known is not None:
            yield known
            continue
        article = parsed[place]
        yield article if isinstance(article, BadFile) else _Read(document, article.id, article.digest, article)


def _keep_new(c: Connection, reads: Sequence[_Read], now: datetime) -> None:
    for read in reads:
        if read.article is not None:
            id_, url = (None if value is None else make_storable(value) for value in (read.id, read.article.url))
            keep_article(c, read.article, read.key, now)
            keep_reading(c, read.document.reading, read.digest, id_, url)


async def _finish(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What work in a thread gives. Who is cancelled meanwhile leaves when it is done, not while it goes on."""
    task = asyncio.ensure_future(asyncio.to_thread(work, *args, **kwargs))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait((task,))
        raise
