"""Owns tidying up: what the queues have finished is forgotten there, since the store knows what became of it."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from functools import partial

from app.jobs.working.queues import Queues
from app.jobs.working.rows import read_name
from app.store.connection import Connection
from app.store.database import Database
from app.store.items import find_waiting
from app.store.jobs import find_state
from app.store.workers import drop_takeovers, read_clock

PAGE = 500
MOST_PAGES = 10
"""At a time: signs of life must not wait until years of work are forgotten."""


def tidy(database: Database, queues: Queues, *, keep_s: float) -> bool:
    """Forget what ended longer ago than that; whether that was all of it.

    An item that left the queue unsettled is remembered as long as its job may go on, and so is
    the job: their next turn has another name, which is counted up from the earlier ones.
    """
    before = datetime.fromtimestamp(database.read_now(read_clock), UTC) - timedelta(seconds=keep_s)
    offset = 0
    for _ in range(MOST_PAGES):
        finished = queues.list_finished(before, offset=offset, limit=PAGE)
        needed = _find_needed(database, finished)
        forgotten = [workflow_id for workflow_id in finished if workflow_id not in needed]
        queues.forget(forgotten)
        database.write_now(partial(drop_takeovers, workflow_ids=forgotten))
        offset += len(needed)
        if len(finished) < PAGE:
            return True
    return False


def _find_needed(database: Database, workflow_ids: Collection[str]) -> set[str]:
    """Those whose job may go on, and whose item waits."""

    def find(c: Connection) -> set[str]:
        needed = set()
        for job, numbers in _sort_by_job(workflow_ids).items():
            if find_state(c, job) in {"running", "paused"}:
                waiting = find_waiting(c, job, [number for number in numbers if number is not None])
                needed |= {
                    name for number, names in numbers.items() if number is None or number in waiting for name in names
                }
        return needed

    return database.read_now(find)


def _sort_by_job(workflow_ids: Collection[str]) -> dict[str, dict[int | None, list[str]]]:
    sorted_ids: dict[str, dict[int | None, list[str]]] = {}
    for workflow_id in workflow_ids:
        subject = read_name(workflow_id)
        if subject is not None:
            sorted_ids.setdefault(subject.job, {}).setdefault(subject.number, []).append(workflow_id)
    return sorted_ids
