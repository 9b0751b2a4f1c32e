"""Owns which tags a file is to have: what people attached stays, what we attached follows the decision."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from app.domain.category import Kind
from app.domain.decision import Decision, Status
from app.domain.feedback import Word
from app.domain.job import Fields
from app.domain.provenance import Author, TagEvent
from app.domain.value import CategoryId, Value

Known = Mapping[tuple[str, str], TagEvent]
"""The latest event of each tag, by field (as `list_fields` has it) and tag."""
Former = Mapping[CategoryId, Sequence[CategoryId]]
"""The ids that categories had before."""

_STANDS_NO_MORE = frozenset({"excluded", "rejected"})
_NOT_IN_SLUG = re.compile(r"[^\w\s.+#~-]")
_GAP = re.compile(r"[\s-]+")


class Named(Protocol):
    """What of an assignment says which tag it means, in which field."""

    @property
    def category(self) -> CategoryId: ...  # noqa: D102 - as in `Assignment`
    @property
    def title(self) -> str: ...  # noqa: D102
    @property
    def kind(self) -> Kind: ...  # noqa: D102
    @property
    def status(self) -> Status: ...  # noqa: D102


class Merged(Value):
    """A field's tags as they were and as they are to be."""

    field: str
    before: tuple[str, ...]
    after: tuple[str, ...]


def make_slug(tag: str) -> str:
    """A tag as it stands in the address of its page: tags with the same slug share a page."""
    slug = _GAP.sub("-", _NOT_IN_SLUG.sub("", tag.lower())).strip("-")
    return slug or tag.casefold()


def merge(
    decision: Decision,
    fields: Fields,
    present: Mapping[str, Sequence[str]],
    known: Known,
    *,
    words: Sequence[Word] = (),
    former: Former | None = None,
    taxonomy: Collection[CategoryId] = (),
    put_back: bool = False,
) -> list[Merged]:
    """Each field with the tags that a decision leaves it with, in the order they have there.

    Assigned categories are attached by their id, unless a tag with the slug of id, title or former
    id is there, or was taken away by a person and no editor has accepted the category since. Only
    tags that Scopenote attached are removed, and only where the category was considered and does
    not stand, or is in the taxonomy no more (`taxonomy` has the ids of all that are; none: it is not
    known, so nothing is gone from it); those by a former id get the present one. A stand-in's decision
    changes none. `put_back`: what a person took away is attached again like all else.
    `known` takes what people did since the last look into account (`note_people`).
    """
    merged = []
    in_taxonomy = _list_slugs(decision, taxonomy, former or {})
    for field, tags in present.items():
        ours = [
            _own(a, words, former or {}, put_back=put_back)
            for a in decision.assignments
            if _same_field(fields.find(a.kind), field)
        ]
        stay = list(tags) if decision.judge.degraded else _list_staying(field, tags, ours, known, in_taxonomy)
        there = {make_slug(tag) for tag in stay}
        added = []
        for own in ours:
            if own.status == "assigned" and not own.slugs & there and not _was_taken_away(field, own, known):
                added.append(own.category)
                there |= own.slugs
        merged.append(Merged(field=field, before=tuple(tags), after=(*stay, *added)))
    return merged


def list_held_back(
    assignments: Sequence[Named],
    fields: Fields,
    known: Known,
    *,
    words: Sequence[Word] = (),
    former: Former | None = None,
) -> list[CategoryId]:
    """Assigned categories that the file lacks since a person took their tags out of it, as far as is known."""
    held = []
    attached = {(field, make_slug(tag)) for (field, tag), event in known.items() if event.event == "attached"}
    for assignment in assignments:
        field = (fields.find(assignment.kind) or "").casefold()
        own = _own(assignment, words, former or {})
        is_there = any((field, slug) in attached for slug in own.slugs)
        if own.status == "assigned" and field and not is_there and _was_taken_away(field, own, known):
            held.append(own.category)
    return held


