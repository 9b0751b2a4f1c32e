"""Owns the threads in which a worker waits for its queues."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class Threads:
    """Two threads of our own: the event loop's may be busy with something else, or gone with DBOS."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="jobs")

    async def run(self, work: Callable[[], T]) -> T:
        """What the work gives back; it may block."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    def close(self) -> None:
        """Let what was begun come to its end."""
        self._pool.shutdown()
