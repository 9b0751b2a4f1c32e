"""Owns which tags a file is to have: what people attached stays, what we attached follows the decision."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from app.domain.decision import Assignment, Decision
from app.domain.job import Fields
from app.domain.provenance import Author, TagEvent
from app.domain.value import Value

Known = Mapping[tuple[str, str], TagEvent]
"""The latest event of each tag, by field and tag."""

_STANDS_NO_MORE = frozenset({"excluded", "rejected"})
_NOT_IN_SLUG = re.compile(r"[^\w\s.+#~-]")
_GAP = re.compile(r"[\s-]+")


class Merged(Value):
    """A field's tags as they were and as they are to be."""

    field: str
    before: tuple[str, ...]
    after: tuple[str, ...]


def make_slug(tag: str) -> str:
    """A tag as it stands in the address of its page: tags with the same slug share a page."""
    slug = _GAP.sub("-", _NOT_IN_SLUG.sub("", tag.lower())).strip("-")
    return slug or tag.casefold()


def merge(decision: Decision, fields: Fields, present: Mapping[str, Sequence[str]], known: Known) -> list[Merged]:
    """Each field with the tags that a decision leaves it with, in the order they have there.

    Assigned categories are attached by their id, unless a tag with the slug of id or title is
    there or was taken away by a person. Only tags that Scopenote attached are removed, and only
    where the category was considered and does not stand; a stand-in's decision removes nothing.
    `known` takes what people did since the last look into account (`note_people`).
    """
    merged = []
    for field, tags in present.items():
        ours = [a for a in decision.assignments if _same_field(fields.find(a.kind), field)]
        gone = () if decision.judge.degraded else _find_gone(field, tags, ours, known)
        stay = [tag for tag in tags if tag not in gone]
        there = {make_slug(tag) for tag in stay}
        added = []
        for assignment in ours:
            slugs = _list_slugs(assignment)
            if assignment.status == "assigned" and not slugs & there and not _was_taken_away(field, slugs, known):
                added.append(assignment.category)
                there |= slugs
        merged.append(Merged(field=field, before=tuple(tags), after=(*stay, *added)))
    return merged


def note_people(known: Known, present: Mapping[str, Sequence[str]], *, article: str, at: datetime) -> list[TagEvent]:
    """What came and went in these fields since the last look; all that a first look at a field finds is imported."""
    events: list[TagEvent] = []
    for field, tags in present.items():
        seen = {tag: event for (where, tag), event in known.items() if where == field}
        by: Author = "person" if seen else "imported"
        new = [tag for tag in dict.fromkeys(tags) if tag not in seen or seen[tag].event == "removed"]
        gone = [tag for tag, event in seen.items() if event.event == "attached" and tag not in tags]
        note = partial(TagEvent, article=article, field=field, at=at)
        events += (note(tag=tag, event="attached", by=by) for tag in new)
        events += (note(tag=tag, event="removed", by="person") for tag in gone)
    return events


def note_ours(merged: Sequence[Merged], *, article: str, at: datetime, job: str) -> list[TagEvent]:
    """What we attached and removed."""
    events: list[TagEvent] = []
    for change in merged:
        note = partial(TagEvent, article=article, field=change.field, by="scopenote", at=at, job=job)
        events += (note(tag=tag, event="removed") for tag in change.before if tag not in change.after)
        events += (note(tag=tag, event="attached") for tag in change.after if tag not in change.before)
    return events


def add_events(known: Known, events: Sequence[TagEvent]) -> Known:
    """What is known once these have happened."""
    return {**known, **{(event.field, event.tag): event for event in events}}


def list_fields(fields: Fields) -> list[str]:
    """The fields that are written to, each once."""
    named: dict[str, str] = {}
    for field in (fields.tags, fields.categories, fields.concepts):
        if field is not None:
            named.setdefault(field.casefold(), field)
    return list(named.values())


def _same_field(one: str | None, other: str) -> bool:
    return one is not None and one.casefold() == other.casefold()


def _list_slugs(assignment: Assignment) -> set[str]:
    return {make_slug(assignment.category), make_slug(assignment.title)}


def _find_gone(field: str, tags: Sequence[str], ours: Sequence[Assignment], known: Known) -> set[str]:
    """Tags of our own whose category was considered and does not stand."""
    fallen = {slug for a in ours if a.status in _STANDS_NO_MORE for slug in _list_slugs(a)}
    standing = {slug for a in ours if a.status not in _STANDS_NO_MORE for slug in _list_slugs(a)}
    attached = (tag for tag in tags if (event := known.get((field, tag))) and event.by == "scopenote")
    return {tag for tag in attached if make_slug(tag) in fallen - standing}


def _was_taken_away(field: str, slugs: set[str], known: Known) -> bool:
    """Whether a person was the last to remove a tag of these slugs."""
    events = [event for (where, tag), event in known.items() if where == field and make_slug(tag) in slugs]
    last = max(events, key=lambda event: (event.at, event.by == "person"), default=None)
    return last is not None and (last.event, last.by) == ("removed", "person")
