"""Owns the database: one writer or several, readers beside them, off the event loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import sqlalchemy as sa

T = TypeVar("T")
Work = Callable[[sa.Connection], T]
"""What is done with a connection, inside one transaction: all of it is kept, or nothing."""

READERS = 4
WRITERS = 8
"""On PostgreSQL; SQLite has one, because writers would only wait for each other."""


class Database:
    """Runs work on a connection in a thread. Work that raises leaves nothing behind.

    The functions of `app.store` take the connection that is passed to work.
    """

    def __init__(self, writer: sa.Engine, reader: sa.Engine) -> None:
        self._writer = writer
        self._reader = reader
        writers = 1 if self.is_sqlite else WRITERS
        self._writing = ThreadPoolExecutor(writers, thread_name_prefix="store-write")
        self._reading = ThreadPoolExecutor(READERS, thread_name_prefix="store-read")

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded database."""
        return self._writer.dialect.name == "sqlite"

    @property
    def url(self) -> str:
        """Where it is, without the password."""
        return self._writer.url.render_as_string(hide_password=True)

    async def read(self, work: Work[T]) -> T:
        """What the work finds.

        Raises:
            StoreUnavailable: the database cannot be read.
        """
        return await asyncio.get_running_loop().run_in_executor(self._reading, self.read_now, work)

    async def write(self, work: Work[T]) -> T:
        """What the work gives back, once all that it wrote is kept.

        Raises:
            StoreUnavailable: the database cannot be written; nothing of the work is kept.
        """
        return await asyncio.get_running_loop().run_in_executor(self._writing, self.write_now, work)

    def read_now(self, work: Work[T]) -> T:
        """See `read`; for threads, and commands without an event loop."""
        with self._reader.connect() as connection:
            return work(connection)

    def write_now(self, work: Work[T]) -> T:
        """See `write`; for threads, and commands without an event loop."""
        with self._writer.begin() as connection:
            return work(connection)

    def close(self) -> None:
        """Let go of threads and connections, once what was begun is done."""
        self._writing.shutdown()
        self._reading.shutdown()
        self._writer.dispose()
        self._reader.dispose()
