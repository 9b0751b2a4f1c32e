"""Owns the run of a batch job: items worked on until they wait, batches sent, looked after and taken in."""

from collections.abc import Sequence
from typing import get_args

from app.domain.job import Job, JobState
from app.errors import BudgetSpent, ModelUnavailable, Unavailable
from app.jobs.batches.attempts import Attempts
from app.jobs.batches.calling_off import call_off
from app.jobs.batches.calls import Caller, JobStopped
from app.jobs.batches.ending import Ending
from app.jobs.batches.items import BatchItems
from app.jobs.batches.means import BatchMeans
from app.jobs.batches.pressure import Pressure
from app.jobs.batches.sending import Sender
from app.jobs.desk import Desk
from app.store.batches import Batch, LineState, count_lines, drop_lines, list_batches
from app.store.items import count_items, list_waiting
from app.store.jobs import load_job

SLOWER = 1.5
MOST_IDLE_ROUNDS = 2
FILLED_AT_ONCE = 4
"""Items looked at before the lines are counted again, as a multiple of those worked on at once."""


class BatchRunner:
    """Runs jobs whose model is asked by batch (see `app.jobs.batches.model`). One process at a time runs a job."""

    def __init__(self, means: BatchMeans, desk: Desk) -> None:
        self._means = means
        self._desk = desk

    async def run(self, job_id: str) -> JobState:
        """Work on a job until none of its items waits ("done"), or it is stopped: its state then.

        It may be called again after whatever happened, and goes on where it was. A job that was
        cancelled has its batches called off. A paused one leaves them at the server, where they go on.

        Raises:
            NotKept: there is no such job.
            BudgetSpent: the caps do not allow the questions that are left, or nobody pays for them any more.
            ModelUnavailable: the server has no Batch API, or cannot be asked; nothing that it has is lost.
            StoreUnavailable: the store cannot be read or written; likewise.
        """
        job = await self._means.database.read(lambda c: load_job(c, job_id))
        try:
            await _Course(self._means, self._desk, job).go()
        except JobStopped as stopped:
            if stopped.state == "cancelled":
                await call_off(self._means, job)
            return stopped.state
        parked = (await self._means.database.read(lambda c: count_items(c, job_id))).parked
        # What was paid is kept for those items that may be tried again.
        over: tuple[LineState, ...] = ("waiting", "stale", "failed") if parked else get_args(LineState)
        await self._means.database.write(lambda c: drop_lines(c, job_id, states=over))
        return "done"


class _Course:
    """One run of one job, from where its tables say that it is."""

    def __init__(self, means: BatchMeans, desk: Desk, job: Job) -> None:
        self._means = means
        self._job = job
        self._caller = Caller(means, job.id)
        self._attempts = Attempts(means)
        self._sender = Sender(means, self._attempts, self._caller)
        self._items = BatchItems(means, desk, job)
        self._pressure = Pressure(means.limits.enqueued_tokens)
        self._open: dict[str, Batch] = {}
        self._seen = -1
        self._is_all_seen = False
        self._idle_rounds = 0
        self._spent: BudgetSpent | None = None

    async def go(self) -> None:
        """Come back when no item waits any more."""
        await self._caller.check_running()
        await self._items.find_payer()
        await self._take_up()
        interval_s = self._means.limits.poll_s
        while True:
            moved = await self._collect()
            await self._look_at_items()
            moved = await self._send_full() or moved
            if not self._open and await self._is_over():
                return
            interval_s = (
                self._means.limits.poll_s if moved else min(interval_s * SLOWER, self._means.limits.most_poll_s)
            )
            await self._caller.wait(interval_s)

    async def _take_up(self) -> None:
        """The batches that an earlier run left, each brought to the server if it is not there."""
        for batch in await self._means.database.read(lambda c: list_batches(c, self._job.id, only_open=True)):
            await self._send(batch)

    async def _collect(self) -> bool:
        """Take in what has ended, and work on the items that waited for it; whether there was any."""
        settled: set[str] = set()
        trouble: Unavailable | None = None
        ended = 0
        for batch in list(self._open.values()):
            ending = Ending(self._means, self._attempts, self._caller, batch, self._pressure)
            others = sum(other.tokens for other in self._open.values() if other.id != batch.id)
            if not await ending.look(others):
                continue
            del self._open[batch.id]
            self._open |= {double.id: double for double in ending.doubles}
            settled |= ending.settled
            trouble = trouble or ending.trouble
            ended += 1
        if ended:
            self._spent, self._idle_rounds = None, 0
            await self._work(self._items.take_freed(settled))
        if trouble is not None:
            raise trouble
        return ended > 0

    async def _work(self, numbers: Sequence[int]) -> None:
        """Work on items, as long as the job runs."""
        at_once = self._means.limits.at_once
        for start in range(0, len(numbers), at_once):
            await self._caller.check_running()
            await self._items.work(numbers[start : start + at_once])

    async def _look_at_items(self) -> None:
        """Look at more items, until there are questions enough for a batch."""
        page = self._means.limits.at_once * FILLED_AT_ONCE
        while not self._is_all_seen and await self._count_waiting() < self._means.limits.lines:
            numbers = await self._means.database.read(
                lambda c: list_waiting(c, self._job.id, after=self._seen, limit=page)
            )
            await self._work(numbers)
            self._seen = numbers[-1] if numbers else self._seen
            self._is_all_seen = not numbers

    async def _send_full(self) -> bool:
        """Send batches that are full, and what is left once all items were looked at; whether there were any."""
        limits, sent = self._means.limits, 0
        while len(self._open) < limits.open and self._spent is None:
            waiting = await self._count_waiting()
            if waiting == 0 or (waiting < limits.lines and not self._is_all_seen):
                break
            there = sum(batch.tokens for batch in self._open.values())
            room = self._pressure.find_room(there, self._means.clock.count())
            if room == 0:
                break
            batch = await self._sender.make(self._job.id, room, may_exceed=not self._open)
            if batch is None:
                break
            await self._send(batch)
            sent += 1
            await self._look_at_items()
        return sent > 0

    async def _send(self, batch: Batch) -> None:
        lies_there, spent = await self._sender.send(batch, self._items.errand)
        self._spent = spent or self._spent
        if lies_there is not None:
            self._open[lies_there.id] = lies_there
            self._idle_rounds = 0

    async def _is_over(self) -> bool:
        """Whether nothing is left to do. Items that came to wait meanwhile are looked at from the first on."""
        if self._spent is not None:
            raise self._spent
        if await self._count_waiting():
            return False
        if not await self._means.database.read(lambda c: list_waiting(c, self._job.id, limit=1)):
            return True
        self._idle_rounds += 1
        if self._idle_rounds > MOST_IDLE_ROUNDS:
            raise ModelUnavailable(
                f"items of the job {self._job.id!r} wait for nothing that could come. Resume it, or cancel it."
            )
        self._seen, self._is_all_seen = -1, False
        return False

    async def _count_waiting(self) -> int:
        counts = await self._means.database.read(lambda c: count_lines(c, self._job.id))
        return counts.get("waiting", 0)