def find_moment(known: Known, changed_at: datetime, now: datetime) -> datetime:
    """When what people did to a file is taken to have happened: as it changed, and after all that is known."""
    last = max((event.at for event in known.values()), default=None)
    seen = min(changed_at, now)
    return seen if last is None or last < seen else last + timedelta(microseconds=1)


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


def list_fields(fields: Fields) -> dict[str, str]:
    """The fields that are written to, each once: small letters and all, since case tells no two apart."""
    named: dict[str, str] = {}
    for field in (fields.tags, fields.categories, fields.concepts):
        if field is not None:
            named.setdefault(field.casefold(), field)
    return named


class _Own(Value):
    """A category as a file may name it. `accepted_at` is when an editor said that it applies.

    `is_put_back`: that a person took it away counts no more.
    """

    category: CategoryId
    status: Status
    present: frozenset[str]
    former: frozenset[str]
    accepted_at: datetime | None
    is_put_back: bool

    @property
    def slugs(self) -> frozenset[str]:
        """The slugs of all its names."""
        return self.present | self.former


def _own(assignment: Named, words: Sequence[Word], former: Former, *, put_back: bool = False) -> _Own:
    ids = {assignment.category, *former.get(assignment.category, ())}
    said = max((word for word in words if word.category in ids), key=lambda word: word.at, default=None)
    present = frozenset({make_slug(assignment.category), make_slug(assignment.title)})
    return _Own(
        category=assignment.category,
        status=assignment.status,
        present=present,
        former=frozenset(map(make_slug, ids)) - present,
        accepted_at=said.at if said and said.verdict == "accept" else None,
        is_put_back=put_back,
    )


def _list_slugs(decision: Decision, taxonomy: Collection[CategoryId], former: Former) -> frozenset[str]:
    """The slugs of all names of the taxonomy's categories, of whatever kind; none where it is not known."""
    if not taxonomy:
        return frozenset()
    ids = {*taxonomy, *(id_ for category in taxonomy for id_ in former.get(category, ()))}
    named = (name for assignment in decision.assignments for name in (assignment.category, assignment.title))
    return frozenset(map(make_slug, (*ids, *named)))


def _same_field(one: str | None, other: str) -> bool:
    return one is not None and one.casefold() == other.casefold()


def _list_staying(
    field: str, tags: Sequence[str], ours: Sequence[_Own], known: Known, in_taxonomy: frozenset[str]
) -> list[str]:
    """The tags without those of our own whose category fell or is gone; renamed ones by their new id."""
    fallen = {slug for own in ours if own.status in _STANDS_NO_MORE for slug in own.slugs}
    fallen -= {slug for own in ours if own.status not in _STANDS_NO_MORE for slug in own.slugs}
    renamed = {
        slug: own
        for own in ours
        if own.status == "assigned" and not _was_taken_away(field, own, known)
        for slug in own.former
    }
    there = {make_slug(tag) for tag in tags}
    stay = []
    for tag in tags:
        slug, event = make_slug(tag), known.get((field, tag))
        is_ours = event is not None and event.by == "scopenote"
        is_gone = bool(in_taxonomy) and slug not in in_taxonomy
        if is_ours and (slug in fallen or is_gone):
            continue
        if is_ours and (own := renamed.get(slug)):
            if own.present.isdisjoint(there):
                stay.append(own.category)
                there |= own.present
            continue
        stay.append(tag)
    return stay


def _was_taken_away(field: str, own: _Own, known: Known) -> bool:
    """Whether a person was the last to remove a tag of this category, and it has not been accepted since."""
    events = [event for (where, tag), event in known.items() if where == field and make_slug(tag) in own.slugs]
    last = max(events, key=lambda event: (event.at, event.by == "person"), default=None)
    if own.is_put_back or last is None or (last.event, last.by) != ("removed", "person"):
        return False
    return own.accepted_at is None or own.accepted_at <= last.at
