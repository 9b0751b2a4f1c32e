"""Owns giving one file the bytes back that it had before a job: now, already, or not, with the reason."""

from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from app.domain.value import Value
from app.errors import BadFile
from app.jobs.files.backups import find_copy, find_log, mark_file
from app.jobs.files.replacing import digest_bytes, read_bytes, replace_bytes
from app.jobs.files.write_log import LogLine, append_log, complete_log
from app.store.file_writes import FileWrite

Fate = Literal["restored", "as before", "left"]
"""restored: it has its former bytes since now. as before: it had them already. left: neither; it was not touched."""


class Case(Value):
    """What a job wrote to a file, and what later jobs wrote to it and did not undo, the latest first."""

    write: FileWrite
    later: tuple[FileWrite, ...] = ()


class Undone(Value):
    """What became of a file; `reason` says why it was left, "" otherwise.

    `lacks_copy`: it has the job's tags on, because its former text is not to be had here.
    """

    fate: Fate
    reason: str = ""
    lacks_copy: bool = False


_AS_BEFORE: Final = Undone(fate="as before")


def restore(case: Case, now: datetime, backups: Path) -> Undone:
    """Give a file its former bytes, if what it holds is this job's writing and nobody else's."""
    write, log, line = case.write, find_log(backups, case.write.job), _write_line(case.write, now)
    try:
        raw = digest_bytes(read_bytes(Path(write.path)))
        if hiding := _find_hiding(case, raw):
            return _leave(_name_job(hiding))
        if raw == write.before:
            complete_log(log, [line])
            return _AS_BEFORE
        if raw != write.after:
            return _leave(_explain_change(case))
        copy = _read_copy(write, backups)
        if copy is None or digest_bytes(copy) != write.before:
            return _lack(write, backups, copy)
        replace_bytes(Path(write.path), write.after, copy, mark_file(write.job, write.number))
    except BadFile as error:
        # Another machine may have neither the file nor the copy: then the copy is what there is to say.
        return _lack(write, backups, None) if _read_copy(write, backups) is None else _leave(error.problem)
    append_log(log, [line])
    return Undone(fate="restored")


def look_again(case: Case) -> Undone:
    """What became of a file that was undone before: what came into it since is not this job's to take away."""
    try:
        raw = digest_bytes(read_bytes(Path(case.write.path)))
    except BadFile as error:
        return _leave(f"it was restored before, and now {error.problem}")
    if raw == case.write.before:
        return _AS_BEFORE
    hiding = _find_hiding(case, raw)
    return _leave(f"it was restored before; {_name_job(hiding) if hiding else 'it has changed since'}")


def _read_copy(write: FileWrite, backups: Path) -> bytes | None:
    try:
        return read_bytes(find_copy(backups, write.job, write.number))
    except BadFile:
        return None


def _find_hiding(case: Case, raw: str) -> FileWrite | None:
    """The later writing that the file has now, be it by chance what it had before or after this job."""
    return next((later for later in case.later if later.after == raw), None)


def _explain_change(case: Case) -> str:
    written = next((later for later in case.later if later.state == "written"), None)
    return _name_job(written) if written else "changed since the job wrote it"


def _name_job(later: FileWrite) -> str:
    return f"the job {later.job} wrote it later; undo that one first, then this one again"


def _leave(reason: str) -> Undone:
    return Undone(fate="left", reason=reason)


def _lack(write: FileWrite, backups: Path, copy: bytes | None) -> Undone:
    """Left, since its former text is not to be had: there is no copy, or not the one that was made."""
    if copy is not None:
        return Undone(fate="left", reason="its copy in the backup folder was changed", lacks_copy=True)
    folder = find_copy(backups, write.job, write.number).parent
    reason = (
        f"its former text is not in this machine's backup folder ({folder}); "
        "undo on the machine that wrote it, or put that folder back"
    )
    return Undone(fate="left", reason=reason, lacks_copy=True)


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
