"""Owns finding a batch at the server that may have been created without our hearing of it."""

import logging
from datetime import timedelta
from functools import partial

from app.jobs.batches.calls import Caller
from app.jobs.batches.means import BatchMeans
from app.llm.batch.batch_wire import ServerBatch
from app.store.batches import Batch

WAITS_S = (0.0, 5.0, 15.0)
"""Before each look: a server may list a batch a little later than it made it."""
MARGIN = timedelta(days=1)
"""How far a server's clock may be from ours."""
MOST_PAGES = 100

log = logging.getLogger(__name__)


async def find_created(means: BatchMeans, caller: Caller, batch: Batch) -> list[ServerBatch]:
    """The server's batches that bear this one's label, those that were not refused first; empty where there are none.

    Raises:
        AttemptFailed: the server's list cannot be read.
        JobStopped: the job was stopped meanwhile.
    """
    for wait_s in WAITS_S:
        await caller.wait(wait_s)
        if found := await list_labelled(means, caller, batch):
            return sorted(found, key=lambda told: (told.status in {"failed", "cancelled"}, told.created_at))
    return []


async def list_labelled(means: BatchMeans, caller: Caller, batch: Batch) -> list[ServerBatch]:
    """Those with its label among the server's batches since it was made."""
    found: list[ServerBatch] = []
    after: str | None = None
    for _ in range(MOST_PAGES):
        page = await caller.insist(partial(means.wire.list_page, after))
        found += [told for told in page.batches if told.label == batch.id]
        is_past = bool(page.batches) and all(told.created_at < batch.at - MARGIN for told in page.batches)
        after = page.after
        if after is None or is_past:
            return found
    log.warning("batch %s was looked for among the last %d pages of batches only", batch.id, MOST_PAGES)
    return found
