"""Owns finding out what became of writes whose end was not seen: a worker died, or they wait in a draft."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from app.domain.provenance import TagEvent
from app.domain.value import Value
from app.jobs.files.merging import make_slug
from app.store.cms_writes import CmsWrite, CmsWriteState

_WHEN_DONE: Mapping[CmsWriteState, CmsWriteState] = {"begun": "written", "drafted": "written", "undoing": "undone"}
_WHEN_NOT: Mapping[CmsWriteState, CmsWriteState] = {"begun": "failed", "drafted": "drafted", "undoing": "written"}
_LOST = "A worker died before it was written; it is written by a later try."


class Recalled(Value):
    """A write with what is seen of it: its state now, and the tags that came and went by it."""

    write: CmsWrite
    state: CmsWriteState
    reason: str
    events: tuple[TagEvent, ...]


def recall(write: CmsWrite, present: Mapping[str, Sequence[str]], at: datetime) -> Recalled:
    """What became of a write, by the tags that are there now (fields in small letters).

    A tag that we meant to attach and that is there counts as ours, and so does one that we meant
    to take away and that is gone: nobody else is likely to have done just that in between.
    """
    before, after = (write.after, write.before) if write.state == "undoing" else (write.before, write.after)
    events = note_found(before, after, present, article=write.article, at=at, delivery=write.delivery)
    state = (_WHEN_DONE if events else _WHEN_NOT)[write.state]
    return Recalled(write=write, state=state, reason=_LOST if state == "failed" else write.reason, events=tuple(events))


def note_found(
    before: Mapping[str, Sequence[str]],
    after: Mapping[str, Sequence[str]],
    present: Mapping[str, Sequence[str]],
    *,
    article: str,
    at: datetime,
    delivery: str | None,
) -> list[TagEvent]:
    """What of a change is there, as the CMS writes it; what it did not take is left out."""
    events = []
    for name, meant in after.items():
        field = name.casefold()
        there, old = present.get(field, ()), before.get(name, ())
        came = [tag for tag in meant if tag not in old]
        went = [tag for tag in old if tag not in meant]
        found = [(spelled, "attached") for tag in came if (spelled := find_spelled(tag, there)) is not None]
        gone = [(tag, "removed") for tag in went if find_spelled(tag, there) is None]
        events += [
            TagEvent.model_validate(
                {"article": article, "field": field, "tag": tag, "event": event, "by": "scopenote", "at": at}
                | {"job": delivery}
            )
            for tag, event in (*gone, *found)
        ]
    return events


def find_spelled(tag: str, there: Sequence[str]) -> str | None:
    """A tag as it stands there: CMSs change case, and some give an old tag of nearly the same name."""
    if tag in there:
        return tag
    folded = (other for other in there if other.casefold() == tag.casefold())
    return next(folded, None) or next((other for other in there if make_slug(other) == make_slug(tag)), None)
