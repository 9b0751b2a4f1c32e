"""Owns calls about batches that are made again until they succeed, or waiting has no point."""

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from app.domain.attempt import FailureKind
from app.domain.job import JobState
from app.errors import ModelUnavailable
from app.jobs.batches.means import BatchMeans
from app.llm.failures import MAY_PASS, AttemptFailed
from app.llm.queue.telling import explain_failure
from app.store.jobs import find_state

T = TypeVar("T")

FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 60.0
NO_API: frozenset[FailureKind] = frozenset({"not_found"})
_CONFLICT = 409
LOOK_S = 5.0
"""How often, while it waits, a job is looked at: somebody may have paused or cancelled it."""

log = logging.getLogger(__name__)


class JobStopped(Exception):
    """The job is not running any more; whoever works on it comes to an end."""

    def __init__(self, state: JobState) -> None:
        self.state = state
        super().__init__(f"the job is {state}")


class Caller:
    """Makes one job's calls, and its waits. `heeds_stop`: it ends them when the job is stopped."""

    def __init__(self, means: BatchMeans, job: str, *, heeds_stop: bool = True) -> None:
        self._means = means
        self._job = job
        self._heeds_stop = heeds_stop

    async def insist(self, call: Callable[[], Awaitable[T]]) -> T:
        """What the call gives, after as many tries as it takes.

        Raises:
            AttemptFailed: another try cannot help, or patience has run out.
            JobStopped: the job was paused or cancelled meanwhile.
        """
        clock, tries = self._means.clock, 0
        give_up_at = clock.count() + self._means.limits.patience_s
        while True:
            try:
                return await call()
            except AttemptFailed as failure:
                tries += 1
                wait_s = self.plan_wait(failure, tries)
                if wait_s is None or clock.count() + wait_s > give_up_at:
                    raise
                log.warning("%s: %s; the next try is in %.0f s", self._means.subject, failure, wait_s)
            await self.wait(wait_s)

    def plan_wait(self, failure: AttemptFailed, tries: int) -> float | None:
        """Seconds until the call is made again after so many tries; None where that cannot help."""
        if failure.kind not in MAY_PASS:
            return None
        wait_s = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(tries - 1, 16))
        return max(failure.retry_after_s or 0.0, wait_s * (0.5 + self._means.random() / 2))

    async def wait(self, seconds: float) -> None:
        """Come back after so many seconds.

        Raises:
            JobStopped: the job was paused or cancelled meanwhile.
        """
        until = self._means.clock.count() + seconds
        while True:
            await self.check_running()
            left = until - self._means.clock.count()
            if left <= 0:
                return
            await self._means.clock.sleep(min(left, LOOK_S))

    async def check_running(self) -> None:
        """Come back if the job is still to be worked on; raises `JobStopped` otherwise."""
        if not self._heeds_stop:
            return
        state = await self._means.database.read(lambda c: find_state(c, self._job))
        if state is not None and state != "running":
            raise JobStopped(state)

    def explain(self, failure: AttemptFailed) -> ModelUnavailable:
        """Why a batch job cannot go on, for people."""
        return explain_failure(failure, f"{self._means.subject}, asked for a batch,", 1)

    def explain_no_api(self) -> ModelUnavailable:
        """Why a batch job cannot go on at this server, for people."""
        return ModelUnavailable(
            f"{self._means.wire.server} has no Batch API. Leave out --batch-api, "
            "or set OPENAI_BASE_URL to a server that has one."
        )


async def let_go(means: BatchMeans, file_id: str | None) -> None:
    """Delete a file that is not needed any more; one that cannot be deleted now expires by itself."""
    if file_id is None:
        return
    try:
        await means.wire.delete_file(file_id)
    except AttemptFailed as failure:
        log.info("file %s is left to expire: %s", file_id, failure)


async def stop_batch(means: BatchMeans, caller: Caller, provider_id: str) -> None:
    """Tell the server to stop a batch; one that has ended by itself cannot be stopped any more, which is as well.

    Raises:
        AttemptFailed: the server cannot be told.
    """

    async def stop() -> None:
        try:
            await means.wire.cancel(provider_id)
        except AttemptFailed as failure:
            if failure.kind not in {"bad_request", "not_found"} and failure.status != _CONFLICT:
                raise

    await caller.insist(stop)


async def check_batch_api(means: BatchMeans) -> None:
    """Come back if the server has a Batch API and takes the key; asks once, and spends nothing.

    Raises:
        ModelUnavailable: it has none, or cannot be asked.
    """
    caller = Caller(means, "", heeds_stop=False)
    try:
        await means.wire.list_page()
    except AttemptFailed as failure:
        raise caller.explain_no_api() if failure.kind in NO_API else caller.explain(failure) from failure
