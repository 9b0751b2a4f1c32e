"""Owns calling a job's batches off: the server is told to stop, and what it did until then is counted."""

import logging
from functools import partial
from typing import get_args

from app.domain.job import Job
from app.errors import ModelUnavailable
from app.jobs.batches.attempts import Attempts
from app.jobs.batches.calls import Caller, stop_batch
from app.jobs.batches.ending import Ending
from app.jobs.batches.finding import find_created
from app.jobs.batches.means import BatchMeans
from app.llm.failures import AttemptFailed
from app.store.batches import Batch, LineState, change_batch, drop_lines, list_batches

log = logging.getLogger(__name__)


async def call_off(means: BatchMeans, job: Job) -> None:
    """Cancel what a job that is over has at the server, wait until that has ended, and forget its questions.

    A batch that takes too long to end is left as it is, with its attempts at their estimates; when
    this is called again it is looked after again.

    Raises:
        ModelUnavailable: the server cannot be asked.
        StoreUnavailable: the store cannot be read or written.
    """
    caller, attempts = Caller(means, job.id, heeds_stop=False), Attempts(means)
    try:
        # More than once: one that was created twice shows only when it is taken in.
        while outstanding := await means.database.read(partial(list_batches, job=job.id, only_open=True)):
            found = [await _find_at_server(means, caller, attempts, batch) for batch in outstanding]
            there = [batch for batch in found if batch is not None]
            for batch in there:
                await stop_batch(means, caller, batch.provider_id or "")
            endings = [Ending(means, attempts, caller, batch, is_called_off=True) for batch in there]
            ended = [await _wait_for_end(means, caller, ending) for ending in endings]
            if not all(ended):
                return
    except AttemptFailed as failure:
        raise caller.explain(failure) from failure
    await means.database.write(lambda c: drop_lines(c, job.id, states=get_args(LineState)))


async def _find_at_server(means: BatchMeans, caller: Caller, attempts: Attempts, batch: Batch) -> Batch | None:
    """The batch if it lies at the server; its lines are given back where it does not."""
    if batch.provider_id is not None:
        return batch
    found = await find_created(means, caller, batch) if batch.state == "creating" else []
    if not found:
        await attempts.give_back(batch)
        return None
    await means.database.write(lambda c: change_batch(c, batch.id, state="sent", provider_id=found[0].id))
    return batch.model_copy(update={"state": "sent", "provider_id": found[0].id})


async def _wait_for_end(means: BatchMeans, caller: Caller, ending: Ending) -> bool:
    """Whether the batch has ended while it was waited for."""
    limits = means.limits
    give_up_at, interval_s = means.clock.count() + limits.ending_s, limits.poll_s
    while means.clock.count() < give_up_at:
        try:
            if await ending.look():
                return True
        except ModelUnavailable as error:
            log.warning("a batch that was cancelled cannot be looked after: %s", error)
            return False
        await caller.wait(interval_s)
        interval_s = min(interval_s * 1.5, limits.most_poll_s)
    return False
