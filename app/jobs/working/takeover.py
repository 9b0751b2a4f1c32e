"""Owns the takeover: what a dead worker had begun goes to the living, but not for ever."""

from collections.abc import Collection
from datetime import UTC, datetime

from app.jobs.control import pause_for
from app.jobs.working.pace import Pace
from app.jobs.working.queues import Begun, Queues
from app.jobs.working.rows import ALONE, ITEMS, JOBS, read_name
from app.store.connection import Connection
from app.store.database import Database
from app.store.items import find_waiting, load_item, settle_item
from app.store.workers import count_takeover, read_clock


def take_over(lost: Collection[Begun], database: Database, queues: Queues, pace: Pace) -> None:
    """Queue again what workers had begun that are dead.

    Most items of a dead worker are innocent, and all are where it was killed from outside. So the
    first time an item only becomes a suspect: it goes on beside the others, but its worker notes
    when it is at work. Where the worker dies during that too, the item has to run alone; it is
    parked where workers die even then. A job by batch, whose items are worked on in its own name,
    is paused where one worker after another dies at it.
    """

    def choose(c: Connection) -> dict[str, str | None]:
        return {begun.workflow_id: _choose(c, begun, pace) for begun in lost}

    chosen = database.write_now(choose)
    for queue in (JOBS, ITEMS, ALONE):
        queues.put_again([workflow_id for workflow_id, name in chosen.items() if name == queue], queue)
    queues.give_up([workflow_id for workflow_id, name in chosen.items() if name is None])


def _choose(c: Connection, begun: Begun, pace: Pace) -> str | None:
    """The queue that it goes to; None where it is given up."""
    subject = read_name(begun.workflow_id)
    if subject is None:
        return None
    if subject.number is None:
        _rest(c, begun, subject.job, pace)
        return JOBS
    if not find_waiting(c, subject.job, [subject.number]):
        return ITEMS  # settled, but the queue was not told
    deaths = count_takeover(c, begun.workflow_id, begun.executor_id)
    if deaths >= pace.alone_after + pace.most_deaths:
        _park(c, subject.job, subject.number, pace.most_deaths)
        return None
    return ALONE if deaths >= pace.alone_after else ITEMS


def _rest(c: Connection, begun: Begun, job: str, pace: Pace) -> None:
    """Pause a job that workers die with. It stands more of that than an item of another job takes to be parked."""
    deaths = count_takeover(c, begun.workflow_id, begun.executor_id)
    if deaths >= 2 * (pace.alone_after + pace.most_deaths):
        reason = (
            f"{deaths} workers died one after another while they ran it. Look into their log and memory, "
            "and at the articles that wait, before it is resumed."
        )
        pause_for(c, job, reason, datetime.fromtimestamp(read_clock(c), UTC))


def _park(c: Connection, job: str, number: int, deaths: int) -> None:
    reason = (
        f"Its worker died {deaths} times while working on it alone. Look into the article before it is tried again."
    )
    item = load_item(c, job, number).model_copy(update={"state": "parked", "reason": reason, "tries": deaths})
    settle_item(c, item, datetime.fromtimestamp(read_clock(c), UTC))
