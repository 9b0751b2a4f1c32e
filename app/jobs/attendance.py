"""Owns telling whether anybody works on jobs now, by the workers' signs of life."""

from app.jobs.working.liveness import is_gone
from app.store.connection import Connection
from app.store.workers import list_workers, read_clock


def has_worker(c: Connection, here: str, ttl_s: float) -> bool:
    """Whether a worker gave a sign of life within `ttl_s` and is not known to be gone, seen from this place.

    All workers take from the same queues, so that one is enough for every job that runs.
    """
    oldest = read_clock(c) - ttl_s
    beating = (worker for worker in list_workers(c) if worker.beat > oldest)
    return any(worker.about == here or not is_gone(worker.about, here) for worker in beating)
