"""Owns the places of a worker: how many items it works on at the same time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Places:
    """A number of places, taken one by one, or all of them by an item that has to be alone.

    Whoever wants to be alone waits until all others are done; whoever comes later waits for it.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self._taken = 0
        self._is_alone = False
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def take(self, *, alone: bool = False) -> AsyncIterator[None]:
        """Hold a place for as long as the block runs."""
        await (self._enter_alone() if alone else self._enter())
        try:
            yield
        finally:
            self._taken -= 1
            self._is_alone = self._is_alone and not alone
            async with self._changed:
                self._changed.notify_all()

    async def _enter(self) -> None:
        async with self._changed:
            await self._changed.wait_for(lambda: self._taken < self.number and not self._is_alone)
            self._taken += 1

    async def _enter_alone(self) -> None:
        async with self._changed:
            await self._changed.wait_for(lambda: not self._is_alone)
            self._is_alone = True
            try:
                await self._changed.wait_for(lambda: self._taken == 0)
            except BaseException:
                self._is_alone = False
                self._changed.notify_all()
                raise
            self._taken += 1
