"""Owns noticing that an item cannot go on: all that it asks waits for a batch."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Generic, NoReturn, TypeVar

from app.domain.value import Value

T = TypeVar("T")

TURNS = 25
"""Turns of the event loop after which what can go on by itself has shown that it does."""


class Waits(Value):
    """What an item waits for: the ids of lines that have no reply yet."""

    lines: frozenset[str]


class Room:
    """The questions of one item, asked side by side, that have no reply yet.

    Whoever asks does so in here; a question that has to wait never comes back, and whoever runs the
    item calls it off once nothing in it moves any more. So no question hides another from the batch.
    """

    def __init__(self) -> None:
        self._lines: set[str] = set()
        self._looking = 0
        self._moves = 0
        self._moved = asyncio.Event()

    @contextmanager
    def looking(self) -> Iterator[None]:
        """While a question's reply is looked up, the item is not stuck."""
        self._looking += 1
        self._move()
        try:
            yield
        finally:
            self._looking -= 1
            self._move()

    async def wait_for(self, line_id: str) -> NoReturn:
        """Wait for a reply that comes with a batch: until called off."""
        self._lines.add(line_id)
        self._move()
        await asyncio.get_running_loop().create_future()
        raise AssertionError("nobody answers in here")

    async def wait_until_stuck(self) -> Waits:
        """Come back when some questions wait and nothing else is under way.

        Should more be asked after that, it is asked the next time: a detour, and no error.
        """
        while True:
            moves = self._moves
            for _ in range(TURNS):
                await asyncio.sleep(0)
            if moves != self._moves:
                continue
            if self._lines and not self._looking:
                return Waits(lines=frozenset(self._lines))
            self._moved.clear()
            await self._moved.wait()

    def _move(self) -> None:
        self._moves += 1
        self._moved.set()


_ROOM: ContextVar[Room | None] = ContextVar("room", default=None)


def find_room() -> Room | None:
    """The room of the item that is being worked on; None outside of a batch job."""
    return _ROOM.get()


class _Entry(Generic[T]):
    """A piece of work in a room of its own, and the watch over it."""

    def __init__(self, work: Coroutine[Any, Any, T]) -> None:
        room = Room()
        token = _ROOM.set(room)
        try:
            self.work = asyncio.ensure_future(work)
        finally:
            _ROOM.reset(token)
        self.watch = asyncio.ensure_future(room.wait_until_stuck())

    async def end(self) -> None:
        """Call off what is not done, and wait until it is."""
        for task in (self.work, self.watch):
            task.cancel()
        await asyncio.gather(self.work, self.watch, return_exceptions=True)


async def run_in_room(work: Coroutine[Any, Any, T]) -> T | Waits:
    """What the work comes to, or what it waits for; then it has been called off. Raises what the work raises."""
    entry = _Entry(work)
    try:
        await asyncio.wait({entry.work, entry.watch}, return_when=asyncio.FIRST_COMPLETED)
        if not entry.work.done():
            return entry.watch.result()
    finally:
        await entry.end()
    return entry.work.result()
