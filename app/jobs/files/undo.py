"""Owns undoing a job: its files get their former bytes, its articles the decisions that stood before."""

import asyncio
from collections import Counter
from collections.abc import Collection
from datetime import datetime
from functools import partial
from pathlib import Path

from pydantic import NonNegativeInt

from app.domain.job import Job
from app.domain.telling import tell_count
from app.domain.value import Value
from app.errors import BadInput
from app.jobs.files.restoring import Case, Fate, Undone, look_again, restore
from app.store.batches import list_batches
from app.store.connection import Connection
from app.store.database import Database
from app.store.file_writes import (
    FileWrite,
    WriteState,
    find_later_writes,
    find_reversals,
    keep_file_write,
    list_file_writes,
)
from app.store.jobs import load_job, set_state
from app.store.reverting import Reverted, list_articles_of_job, stand_as_before
from app.store.tag_events import keep_tag_events


class LeftFile(Value):
    """A file that was left as it is, and why."""

    path: str
    reason: str


class UndoReport(Value):
    """What undoing came to.

    `restored` files were given their former bytes by this run, `as_before` had them already: by an
    earlier run, by a person, or since the job never came to write them. `decisions` counts the
    articles for which this run let another decision stand, `decided_as_before` those for which the
    former one stood already, and `decided_since` those for which a later one stands, which stays.
    `decisions_left` are articles whose decision was left alone with their file, which still has the
    job's tags because its former text is not in the backup folder of this machine.
    """

    job: Job
    restored: NonNegativeInt
    as_before: NonNegativeInt
    left: tuple[LeftFile, ...]
    decisions: NonNegativeInt
    decided_as_before: NonNegativeInt
    decided_since: NonNegativeInt
    decisions_left: NonNegativeInt


async def undo_job(database: Database, job_id: str, now: datetime, backups: Path) -> UndoReport:
    """Undo what a job wrote and decided, the last item first.

    Files that a later job wrote or somebody changed since are left and reported. Where a file is left
    because its former text is not here, so is its article's decision: they stay together. Doing it
    again is harmless: it goes on where it was cut off, and takes up what was left.

    Raises:
        NotKept: there is no such job.
        BadInput: the job is still running, or has batches at a provider.
        Unavailable: the store or a file cannot be used now; what was undone stays so.
    """
    await database.write(lambda c: _begin(c, job_id, now))
    files: Counter[Fate] = Counter()
    left: list[LeftFile] = []
    without_copy: set[str] = set()
    before: int | None = None
    while page := await database.read(partial(_load_page, job_id=job_id, before=before)):
        before = page[-1].write.number
        for case in page:
            undone = await _undo_file(database, case, now, backups)
            files[undone.fate] += 1
            if undone.fate == "left":
                left.append(LeftFile(path=case.write.path, reason=undone.reason))
            if undone.lacks_copy:
                without_copy.add(case.write.article)
    decisions = await _revert_decisions(database, job_id, now, without_copy)
    reason = _tell(files, decisions, len(without_copy))
    await database.write(lambda c: set_state(c, job_id, "undone", reason, now, only_from={"undone"}))
    job = await database.read(lambda c: load_job(c, job_id))
    return UndoReport(
        job=job,
        restored=files["restored"],
        as_before=files["as before"],
        left=tuple(left),
        decisions=decisions["reverted"],
        decided_as_before=decisions["as before"],
        decided_since=decisions["decided since"],
        decisions_left=len(without_copy),
    )


def _begin(c: Connection, job_id: str, now: datetime) -> None:
    """Mark the job first, so that none of its workers begins another file."""
    job = load_job(c, job_id)
    if job.state == "running":
        raise BadInput(f"The job {job_id!r} is still running. `scopenote jobs cancel {job_id}` ends it, then undo it.")
    if list_batches(c, job_id, only_open=True):
        raise BadInput(
            f"The job {job_id!r} has questions at its provider. `scopenote jobs cancel {job_id}` calls them off; "
            "then undo it."
        )
    if job.state != "undone":
        reason = "Undoing was begun and not finished; undo it again."
        set_state(c, job_id, "undone", reason, now, only_from={job.state})


def _load_page(c: Connection, job_id: str, before: int | None) -> list[Case]:
    writes = list_file_writes(c, job_id, before=before)
    later = find_later_writes(c, job_id, [write.path for write in writes])
    return [Case(write=write, later=tuple(later.get(write.path, ()))) for write in writes]


async def _undo_file(database: Database, case: Case, now: datetime, backups: Path) -> Undone:
    if case.write.state == "undone":
        return await asyncio.to_thread(look_again, case)
    undone = await asyncio.to_thread(restore, case, now, backups)
    state: WriteState = "left" if undone.fate == "left" else "undone"
    settled = case.write.model_copy(update={"state": state, "reason": undone.reason, "at": now})
    await database.write(lambda c: _keep_undone(c, settled))
    return undone


def _keep_undone(c: Connection, write: FileWrite) -> None:
    keep_file_write(c, write)
    if write.state == "undone":
        keep_tag_events(c, find_reversals(c, write.job, write.article, write.at))


async def _revert_decisions(
    database: Database, job_id: str, now: datetime, besides: Collection[str]
) -> Counter[Reverted]:
    """Let the decisions before the job's stand, some hundred articles to a transaction; not of those `besides`."""
    reverted: Counter[Reverted] = Counter()
    after = ""
    while keys := await database.read(partial(list_articles_of_job, job=job_id, after=after)):
        after = keys[-1]
        those = [key for key in keys if key not in besides]
        reverted.update(await database.write(partial(_revert_some, job_id=job_id, keys=those, now=now)))
    return reverted


def _revert_some(c: Connection, job_id: str, keys: list[str], now: datetime) -> list[Reverted]:
    return [stand_as_before(c, job_id, key, now) for key in keys]


def _tell(files: Counter[Fate], decisions: Counter[Reverted], decisions_left: int) -> str:
    """How things stand once a job is undone, whichever run saw to it."""
    told = []
    if files.total():
        told.append(f"the former text is in {files.total() - files['left']:,} of {tell_count(files.total(), 'file')}")
    if files["left"]:
        told.append(f"{files['left']:,} {'is' if files['left'] == 1 else 'are'} {tell_left(files['left'])}")
    decided = decisions.total() - decisions["decided since"]
    told.append(f"the former decision stands for {tell_count(decided, 'article')}")
    if decisions["decided since"]:
        told.append(f"a later one stands for {decisions['decided since']:,}")
    if decisions_left:
        told.append(f"the job's own stands for {decisions_left:,}, whose former text is not in the backup folder")
    sentence = "; ".join(told)
    return f"{sentence[0].upper()}{sentence[1:]}."


def tell_left(count: int) -> str:
    """That so many files were not touched: "left as it is", "left as they are"."""
    return f"left as {'it is' if count == 1 else 'they are'}"
