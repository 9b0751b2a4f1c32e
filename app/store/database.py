"""Owns the database: one writer or several, readers beside them, off the event loop."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, TypeVar

import sqlalchemy as sa

from app.errors import Damaged, StoreUnavailable
from app.store.address import make_file_url, tell_address
from app.store.engines import READERS, WRITERS
from app.store.failures import is_crossed, telling

T = TypeVar("T")
Work = Callable[[sa.Connection], T]
"""What is done with a connection, inside one transaction: all of it is kept, or nothing.

On a server other writers are at work meanwhile: what is read first and written then is one
statement, or reads `with_for_update`. It may be called again, where another was in its way or
had to be undone with it: work must not leave anything behind but in the database.
"""

MOST_TRIES = 5
MOST_TOGETHER = 100
"""Pieces of work in one transaction: a few dozen milliseconds, for which other processes wait."""


class Database:
    """Runs work on a connection in a thread. Work that raises leaves nothing behind.

    SQLite keeps a transaction in about the time of the work in it: what waits for its only writer
    goes into the next one together, each piece in its own only where one of them raises.

    The functions of `app.store` take the connection that is passed to work. `guard` is called
    around every transaction, and raises where the database is no longer the one that was opened.
    `failures` counts how often it could not be read or written.
    """

    def __init__(self, writer: sa.Engine, reader: sa.Engine, *, guard: Callable[[], None]) -> None:
        self._writer = writer
        self._reader = reader
        self._guard = guard
        self._place = tell_address(writer.url)
        self._is_open = True
        self.failures = {"read": 0, "write": 0}
        self._waiting = deque[tuple[Work[Any], Future[Any]]]()
        self._most_together = MOST_TOGETHER if self.is_sqlite else 1
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
        return make_file_url(Path(self._place)) if self.is_sqlite else self._place

    async def read(self, work: Work[T]) -> T:
        """What the work finds.

        Raises:
            StoreUnavailable: the database cannot be read.
        """
        self._check_open()
        return await asyncio.get_running_loop().run_in_executor(self._reading, self._read, work)

    async def write(self, work: Work[T]) -> T:
        """What the work gives back, once all that it wrote is kept.

        Whoever stops waiting for it does not stop it: what was begun is kept whole, what waits
        for its turn is not begun.

        Raises:
            StoreUnavailable: the database cannot be written; nothing of the work is kept, or, where
                a server was lost in the very moment of keeping it, perhaps all of it.
        """
        self._check_open()
        written = Future[T]()
        self._waiting.append((work, written))
        self._writing.submit(self._write_waiting)
        return await asyncio.wrap_future(written)

    def read_now(self, work: Work[T]) -> T:
        """See `read`; for threads, and commands without an event loop."""
        self._check_open()
        return self._read(work)

    def write_now(self, work: Work[T]) -> T:
        """See `write`; for threads, and commands without an event loop."""
        self._check_open()
        return self._write(work)

    def _read(self, work: Work[T]) -> T:
        with self._counting("read"):
            self._guard()
            with telling(self._place, writing=False), self._reader.connect() as connection:
                return work(connection)

    def _write_waiting(self) -> None:
        """Write what waits, if an earlier turn has not done so."""
        together = [(work, written) for work, written in self._take() if written.set_running_or_notify_cancel()]
        if not together:
            return
        try:
            results = self._write(lambda connection: [work(connection) for work, _ in together])
        except BaseException as error:  # noqa: BLE001 - raised where the result is awaited
            if len(together) == 1:
                together[0][1].set_exception(error)
                return
        else:
            for (_, written), result in zip(together, results, strict=True):
                written.set_result(result)
            return
        # Not while that error is handled: it would be told as what led to the errors of others.
        self._write_each(together)

    def _write_each(self, apart: Sequence[tuple[Work[Any], Future[Any]]]) -> None:
        away: StoreUnavailable | None = None
        for work, written in apart:
            if away is not None:  # each would wait as long as the one before
                written.set_exception(away)
                continue
            try:
                result = self._write(work)
            except BaseException as error:  # noqa: BLE001 - raised where the result is awaited
                away = error if isinstance(error, StoreUnavailable) and not isinstance(error, Damaged) else None
                written.set_exception(error)
            else:
                written.set_result(result)

    def _take(self) -> Iterator[tuple[Work[Any], Future[Any]]]:
        for _ in range(min(len(self._waiting), self._most_together)):
            try:
                yield self._waiting.popleft()
            except IndexError:  # another writer was quicker
                return

    def _write(self, work: Work[T]) -> T:
        with self._counting("write"), telling(self._place):
            for _ in range(MOST_TRIES - 1):
                try:
                    return self._write_once(work)
                except sa.exc.DBAPIError as error:
                    if not is_crossed(error):
                        raise
            return self._write_once(work)

    def _write_once(self, work: Work[T]) -> T:
        self._guard()
        with self._writer.begin() as connection:
            result = work(connection)
            self._guard()
        return result

    @contextmanager
    def _counting(self, doing: Literal["read", "write"]) -> Iterator[None]:
        """Count what goes wrong with the database; one damaged row is no failure of it."""
        try:
            yield
        except StoreUnavailable as error:
            if not isinstance(error, Damaged):
                self.failures[doing] += 1
            raise

    def _check_open(self) -> None:
        if not self._is_open:
            raise StoreUnavailable(f"The store {self._place} was closed: Scopenote is stopping. Send it again later.")

    def close(self) -> None:
        """Let go of threads and connections, once what was begun or waits is done."""
        self._is_open = False
        self._writing.shutdown()
        self._reading.shutdown()
        self._writer.dispose()
        self._reader.dispose()
