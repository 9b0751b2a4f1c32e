"""Owns undoing what was written to a CMS: only what is still as we left it, and the rest is told."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Literal

from pydantic import NonNegativeInt

from app.cms.site import Present, Site, compare
from app.domain.article_event import name_article
from app.domain.provenance import TagEvent
from app.domain.source import Source
from app.domain.value import Value
from app.errors import BadInput, NotKept
from app.jobs.deliveries.proposing import Tags, find_fields
from app.jobs.deliveries.recalling import find_spelled, recall
from app.jobs.deliveries.telling import tell_mismatches
from app.jobs.deliveries.writing import keep_seen, load_background
from app.jobs.files.merging import Known, add_events, find_moment, make_slug, note_people
from app.store.cms_articles import find_cms_article
from app.store.cms_writes import CmsWrite, list_writes, settle_write
from app.store.connection import Connection
from app.store.database import Database
from app.store.deliveries import load_delivery
from app.store.file_writes import find_reversals
from app.store.tag_events import keep_tag_events

_UNNAMED = "What the CMS calls it is not kept any more. Have the CMS send it once, or take the tags out there."
_DRAFT = "It has changes in the CMS that are not published, which undoing would publish as well."
Fate = Literal["restored", "as before", "left"]
_UNDOABLE = frozenset({"written", "differs", "drafted", "begun", "undoing", "left"})


class LeftArticle(Value):
    """An article of which something was left as it is, and why."""

    article: str
    reason: str


class UndoneWrites(Value):
    """What undoing came to, in articles. `restored` have their former tags since now, `as_before` had them already."""

    restored: NonNegativeInt
    as_before: NonNegativeInt
    left: tuple[LeftArticle, ...]


class _Undone(Value):
    fate: Fate
    reason: str = ""


@dataclass(frozen=True)
class _Hands:
    database: Database
    site: Site
    source: Source
    now: datetime


async def undo_writes(
    database: Database,
    site: Site,
    source: Source,
    *,
    now: datetime,
    delivery: str | None = None,
    since: datetime | None = None,
) -> UndoneWrites:
    """Take back the tags that were written to a CMS for a delivery, or since a moment, the last ones first.

    A tag goes that we attached and that is still there, and comes back that we took away and that
    is still gone; what a person or a later delivery did to it since stays, and is told. Doing it
    again is harmless. The decisions stay, and are not written again as they are.

    Raises:
        BadInput: neither a delivery nor a moment is named, or the CMS refuses.
        Unavailable: the CMS or the store is away; what was undone stays so.
    """
    if delivery is None and since is None:
        raise BadInput("Name the delivery whose writes are undone, or the moment since when they are.")
    hands = _Hands(database, site, source, now)
    fates: dict[str, _Undone] = {}
    before: int | None = None
    find = partial(list_writes, source=source.name, delivery=delivery, since=since)
    while page := await database.read(partial(find, before=before)):
        before = page[-1].seq
        for write in page:
            if write.state in _UNDOABLE:
                undone = await _undo(hands, write)
                fates[write.article] = _join(fates.get(write.article), undone)
    told = list(fates.values())
    return UndoneWrites(
        restored=sum(one.fate == "restored" for one in told),
        as_before=sum(one.fate == "as before" for one in told),
        left=tuple(LeftArticle(article=key, reason=one.reason) for key, one in fates.items() if one.fate == "left"),
    )


def _join(one: _Undone | None, other: _Undone) -> _Undone:
    """What became of an article that was written to more than once."""
    if one is None or one.fate == "as before":
        return other
    return other if other.fate == "left" else one


async def _undo(hands: _Hands, write: CmsWrite) -> _Undone:
    if write.state == "drafted":
        return _Undone(fate="left", reason="It waits in a draft, which is the editors': take the tags out there.")
    name = await hands.database.read(lambda c: _find_name(c, hands.source, write))
    try:
        present = await hands.site.look(*name) if name else None
    except NotKept:
        return await _end(hands, write, "The CMS has the article no more.")
    if present is None or present.has_draft:
        return await _end(hands, write, _DRAFT if present else _UNNAMED)
    change = await hands.database.write(lambda c: _begin(c, hands, write, present))
    if not change.tags:
        return await _end(hands, write, change.reason)
    refusal = await _put(hands, present, change)
    if refusal:
        return await _end(hands, write, refusal)
    ended = await _end(hands, write, change.reason, change.events)
    return ended if change.reason else _Undone(fate="restored")


async def _put(hands: _Hands, present: Present, change: "_Change") -> str:
    """Give the CMS the former tags; why it did not take them, "" where it did."""
    try:
        found = await hands.site.write(present, change.tags, publish=True)
    except BadInput as error:
        return str(error)
    return tell_mismatches(hands.source, compare(change.tags, found))


class _Change(Value):
    """The fields as they are to be, none where they are so; `reason` tells of what is left."""

    tags: Tags
    events: tuple[TagEvent, ...]
    reason: str


def _begin(c: Connection, hands: _Hands, write: CmsWrite, present: Present) -> _Change:
    """Note what people did, and that undoing is begun; what is to be undone."""
    names, now = find_fields(present, hands.source), hands.now
    look = {field: present.tags[name] for field, name in names.items()}
    background = load_background(c, write.article)
    known: Known = background.known
    recalled = [recall(open_, look, now) for open_ in background.open_writes]
    for one in recalled:
        known = add_events(known, one.events)
    keep_seen(c, recalled, note_people(known, look, article=write.article, at=find_moment(known, now, now)))
    events = [
        event
        for event in find_reversals(c, write.delivery or "", write.article, now)
        if event.field in names and _is_of(write, event)
    ]
    tags = {field: _apply(look[field], [event for event in events if event.field == field]) for field in look}
    changed = {names[field]: after for field, after in tags.items() if after != look[field]}
    if changed:
        settle_write(c, write.seq, "undoing", write.reason, write.at)
    undone = {(event.field, make_slug(event.tag)) for event in events}
    return _Change(tags=changed, events=tuple(events), reason=_tell_left(write, look, undone))


def _is_of(write: CmsWrite, event: TagEvent) -> bool:
    """Whether the reversed event is of this write: a delivery may have written to an article more than once."""
    came, went = _list_came(write), _list_went(write)
    return (event.field, make_slug(event.tag)) in (came if event.event == "removed" else went)


def _list_came(write: CmsWrite) -> set[tuple[str, str]]:
    return _list_pairs(write.after) - _list_pairs(write.before)


def _list_went(write: CmsWrite) -> set[tuple[str, str]]:
    return _list_pairs(write.before) - _list_pairs(write.after)


def _list_pairs(tags: Tags) -> set[tuple[str, str]]:
    """By field and slug, since some CMSs write tags otherwise than they were given them."""
    return {(field.casefold(), make_slug(tag)) for field, words in tags.items() for tag in words}


def _apply(tags: Sequence[str], events: Sequence[TagEvent]) -> tuple[str, ...]:
    gone = {event.tag for event in events if event.event == "removed"}
    back = [event.tag for event in events if event.event == "attached" and find_spelled(event.tag, tags) is None]
    return (*(tag for tag in tags if tag not in gone), *back)


def _tell_left(write: CmsWrite, look: dict[str, tuple[str, ...]], undone: set[tuple[str, str]]) -> str:
    """Of what this write did: the tags that are not as we left them, or are somebody else's by now."""
    there = _list_pairs(look)
    came = {pair for pair in _list_came(write) - undone if pair in there}
    went = {pair for pair in _list_went(write) - undone if pair not in there}
    if not came | went:
        return ""
    shown = ", ".join(repr(tag) for _, tag in sorted(came | went)[:8])
    return f"Somebody else had a hand in {shown} since; they are as they were."


async def _end(hands: _Hands, write: CmsWrite, reason: str, events: Sequence[TagEvent] = ()) -> _Undone:
    """Keep what became of a write: it is undone, or was left for a reason."""

    def work(c: Connection) -> None:
        settle_write(c, write.seq, "left" if reason else "undone", reason, hands.now)
        keep_tag_events(c, events)

    await hands.database.write(work)
    return _Undone(fate="left", reason=reason) if reason else _Undone(fate="as before")


def _find_name(c: Connection, source: Source, write: CmsWrite) -> tuple[str, str | None] | None:
    """The CMS's own id of an article, and its locale: as they were noted, else as the delivery has them."""
    known = find_cms_article(c, write.article)
    if known is not None and known.cms_id is not None:
        return known.cms_id, known.locale
    with suppress(NotKept):
        for event in load_delivery(c, write.delivery or "").events:
            if name_article(source.name, event) == write.article:
                return event.id, event.locale
    return None
