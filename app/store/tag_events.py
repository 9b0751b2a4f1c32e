"""Owns keeping which tags came and went, and by whom; the latest event of a tag counts."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.engine import RowMapping

from app.domain.provenance import TagEvent
from app.errors import BadInput
from app.store.parts import split
from app.store.storable import make_storable
from app.store.tables.articles import article as articles
from app.store.tables.decisions import tag_event as tag_events

MAX_LENGTH = 500
"""Characters of a tag: a category's id has at most 200, and an index takes no more than some 2,700 bytes."""


def keep_tag_events(c: Connection, events: Sequence[TagEvent]) -> None:
    """Keep these events in their order; one that is kept already stays one.

    Raises:
        BadInput: a tag is too long to be one; none of the events is kept.
    """
    clean = [_clean(event) for event in events]
    kept: set[TagEvent] = set()
    for part in split(sorted(event.article for event in clean)):
        # Locked in one order, so that of two who bring the same events one sees that they are there.
        c.execute(select(articles.c.key).where(articles.c.key.in_(part)).order_by(articles.c.key).with_for_update())
        since = min(event.at for event in clean)
        query = select(tag_events).where(tag_events.c.article.in_(part), tag_events.c.at >= since)
        kept.update(read_event(row) for row in c.execute(query).mappings())
    new = [event.model_dump() for event in dict.fromkeys(clean) if event not in kept]
    if new:
        c.execute(insert(tag_events), new)


def find_tags(c: Connection, key: str) -> dict[tuple[str, str], TagEvent]:
    """The latest event of every tag that an article has or had, by field and tag."""
    return find_tags_of(c, [key])[key]


def find_tags_of(
    c: Connection, keys: Sequence[str], *, until: datetime | None = None
) -> dict[str, dict[tuple[str, str], TagEvent]]:
    """What `find_tags` gives for each of these articles; `until`: as it was at that moment."""
    found: dict[str, dict[tuple[str, str], TagEvent]] = {make_storable(key): {} for key in keys}
    for part in split(found):
        each = (tag_events.c.article, tag_events.c.field, tag_events.c.tag)
        latest = select(func.max(tag_events.c.seq)).where(tag_events.c.article.in_(part)).group_by(*each)
        if until is not None:
            latest = latest.where(tag_events.c.at <= until)
        query = select(tag_events).where(tag_events.c.seq.in_(latest)).order_by(tag_events.c.seq)
        for event in (read_event(row) for row in c.execute(query).mappings()):
            found[event.article][event.field, event.tag] = event
    return {key: found[make_storable(key)] for key in keys}


def read_event(row: RowMapping) -> TagEvent:
    """The event of a row of the table."""
    return TagEvent(**{name: row[name] for name in TagEvent.model_fields})


def _clean(event: TagEvent) -> TagEvent:
    if len(event.tag) > MAX_LENGTH:
        raise BadInput(
            f"The {event.field} of {event.article!r} hold {event.tag[:60]!r}... with {len(event.tag):,} characters. "
            f"A tag has at most {MAX_LENGTH}: see whether it is text in the wrong field."
        )
    changed = {name: make_storable(getattr(event, name)) for name in ("article", "field", "tag")}
    return event.model_copy(update=changed)
