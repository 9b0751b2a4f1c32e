"""Owns the alarm: one call back at one moment, the latest that was set."""

import asyncio
from collections.abc import Callable

from app.llm.clock import Clock

_TICK_S = 0.001


class Alarm:
    """Rings once at the time that was set last; nothing is left running once it has rung or is cleared."""

    def __init__(self, clock: Clock, ring: Callable[[], None]) -> None:
        self._clock = clock
        self._ring = ring
        self._at = 0.0
        self._running: asyncio.Task[None] | None = None

    def set(self, at: float) -> None:
        """Ring at this count of the clock instead."""
        if self._running is not None and not self._running.done() and abs(self._at - at) < _TICK_S:
            return
        self.clear()
        self._at = at
        self._running = asyncio.get_running_loop().create_task(self._wait(at))

    def clear(self) -> None:
        """Do not ring."""
        if self._running is not None:
            self._running.cancel()
            self._running = None

    async def _wait(self, at: float) -> None:
        await self._clock.sleep(max(0.0, at - self._clock.count()))
        self._running = None
        self._ring()
