"""Owns undoing a job: its files get their former bytes, its articles the decisions that stood before."""

import asyncio
from datetime import datetime
from functools import partial
from pathlib import Path

from pydantic import NonNegativeInt

from app.domain.job import Job
from app.domain.value import Value
from app.errors import BadFile, BadInput
from app.jobs.files.replacing import digest_bytes, read_bytes, replace_bytes
from app.jobs.files.write_back import find_copy, find_log, mark_file
from app.jobs.files.write_log import LogLine, append_log, complete_log
from app.store.batches import list_batches
from app.store.connection import Connection
from app.store.database import Database
from app.store.file_writes import FileWrite, find_later_write, find_reversals, keep_file_write, list_file_writes
from app.store.jobs import load_job, set_state
from app.store.reverting import list_articles_of_job, stand_as_before
from app.store.tag_events import keep_tag_events

_CHANGED = "changed since the job wrote it"


class LeftFile(Value):
    """A file that was left as it is, and why."""

    path: str
    reason: str


class UndoReport(Value):
    """What undoing came to. `restored` files have their former bytes, also where an earlier run saw to it.

    `decisions` counts the articles for which this run let another decision stand.
    """

    job: Job
    restored: NonNegativeInt
    left: tuple[LeftFile, ...]
    decisions: NonNegativeInt


async def undo_job(database: Database, job_id: str, now: datetime, backups: Path) -> UndoReport:
    """Undo what a job wrote and decided, the last item first.

    Files that somebody changed since are left and reported. Doing it again is harmless: it goes on
    where it was cut off, and takes up what was left.

    Raises:
        NotKept: there is no such job.
        BadInput: the job is still running, or has batches at a provider.
        Unavailable: the store or a file cannot be used now; what was undone stays so.
    """
    await database.write(lambda c: _begin(c, job_id, now))
    restored = 0
    left: list[LeftFile] = []
    before: int | None = None
    while page := await database.read(partial(list_file_writes, job=job_id, before=before)):
        before = page[-1].number
        for write in page:
            settled = write if write.state == "undone" else await _undo_file(database, write, now, backups)
            restored += settled.state == "undone"
            if settled.state != "undone":
                left.append(LeftFile(path=settled.path, reason=settled.reason))
    decisions = await _revert_decisions(database, job_id, now)
    reason = _tell(restored, len(left), decisions)
    await database.write(lambda c: set_state(c, job_id, "undone", reason, now, only_from={"undone"}))
    job = await database.read(lambda c: load_job(c, job_id))
    return UndoReport(job=job, restored=restored, left=tuple(left), decisions=decisions)


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


async def _undo_file(database: Database, write: FileWrite, now: datetime, backups: Path) -> FileWrite:
    reason = await asyncio.to_thread(_restore, write, now, backups)
    if reason == _CHANGED and (later := await database.read(partial(find_later_write, write=write))):
        reason = f"the job {later.job} wrote it later; undo that one first, then this one again"
    settled = write.model_copy(update={"state": "left" if reason else "undone", "reason": reason, "at": now})
    await database.write(lambda c: _keep_undone(c, settled))
    return settled


def _restore(write: FileWrite, now: datetime, backups: Path) -> str:
    """Give a file its former bytes; gives the reason where it has to be left, else ""."""
    log, line = find_log(backups, write.job), _write_line(write, now)
    try:
        raw = digest_bytes(read_bytes(Path(write.path)))
        if raw == write.before:
            complete_log(log, [line])
            return ""
        if raw != write.after:
            return _CHANGED
        copy = read_bytes(find_copy(backups, write.job, write.number))
        if digest_bytes(copy) != write.before:
            return "its copy in the backup folder was changed"
        replace_bytes(Path(write.path), write.after, copy, mark_file(write.job, write.number))
    except BadFile as error:
        return error.problem
    append_log(log, [line])
    return ""


def _write_line(write: FileWrite, now: datetime) -> LogLine:
    return LogLine(
        at=now,
        action="undo",
        job=write.job,
        number=write.number,
        article=write.article,
        path=write.path,
        field=None,
        digest_before=write.after,
        digest_after=write.before,
    )


def _keep_undone(c: Connection, write: FileWrite) -> None:
    keep_file_write(c, write)
    if write.state == "undone":
        keep_tag_events(c, find_reversals(c, write.job, write.article, write.at))


async def _revert_decisions(database: Database, job_id: str, now: datetime) -> int:
    """Let the decisions before the job's stand, some hundred articles to a transaction."""
    reverted = 0
    after = ""
    while keys := await database.read(partial(list_articles_of_job, job=job_id, after=after)):
        after = keys[-1]
        reverted += await database.write(partial(_revert_some, job_id=job_id, keys=keys, now=now))
    return reverted


def _revert_some(c: Connection, job_id: str, keys: list[str], now: datetime) -> int:
    return sum(stand_as_before(c, job_id, key, now) for key in keys)


def _tell(restored: int, left: int, decisions: int) -> str:
    files = f"{restored} of {restored + left} files have their former text again"
    kept = f"; {left} were left as they are" if left else ""
    return f"{files}{kept}; {decisions} articles have their former decision."
