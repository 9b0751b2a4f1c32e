"""Owns keeping what jobs wrote to files: begun, written, undone, or left as somebody changed it since."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import AwareDatetime, NonNegativeInt
from sqlalchemy import Connection, Row, func, select

from app.domain.provenance import TagEvent
from app.domain.value import Value
from app.store.parts import split
from app.store.storable import make_storable
from app.store.tables.decisions import tag_event as tag_events
from app.store.tables.jobs import file_write as file_writes
from app.store.tables.jobs import job as jobs
from app.store.tag_events import read_event
from app.store.upserting import insert_or

WriteState = Literal["begun", "written", "undone", "left"]


class FileWrite(Value):
    """What became of one file of a job.

    begun: its bytes lie in the backup, and it may have been written. written: it was. undone: it
    has its former bytes again. left: it could not be undone. `before` and `after` are digests of
    its bytes; `reason` says what is worth knowing, "" otherwise.
    """

    job: str
    number: NonNegativeInt
    article: str
    path: str
    before: str
    after: str
    state: WriteState
    reason: str
    at: AwareDatetime


class WrittenTags(Value):
    """Tags that a job wrote to files and took out of them, and how many files each of that came to."""

    attached: NonNegativeInt
    attached_to: NonNegativeInt
    removed: NonNegativeInt
    removed_from: NonNegativeInt


def keep_file_write(c: Connection, write: FileWrite) -> None:
    """Keep what became of a file, in place of what was kept about it before."""
    row = write.model_dump()
    changed = {name: value for name, value in row.items() if name not in {"job", "number"}}
    statement = insert_or(c, file_writes).values(row)
    c.execute(statement.on_conflict_do_update(index_elements=[file_writes.c.job, file_writes.c.number], set_=changed))


def find_file_write(c: Connection, job: str, number: int) -> FileWrite | None:
    """What became of the file of one item; None where nothing was to be written."""
    query = select(file_writes).where(file_writes.c.job == job, file_writes.c.number == number)
    row = c.execute(query).one_or_none()
    return None if row is None else _read_write(row)


def list_file_writes(c: Connection, job: str, *, before: int | None = None, limit: int = 500) -> list[FileWrite]:
    """A job's files, the last items first; `before`: only items with a smaller number."""
    query = select(file_writes).where(file_writes.c.job == job).order_by(file_writes.c.number.desc()).limit(limit)
    if before is not None:
        query = query.where(file_writes.c.number < before)
    return [_read_write(row) for row in c.execute(query)]


def find_later_writes(c: Connection, job: str, paths: Sequence[str]) -> dict[str, list[FileWrite]]:
    """What jobs made after this one did to these files and did not undo, the latest job first; by path.

    By path, as the key of a file's article goes by the folder that was named.
    """
    found: dict[str, list[FileWrite]] = {}
    later = jobs.c.seq > select(jobs.c.seq).where(jobs.c.id == job).scalar_subquery()
    stands = file_writes.c.state != "undone"
    for part in split(paths):
        query = select(file_writes).join(jobs, jobs.c.id == file_writes.c.job)
        query = query.where(later, stands, file_writes.c.path.in_(part)).order_by(jobs.c.seq.desc())
        for write in map(_read_write, c.execute(query)):
            found.setdefault(write.path, []).append(write)
    return found


def count_written_tags(c: Connection, job: str) -> WrittenTags:
    """What a job did to the tags of files that still count as written by it; each tag counts once."""
    of_job = (file_writes.c.job == job) & (file_writes.c.state == "written")
    columns = (tag_events.c.event, tag_events.c.article, tag_events.c.field, tag_events.c.tag)
    done = select(*columns).where(
        tag_events.c.job == job,
        tag_events.c.by == "scopenote",
        tag_events.c.article.in_(select(file_writes.c.article).where(of_job)),
    )
    each = done.distinct().subquery()
    files = func.count(each.c.article.distinct()).label("files")
    query = select(each.c.event, func.count().label("tags"), files).group_by(each.c.event)
    counts = {row.event: row for row in c.execute(query)}
    attached, removed = counts.get("attached"), counts.get("removed")
    return WrittenTags(
        attached=attached.tags if attached else 0,
        attached_to=attached.files if attached else 0,
        removed=removed.tags if removed else 0,
        removed_from=removed.files if removed else 0,
    )


def find_reversals(c: Connection, job: str, key: str, now: datetime) -> list[TagEvent]:
    """What undoing a job's file does to the article's tags: those that it attached or removed, and that are so still.

    A tag that comes back is again of the job that attached it.
    """
    query = select(tag_events).where(tag_events.c.article == make_storable(key)).order_by(tag_events.c.seq)
    events: dict[tuple[str, str], list[TagEvent]] = {}
    for event in (read_event(row) for row in c.execute(query).mappings()):
        events.setdefault((event.field, event.tag), []).append(event)
    return [
        _reverse(of_tag, now) for of_tag in events.values() if (of_tag[-1].job, of_tag[-1].by) == (job, "scopenote")
    ]


def _reverse(events: Sequence[TagEvent], now: datetime) -> TagEvent:
    """The opposite of the last event, in the name of the job that did just that before."""
    last = events[-1]
    opposite = last.model_copy(update={"event": "removed" if last.event == "attached" else "attached"})
    told = (opposite.event, opposite.by)
    before = next((event for event in reversed(events) if (event.event, event.by) == told), opposite)
    return before.model_copy(update={"at": now})


def _read_write(row: Row[Any]) -> FileWrite:
    return FileWrite(**dict(row._mapping))  # noqa: SLF001 - the public way to a row's columns by name
