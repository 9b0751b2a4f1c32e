"""Owns the two workflows that the queues run, and who does their work in this process.

They are registered when this module is imported, once per process, as DBOS wants it. Each is one
step: all that would have to be remembered between steps is in the store.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from dbos import DBOS

from app.jobs.working.rows import ITEM, JOB


class Hands:
    """Does the work on the event loop of the worker; DBOS has a loop, and a thread, of its own."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        see_job_through: Callable[[str, str], Coroutine[Any, Any, None]],
        work_on_item: Callable[[str, str, int], Coroutine[Any, Any, None]],
    ) -> None:
        self._loop = loop
        self._see_job_through = see_job_through
        self._work_on_item = work_on_item
        self._at_work: set[asyncio.Task[None]] = set()

    @property
    def is_busy(self) -> bool:
        """Whether anything is being worked on."""
        return bool(self._at_work)

    async def see_job_through(self, workflow_id: str, job: str) -> None:
        """From DBOS's loop: see a job through."""
        await self._hand_over(lambda: self._see_job_through(workflow_id, job))

    async def work_on_item(self, workflow_id: str, job: str, number: int) -> None:
        """From DBOS's loop: work on an item."""
        await self._hand_over(lambda: self._work_on_item(workflow_id, job, number))

    async def drop(self) -> None:
        """Stop all that is still being worked on; the queues keep it."""
        for task in self._at_work:
            task.cancel()
        await asyncio.gather(*self._at_work, return_exceptions=True)

    async def _hand_over(self, begin: Callable[[], Coroutine[Any, Any, None]]) -> None:
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._watch(begin), self._loop))

    async def _watch(self, begin: Callable[[], Awaitable[None]]) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._at_work.add(task)
            task.add_done_callback(self._at_work.discard)
        await begin()


_hands: list[Hands] = []


def lend(hands: Hands) -> None:
    """Let these hands do the work of this process."""
    if _hands:
        raise RuntimeError("There is a worker in this process already: DBOS allows one.")
    _hands.append(hands)


def take_back(hands: Hands) -> None:
    """Let them do no more work."""
    if hands in _hands:
        _hands.remove(hands)


@DBOS.workflow(name=JOB)
async def run_job(job: str) -> None:
    """See a job through."""
    await _hands[0].see_job_through(DBOS.workflow_id or "", job)


@DBOS.workflow(name=ITEM)
async def run_item(job: str, number: int) -> None:
    """Work on one item of a job."""
    await _hands[0].work_on_item(DBOS.workflow_id or "", job, number)
