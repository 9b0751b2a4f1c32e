"""Lets a store look as if a worker were at work on it, for tests that need none."""

import os

from app.jobs.working.liveness import tell_place
from app.store.database import Database
from app.store.workers import keep_beat


def give_sign_of_life(database: Database) -> None:
    """One sign of life, as a worker in this process would give it."""
    database.write_now(lambda c: keep_beat(c, "worker-1", tell_place(os.getpid())))
