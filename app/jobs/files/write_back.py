"""Owns writing a decision's tags to the front matter of the file that was decided about.

The order makes every point of a crash one that running the item again mends: the copy of the file,
then a note that it is begun, the file itself, the log, and last the note that it is written,
together with what came and went.
"""

import asyncio
from datetime import datetime
from functools import partial
from pathlib import Path

from app.domain.decision import Decision
from app.domain.feedback import Word
from app.domain.job import Fields, Item, Job
from app.domain.provenance import TagEvent
from app.domain.value import CategoryId, Value
from app.errors import BadFile, BadInput
from app.jobs.files.advising import advising
from app.jobs.files.backups import find_copy, find_log, mark_file
from app.jobs.files.merging import (
    Former,
    Known,
    Merged,
    add_events,
    find_moment,
    list_fields,
    merge,
    note_ours,
    note_people,
)
from app.jobs.files.replacing import digest_bytes, find_change, keep_copy, read_bytes, replace_bytes
from app.jobs.files.restoring import Case, restore
from app.jobs.files.write_log import append_log, complete_log, describe_writing
from app.parsing.front_matter_edit import edit_words, read_words
from app.store.connection import Connection
from app.store.database import Database
from app.store.file_writes import FileWrite, find_file_write, keep_file_write
from app.store.jobs import find_state, hold_state
from app.store.tag_events import find_tags, keep_tag_events
from app.store.words import find_words


class _Wish(Value):
    """What the fields of a file are to say, and by what. `taxonomy` and `put_back` as in `merge`."""

    decision: Decision
    fields: Fields
    words: tuple[Word, ...]
    former: Former
    taxonomy: frozenset[CategoryId]
    put_back: bool


class _Writing(Value):
    """One file that is to be written. `edited` are its new bytes, None where it has them already."""

    write: FileWrite
    merged: tuple[Merged, ...]
    people: tuple[TagEvent, ...]
    edited: bytes | None


async def write_back(
    database: Database,
    job: Job,
    item: Item,
    decision: Decision,
    *,
    now: datetime,
    backups: Path,
    fields: Fields,
    former: Former,
) -> tuple[Merged, ...]:
    """Write a decision's tags to an item's file; gives the fields that changed, none where nothing had to.

    `former` has every category that the job goes by, with the ids that it had before. Doing it again
    does nothing, and finishes what a crash left undone. Items that are no file of their own are left alone.

    Raises:
        BadFile: the file changed since the plan, cannot be edited or is read-only; it is untouched.
        BadInput: the job was cancelled or undone meanwhile; the file is untouched.
        StoreUnavailable: the disk is full, or the store cannot be used; the file is untouched, or written
            and noted as soon as this is called again.
        Unavailable: the file cannot be used now; it is untouched.
    """
    if item.path is None or item.raw is None:
        return ()
    begun, known, words = await database.read(partial(_find_known, job=job.id, item=item))
    if begun is not None and begun.state != "begun":
        return ()
    wish = _wish(job, decision, fields, words, former)
    prepare = partial(_prepare, item, wish, begun, known, backups=backups, now=now)
    writing = await asyncio.to_thread(prepare)
    if writing.merged and writing.edited is not None:
        await database.write(lambda c: _keep_begun(c, writing.write))
    written = await asyncio.to_thread(_put, writing, backups, now)
    if not written.merged and not written.people:
        return ()
    if not await database.write(lambda c: _keep_written(c, written, now)):
        undone = await asyncio.to_thread(restore, Case(write=written.write), now, backups)
        told = f"it was left as it is, because {undone.reason}" if undone.fate == "left" else "it is as it was"
        raise BadInput(f"The job {job.id!r} was undone while {item.path} was written: {told}.")
    return written.merged


def _wish(job: Job, decision: Decision, fields: Fields, words: tuple[Word, ...], former: Former) -> _Wish:
    # By another taxonomy than the job's nothing can be told of what is in it no more.
    is_by_same = decision.taxonomy_version == job.recipe.taxonomy_version
    return _Wish(
        decision=decision,
        fields=fields,
        words=words,
        former=former,
        taxonomy=frozenset(former if is_by_same else ()),
        put_back=job.recipe.put_back,
    )


def _find_known(c: Connection, job: str, item: Item) -> tuple[FileWrite | None, Known, tuple[Word, ...]]:
    known = {(field.casefold(), tag): event for (field, tag), event in find_tags(c, item.article).items()}
    return find_file_write(c, job, item.number), known, find_words(c, item.article)


