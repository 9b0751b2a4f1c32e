"""Owns keeping the workers going: signs of life, and work of the dead given to the living."""

import logging
import threading

from app.errors import StoreUnavailable
from app.jobs.working.liveness import is_gone
from app.jobs.working.pace import Pace
from app.jobs.working.queues import Queues
from app.jobs.working.takeover import take_over
from app.jobs.working.tidying import tidy
from app.store.connection import Connection
from app.store.database import Database
from app.store.workers import (
    Worker,
    drop_lease,
    drop_notes,
    drop_workers,
    keep_beat,
    list_workers,
    read_clock,
    take_lease,
)

LEASE = "keeper"

_LOG = logging.getLogger(__name__)


class Keeper:
    """A thread beside the worker, so that a busy event loop does not look like death.

    Every worker has one; one of them at a time also looks after the others.
    """

    def __init__(self, database: Database, queues: Queues, *, executor_id: str, place: str, pace: Pace) -> None:
        self._database = database
        self._queues = queues
        self._executor_id = executor_id
        self._place = place
        self._pace = pace
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="jobs-keeper", daemon=True)
        self._tidied_s = 0.0
        self._is_known = False

    def greet(self) -> None:
        """Give one sign of life. It has to come before any work is taken.

        Raises:
            StoreUnavailable: the store cannot be written.
        """
        self._database.write_now(lambda c: keep_beat(c, self._executor_id, self._place))
        self._is_known = True

    def start(self) -> None:
        """Give a sign of life, and go on doing so. Raises as `greet`."""
        self.greet()
        self._thread.start()

    def stop(self) -> None:
        """Say goodbye: what this worker leaves behind can be taken over at once."""
        self._stopped.set()
        if self._thread.ident is not None:
            self._thread.join()
        if not self._is_known:
            return
        try:
            self._database.write_now(self._say_goodbye)
        except StoreUnavailable as error:
            _LOG.warning("This worker could not say goodbye; it is missed in %d s: %s", self._pace.ttl_s, error)

    def _run(self) -> None:
        failed = False
        while not self._stopped.is_set():
            try:
                self.look()
                failed = False
            except StoreUnavailable as error:
                if not failed:
                    _LOG.warning("This worker gives no sign of life for now: %s", error)
                failed = True
            except Exception:  # noqa: BLE001 - the worker would be taken for dead if its keeper were
                _LOG.exception("The keeper of the jobs failed, and goes on")
            self._stopped.wait(self._pace.beat_s)

    def look(self) -> None:
        """Give a sign of life; whoever has the task also takes over from the dead and tidies up."""
        if not self._database.write_now(self._beat):
            return
        self._take_over()
        self._tidied_s += self._pace.beat_s
        is_due = self._tidied_s >= self._pace.clean_up_s
        if is_due and tidy(self._database, self._queues, keep_s=self._pace.keep_finished_s):
            self._tidied_s = 0.0

    def _beat(self, c: Connection) -> bool:
        """Give a sign of life; whether the task to look after the others is ours."""
        keep_beat(c, self._executor_id, self._place)
        for worker in list_workers(c):
            if self._is_gone(worker):
                drop_lease(c, LEASE, worker.executor_id)
        return take_lease(c, LEASE, self._executor_id, self._pace.ttl_s)

    def _take_over(self) -> None:
        alive, dead = self._database.read_now(self._look_around)
        lost = [begun for begun in self._queues.list_begun() if begun.executor_id not in alive]
        if lost:
            _LOG.warning("%d jobs or items are taken over from workers that are gone", len(lost))
            take_over(lost, self._database, self._queues, self._pace)
        if dead:
            self._database.write_now(lambda c: drop_workers(c, dead))

    def _look_around(self, c: Connection) -> tuple[set[str], set[str]]:
        """The ids of the workers that are alive, this one with them, and of those that are dead."""
        oldest = read_clock(c) - self._pace.ttl_s
        workers = list_workers(c)
        alive = {worker.executor_id for worker in workers if worker.beat > oldest and not self._is_gone(worker)}
        alive.add(self._executor_id)
        return alive, {worker.executor_id for worker in workers} - alive

    def _is_gone(self, worker: Worker) -> bool:
        return worker.executor_id != self._executor_id and is_gone(worker.about, self._place)

    def _say_goodbye(self, c: Connection) -> None:
        # What it had to leave unfinished is not to be taken for what it died of.
        drop_notes(c, self._executor_id)
        drop_workers(c, [self._executor_id])
        drop_lease(c, LEASE, self._executor_id)
