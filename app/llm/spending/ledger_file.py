"""Owns the ledger on disk: one file of JSON lines per day, shared by every process that appends to it."""

import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta
from io import SEEK_END, FileIO
from pathlib import Path

from pydantic import ValidationError

from app.errors import BadSetting, ModelUnavailable
from app.llm.spending.ledger import KEPT_DAYS, Attempt, Days, Spent

_LOG = logging.getLogger(__name__)
_CHUNK = 1 << 20


class FileLedger:
    """Appends each line with one write, and counts only what it reads back from the file.

    So the sums hold what other processes wrote as well, and a process that was killed leaves its
    attempt open, at its estimate. A torn line counts as none.

    Raises:
        BadSetting: the folder cannot be used.
    """

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        self.folder = folder
        self._now = now
        self._days = Days()
        self._read_up_to: dict[date, int] = {}
        self._began = now().date()
        self._knows_earlier_days = False
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._get_path(self._began).open("ab"):
                pass
            self._catch_up(self._began)
        except OSError as error:
            raise BadSetting(
                f"the ledger of what is spent cannot be kept in {str(folder)!r}: {error.strerror or error}. "
                "Make that a folder in which files can be written."
            ) from error

    def open(self, attempt: Attempt) -> None:
        """See `Ledger.open`."""
        try:
            self._append(attempt)
        except OSError as error:
            raise ModelUnavailable(
                f"nothing is sent to the model, because the ledger in {str(self.folder)!r} cannot be written: "
                f"{error.strerror or error}. Make room or make the folder writable."
            ) from error

    def close(self, attempt: Attempt) -> None:
        """See `Ledger.close`."""
        try:
            self._append(attempt)
        except OSError as error:
            _LOG.warning("attempt %s stays open in the ledger, at its estimate: %s", attempt.id, error.strerror)

    def sum_day(self) -> Spent:
        """See `Ledger.sum_day`."""
        today = self._now().date()
        self._catch_up_quietly(today)
        return self._days.get(today).sum_all()

    def sum_job(self, job: str) -> Spent:
        """See `Ledger.sum_job`."""
        if not self._knows_earlier_days:  # only jobs need them: read when the first one asks
            for ago in range(1, KEPT_DAYS):
                self._catch_up_quietly(self._began - timedelta(days=ago))
            self._knows_earlier_days = True
        self._catch_up_quietly(self._now().date())
        return self._days.sum_job(job)

    def _get_path(self, day: date) -> Path:
        return self.folder / f"attempts-{day.isoformat()}.jsonl"

    def _append(self, attempt: Attempt) -> None:
        day = attempt.at.date()
        line = attempt.model_dump_json().encode() + b"\n"
        with self._get_path(day).open("a+b", buffering=0) as file:
            # Who was killed, or ran out of room, in the middle of a line must not spoil this one.
            line = line if _ends_whole(file) else b"\n" + line
            written = file.write(line)
            self._read_on(file, day)
        if written != len(line):
            raise OSError(0, "there was no room for a whole line")

    def _catch_up_quietly(self, day: date) -> None:
        """What cannot be read now is read later; that it cannot be written is told where it is written."""
        try:
            self._catch_up(day)
        except OSError as error:
            _LOG.warning("the ledger cannot be read: %s", error.strerror)

    def _catch_up(self, day: date) -> None:
        path = self._get_path(day)
        size = path.stat().st_size if path.exists() else 0
        if size != self._read_up_to.get(day, 0):
            with path.open("rb", buffering=0) as file:
                self._read_on(file, day)

    def _read_on(self, file: FileIO, day: date) -> None:
        """Count the whole lines that were added since the last look; a file that shrank is counted anew."""
        start = self._read_up_to.get(day, 0)
        if file.seek(0, SEEK_END) < start:
            self._days.forget(day)
            start = 0
        sums = self._days.get(day)
        file.seek(start)
        while chunk := file.read(_CHUNK):
            # What has no end in so many bytes is no line of ours.
            whole = chunk if len(chunk) == _CHUNK and b"\n" not in chunk else chunk[: chunk.rfind(b"\n") + 1]
            if not whole:
                break
            for line in whole.split(b"\n"):
                if line and (attempt := _read_line(line, self._get_path(day))):
                    sums.take(attempt)
            start = file.seek(start + len(whole))
        self._read_up_to[day] = start


def _ends_whole(file: FileIO) -> bool:
    """Whether a file is empty or ends with a whole line."""
    if file.seek(0, SEEK_END) == 0:
        return True
    file.seek(-1, SEEK_END)
    return file.read(1) == b"\n"


def _read_line(line: bytes, path: Path) -> Attempt | None:
    try:
        return Attempt.model_validate_json(line)
    except ValidationError:
        _LOG.warning("a line in %s is no attempt, and is not counted", path)
        return None