def _prepare(
    item: Item, wish: _Wish, begun: FileWrite | None, known: Known, *, backups: Path, now: datetime
) -> _Writing:
    """What is to become of a file; where that is a change, its copy is kept when this comes back."""
    path = item.path or ""
    data = read_bytes(Path(path))
    raw = digest_bytes(data)
    if begun is not None and raw == begun.after:
        return _recall(begun, data, known, list(list_fields(wish.fields)), backups=backups, now=now)
    if raw != item.raw:
        raise BadFile(path, "changed since the plan", "Run reclassify again, which reads it as it is now.")
    with advising():
        look = _look(data, path, wish, known)
    at = find_moment(known, find_change(Path(path)), now)
    people = tuple(note_people(known, look, article=item.article, at=at))
    known = add_events(known, people)
    merged = merge(
        wish.decision,
        wish.fields,
        look,
        known,
        words=wish.words,
        former=wish.former,
        taxonomy=wish.taxonomy,
        put_back=wish.put_back,
    )
    changes = tuple(change for change in merged if change.before != change.after)
    named = list_fields(wish.fields)
    with advising():
        edited = edit_words(data, path, {named[change.field]: change.after for change in changes}) if changes else data
    if changes:
        keep_copy(find_copy(backups, item.job, item.number), data)
    write = _begin(item, path, before=raw, after=digest_bytes(edited), now=now)
    return _Writing(write=write, merged=changes, people=people, edited=edited)


def _recall(
    begun: FileWrite, data: bytes, known: Known, fields: list[str], *, backups: Path, now: datetime
) -> _Writing:
    """What was written before a crash and is not noted yet; what the file held before is in its copy."""
    copy = read_bytes(find_copy(backups, begun.job, begun.number))
    if digest_bytes(copy) != begun.before:
        raise BadFile(begun.path, "its copy in the backup folder was changed", "Put the copy back, or undo by hand.")
    look, after = read_words(copy, begun.path, fields), read_words(data, begun.path, fields)
    merged = tuple(Merged(field=f, before=look[f], after=after[f]) for f in fields if look[f] != after[f])
    people = tuple(note_people(known, look, article=begun.article, at=now))
    return _Writing(write=begun, merged=merged, people=people, edited=None)


def _put(writing: _Writing, backups: Path, now: datetime) -> _Writing:
    """Put the new bytes in place and into the log; what there is to remark is in the writing given back."""
    write = writing.write
    log = find_log(backups, write.job)
    if not writing.merged:
        return writing
    if writing.edited is None:
        complete_log(log, describe_writing(write, writing.merged, now))
        return writing
    remark = replace_bytes(Path(write.path), write.before, writing.edited, mark_file(write.job, write.number))
    writing = writing.model_copy(update={"write": write.model_copy(update={"reason": remark})})
    append_log(log, describe_writing(writing.write, writing.merged, now))
    return writing


def _look(data: bytes, path: str, wish: _Wish, known: Known) -> dict[str, tuple[str, ...]]:
    """The tags in the file's fields; a file that cannot have any matters only if it should get or lose one."""
    try:
        return read_words(data, path, list(list_fields(wish.fields)))
    except BadFile:
        assigned = (a for a in wish.decision.assignments if a.status == "assigned")
        may_gain = any(wish.fields.find(a.kind) is not None for a in assigned)
        may_lose = any(event.event == "attached" and event.by == "scopenote" for event in known.values())
        if may_gain or may_lose:
            raise
        return {}


def _begin(item: Item, path: str, *, before: str, after: str, now: datetime) -> FileWrite:
    return FileWrite(
        job=item.job,
        number=item.number,
        article=item.article,
        path=path,
        before=before,
        after=after,
        state="begun",
        reason="",
        at=now,
    )


def _keep_begun(c: Connection, write: FileWrite) -> None:
    state = find_state(c, write.job)
    if state in {"cancelled", "undone"}:
        raise BadInput(f"The job {write.job!r} is {state}, so {write.path} was not written.")
    keep_file_write(c, write)


def _keep_written(c: Connection, writing: _Writing, now: datetime) -> bool:
    """Note what was written; False where the job was undone between a file's being begun and its being written."""
    write = writing.write
    if hold_state(c, write.job) == "undone":
        return False
    ours = note_ours(writing.merged, article=write.article, at=now, job=write.job)
    if writing.merged:
        keep_file_write(c, write.model_copy(update={"state": "written", "at": now}))
    keep_tag_events(c, [*writing.people, *ours])
    return True
