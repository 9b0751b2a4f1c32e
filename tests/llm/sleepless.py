"""An event loop in which time passes at once: when everyone sleeps, it is later."""

import asyncio
import selectors
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class _Selector(selectors.DefaultSelector):
    """Waits for nothing: what the loop would wait for is added to the time instead."""

    time_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready:
            return ready
        if timeout is None:
            raise AssertionError("everyone waits, and nobody sleeps: nothing can happen any more")
        self.time_s += timeout
        return ready


class SleeplessLoop(asyncio.SelectorEventLoop):
    """A loop of its own time, which stands still while anybody works."""

    def __init__(self) -> None:
        self._selector_of_ours = _Selector()
        super().__init__(self._selector_of_ours)

    def time(self) -> float:
        return self._selector_of_ours.time_s


class LoopClock:
    """The clock of a sleepless loop; `start` is the time of day when the loop began."""

    def __init__(self, start: datetime = START) -> None:
        self.start = start

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.count())

    def count(self) -> float:
        try:
            return asyncio.get_running_loop().time()
        except RuntimeError:  # what is composed before the loop runs
            return 0.0

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def run(work: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine, in a loop that never waits."""
    with asyncio.Runner(loop_factory=SleeplessLoop) as runner:
        return runner.run(work)
