"""Owns the queues: what is put into them, taken out of them, and given to another worker."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from dbos import DBOSClient, EnqueueOptions

from app.domain.value import Value
from app.jobs.working.launching import APPLICATION, SERIALIZER, VERSION, open_engine
from app.jobs.working.log_lines import shorten_log
from app.jobs.working.pace import Pace
from app.jobs.working.queue_faults import telling
from app.jobs.working.rows import ALONE, ITEM, ITEMS, JOB, JOBS, Subject, write_name

LIVE = ("ENQUEUED", "PENDING", "DELAYED")
FINISHED = ("SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")
JOBS_AT_ONCE = 16
SPARE = 2
"""Items that are taken out of the queue, per place of the worker, so that a place that becomes free
is not empty until the next poll."""
MOST_IDS = 500
"""Workflows per statement."""


class Begun(Value):
    """A workflow that a worker has taken out of a queue and not finished."""

    workflow_id: str
    executor_id: str


class Queues:
    """The tables that workers take their work from, in a database that is set up already.

    Everything in here blocks: it is for threads. All of it raises StoreUnavailable where that
    database cannot be used, and may be done again.
    """

    def __init__(self, url: str) -> None:
        shorten_log()
        self._url = url
        self._engine = open_engine(url)
        self._client = DBOSClient(
            system_database_engine=self._engine,
            serializer=SERIALIZER,
            application_name=APPLICATION,
            retry_connection_errors=False,
            lazy=True,
        )

    def register(self, pace: Pace, at_once: int) -> None:
        """Make the queues known, before anybody takes work from them; the latest worker's settings count for all."""
        with telling(self._url):
            self._client.register_queue(JOBS, worker_concurrency=JOBS_AT_ONCE, polling_interval_sec=pace.look_s)
            self._client.register_queue(
                ITEMS, worker_concurrency=SPARE * at_once, polling_interval_sec=pace.idle_poll_s
            )
            # Several are taken out, so that none waits for the next poll; the worker still runs one at a time.
            self._client.register_queue(ALONE, worker_concurrency=at_once, polling_interval_sec=pace.idle_poll_s)

    def put_job(self, job: str) -> None:
        """Queue a job to be seen through; one that is in the queues already stays where it is."""
        self._put(JOB, JOBS, [Subject(job)])

    def put_items(self, job: str, numbers: Iterable[int]) -> None:
        """Queue items of a job to be worked on; those in the queues already stay where they are."""
        self._put(ITEM, ITEMS, [Subject(job, number) for number in numbers])

    def list_begun(self) -> list[Begun]:
        """What the workers are at, dead ones included."""
        with telling(self._url):
            rows = self._client.list_workflows(status="PENDING", load_input=False, load_output=False)
        return [Begun(workflow_id=row.workflow_id, executor_id=row.executor_id or "") for row in rows]

    def put_again(self, workflow_ids: Collection[str], queue: str) -> None:
        """Queue again what a dead worker had begun."""
        with telling(self._url):
            for part in _split(workflow_ids):
                self._client.resume_workflows(part, queue_name=queue)

    def give_up(self, workflow_ids: Collection[str]) -> None:
        """Take workflows out of the queues."""
        with telling(self._url):
            for part in _split(workflow_ids):
                self._client.cancel_workflows(part)

    def list_finished(self, before: datetime, *, offset: int, limit: int) -> list[str]:
        """The ids of workflows that ended before a moment, the oldest first."""
        with telling(self._url):
            rows = self._client.list_workflows(
                status=list(FINISHED),
                completed_before=before.isoformat(),
                offset=offset,
                limit=limit,
                load_input=False,
                load_output=False,
            )
        return [row.workflow_id for row in rows]

    def forget(self, workflow_ids: Collection[str]) -> None:
        """Delete all that is known about workflows."""
        with telling(self._url):
            for part in _split(workflow_ids):
                self._client.delete_workflows(part)

    def poll_items_every(self, interval_s: float) -> None:
        """How often all workers look into the queue of items from now on."""
        with telling(self._url):
            queue = self._client.retrieve_queue(ITEMS)
            if queue is not None:
                queue.set_polling_interval_sec(interval_s)

    def close(self) -> None:
        """Let go of the connections."""
        self._client.destroy()
        self._engine.dispose()

    def _put(self, workflow: str, queue: str, subjects: list[Subject]) -> None:
        with telling(self._url):
            names = self._find_names(subjects)
            if not names:
                return
            with self._engine.begin() as connection:
                for subject, workflow_id in names.items():
                    options = EnqueueOptions(
                        workflow_name=workflow, queue_name=queue, workflow_id=workflow_id, app_version=VERSION
                    )
                    arguments = [part for part in subject if part is not None]
                    # Where another worker puts the same one at the same time, its name is the same: it is put once.
                    self._client.enqueue_in_transaction(connection, options, *arguments)

    def _find_names(self, subjects: list[Subject]) -> dict[Subject, str]:
        """A name for each that is not in the queues: the first that none has which ended."""
        free: dict[Subject, str] = {}
        count, left = 0, subjects
        while left:
            names = {subject: write_name(subject, count) for subject in left}
            states = self._find_states(list(names.values()))
            free |= {subject: name for subject, name in names.items() if name not in states}
            left = [subject for subject, name in names.items() if states.get(name) in FINISHED]
            count += 1
        return free

    def _find_states(self, workflow_ids: list[str]) -> dict[str, str]:
        rows = [
            row
            for part in _split(workflow_ids)
            for row in self._client.list_workflows(workflow_ids=part, load_input=False, load_output=False)
        ]
        return {row.workflow_id: row.status for row in rows}


def _split(ids: Collection[str]) -> Iterator[list[str]]:
    listed = list(ids)
    return (listed[start : start + MOST_IDS] for start in range(0, len(listed), MOST_IDS))
