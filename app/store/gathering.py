"""Owns gathering writes: what several tasks want written at the same time goes into one transaction."""

import asyncio
from collections.abc import Sequence
from typing import Any, TypeVar

import sqlalchemy as sa

from app.store.database import Database, Work

T = TypeVar("T")

MOST_TOGETHER = 100
"""Pieces of work in one transaction: a few dozen milliseconds, for which other writers wait."""


class Gathering:
    """Writes what is handed in while a transaction is under way together in the next one.

    One task's work is written by itself and at once. Work that raises spoils what is written with
    it: what refuses to write says so by what it gives back. `first` is done at the beginning of
    every transaction.
    """

    def __init__(self, database: Database, *, first: Work[None]) -> None:
        self._database = database
        self._first = first
        self._waiting: list[tuple[Work[Any], asyncio.Future[Any]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def write(self, work: Work[T]) -> T:
        """What the work gives back, once all that it wrote is kept.

        Who is called off in here is let go only when the work is done or has failed. It has to stand
        being done twice: an event loop that comes to its end calls off all that it finds, the
        writing too, and then it is begun again.

        Raises:
            StoreUnavailable: the database cannot be written; nothing of the work is kept.
        """
        called_off: asyncio.CancelledError | None = None
        for _ in range(2):
            done = self._hand_in(work)
            while not done.done():
                try:
                    await asyncio.wait({done})
                except asyncio.CancelledError as error:
                    called_off = error
            if not done.cancelled():
                break
        if called_off is None:
            return done.result()
        if not done.cancelled():
            done.exception()  # looked at, or asyncio reports it as lost
        raise called_off

    def _hand_in(self, work: Work[T]) -> asyncio.Future[T]:
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((work, done))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_all())
        return done

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                together, self._waiting = self._waiting[:MOST_TOGETHER], self._waiting[MOST_TOGETHER:]
                await self._write(together)
        finally:
            self._writing = None

    async def _write(self, together: Sequence[tuple[Work[Any], asyncio.Future[Any]]]) -> None:
        try:
            results = await self._database.write(lambda c: self._do_each(c, together))
        except Exception as error:  # noqa: BLE001 - raised where the result is awaited
            for _, done in together:
                done.set_exception(error)
        except BaseException:
            together, self._waiting = [*together, *self._waiting], []
            for _, done in together:
                done.cancel()
            raise
        else:
            for (_, done), result in zip(together, results, strict=True):
                done.set_result(result)

    def _do_each(self, c: sa.Connection, together: Sequence[tuple[Work[Any], asyncio.Future[Any]]]) -> list[Any]:
        self._first(c)
        return [work(c) for work, _ in together]
