"""Owns where the work on a webhook call is done: at once, or beside the event loop where the call is large."""

import asyncio
from collections.abc import Callable
from typing import Final, TypeVar

from app.bootstrap.doors import Doors
from app.cms.arrival import Arrival

SHORT: Final = 16_384
"""Bytes; more would hold up everybody else's requests."""
T = TypeVar("T")


async def spare_loop(doors: Doors, arrival: Arrival, work: Callable[[], T]) -> T:
    """What the work on this call gives."""
    if len(arrival.body) <= SHORT:
        return work()
    return await asyncio.get_running_loop().run_in_executor(doors.thread, work)
