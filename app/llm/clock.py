"""Owns the clock: what time it is, and waiting for a later one."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Time, handed in so that a test can run ahead of it."""

    def now(self) -> datetime:
        """The time of day, in UTC: for what is written down or told."""
        ...

    def count(self) -> float:
        """Seconds since some moment, never set back: for measuring and waiting."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Come back when so many seconds have passed."""
        ...


class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        """See `Clock.now`."""
        return datetime.now(UTC)

    def count(self) -> float:
        """See `Clock.count`."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """See `Clock.sleep`."""
        await asyncio.sleep(seconds)
