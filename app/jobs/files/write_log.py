"""Owns a job's log of what it wrote to files: one JSON object per line, for people and their tools."""

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, NonNegativeInt, ValidationError

from app.domain.value import Value
from app.jobs.files.merging import Merged
from app.jobs.files.replacing import append_line
from app.store.file_writes import FileWrite

TAIL_BYTES = 64 * 1024
"""Far more than all that is worked on at the same time writes into the log."""


class LogLine(Value):
    """One field of one file, before and after. An undone file has one line, without a field."""

    at: AwareDatetime
    action: Literal["write", "undo"]
    by: Literal["scopenote"] = "scopenote"
    job: str
    number: NonNegativeInt
    article: str
    path: str
    field: str | None
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    digest_before: str
    digest_after: str
    remark: str = ""


def describe_writing(write: FileWrite, merged: Sequence[Merged], now: datetime) -> list[LogLine]:
    """A line for each field of a file that was written."""
    return [
        LogLine(
            at=now,
            action="write",
            job=write.job,
            number=write.number,
            article=write.article,
            path=write.path,
            field=change.field,
            before=change.before,
            after=change.after,
            digest_before=write.before,
            digest_after=write.after,
            remark=write.reason,
        )
        for change in merged
    ]


def append_log(log: Path, lines: Sequence[LogLine]) -> None:
    """Add lines to a log.

    Raises:
        StoreUnavailable: the disk is full.
        Unavailable: it cannot be written.
    """
    append_line(log, "\n".join(line.model_dump_json() for line in lines).encode())


def complete_log(log: Path, lines: Sequence[LogLine]) -> None:
    """Add those lines that are not near the log's end yet: for what a crash may have cut short.

    Looking through all of a long log, once for each file, would take for ever.

    Raises:
        StoreUnavailable, Unavailable: as `append_log`.
    """
    wanted = {_identify(line): line for line in lines}
    if log.exists():
        with log.open("rb") as kept:
            kept.seek(max(0, kept.seek(0, os.SEEK_END) - TAIL_BYTES))
            for raw in kept:
                try:
                    wanted.pop(_identify(LogLine.model_validate_json(raw)), None)
                except ValidationError:  # a line that was cut off
                    continue
    if wanted:
        append_log(log, list(wanted.values()))


def _identify(line: LogLine) -> tuple[str, int, str | None, str]:
    return line.action, line.number, line.field, line.digest_after
