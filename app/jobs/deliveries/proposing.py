"""Owns what a CMS is to be told about an article: which tags in which fields, and whether to tell it at all."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Literal

from app.cms.site import Present
from app.domain.decision import Decision
from app.domain.feedback import Word
from app.domain.provenance import TagEvent
from app.domain.source import Mode, Source
from app.domain.value import Value
from app.jobs.deliveries.options import names_titles
from app.jobs.deliveries.recalling import Recalled, recall
from app.jobs.files.merging import (
    Former,
    Known,
    Merged,
    add_events,
    find_moment,
    list_fields,
    make_slug,
    merge,
    note_people,
)
from app.store.cms_writes import CmsWrite, CmsWriteState

Doing = Literal["nothing", "suggest", "hold", "draft", "apply"]
Tags = dict[str, tuple[str, ...]]

HELD: Final = (
    "The article has changes in the CMS that are not published. Tags are held back until they are, "
    "since writing would publish them as well."
)
_DOING: Final[Mapping[Mode, Doing]] = {"off": "nothing", "suggest": "suggest", "draft": "draft", "apply": "apply"}
_SAID: Final[Mapping[Doing, frozenset[CmsWriteState]]] = {
    "suggest": frozenset({"suggested"}),
    "hold": frozenset({"held"}),
    "draft": frozenset({"drafted", "differs"}),
    "apply": frozenset({"differs"}),
}


class Background(Value):
    """What is known of an article before tags are written: earlier writes, who attached what, what editors said.

    `undone` are writes that were undone since the decision was made: it is not to bring them back.
    """

    known: dict[tuple[str, str], TagEvent]
    words: tuple[Word, ...]
    open_writes: tuple[CmsWrite, ...]
    last: CmsWrite | None
    undone: tuple[CmsWrite, ...] = ()


class Proposal(Value):
    """What is to be done, with what was found out on the way. `before` and `after` have the fields that change.

    `people` are tags that came and went and not by us, `recalled` are earlier writes.
    """

    doing: Doing
    before: Tags
    after: Tags
    people: tuple[TagEvent, ...]
    recalled: tuple[Recalled, ...]

    @property
    def is_change(self) -> bool:
        """Whether tags would come or go."""
        return self.before != self.after


def find_fields(present: Present, source: Source) -> dict[str, str]:
    """The fields that are ours to write and that the CMS has, as it names them, by their names in small letters."""
    ours = list_fields(source.fields)
    return {field.casefold(): field for field in present.tags if field.casefold() in ours}


def tell_missing(present: Present, source: Source, decision: Decision) -> str:
    """That assigned categories have no field in the CMS to go to; "" where all have one, or are not to be written."""
    there = {field.casefold() for field in present.tags}
    wanted = {source.fields.find(one.kind) for one in decision.assignments if one.status == "assigned"}
    missing = sorted(field for field in wanted if field is not None and field.casefold() not in there)
    if not missing:
        return ""
    return (
        f"The CMS has no field {' or '.join(map(repr, missing))} for what is assigned. "
        f"Name the right one with `scopenote sources change {source.name} --field`, or none, or let the token read it."
    )


def propose(
    source: Source,
    present: Present,
    decision: Decision,
    background: Background,
    *,
    former: Former,
    delivery: str,
    now: datetime,
) -> Proposal:
    """What a decision means for the tags that a CMS has now."""
    names = find_fields(present, source)
    look = {field: present.tags[name] for field, name in names.items()}
    key = decision.article.key
    known: Known = background.known
    at = find_moment(known, present.event.updated_at or now, now)
    recalled = tuple(recall(write, look, at) for write in background.open_writes)
    for one in recalled:
        known = add_events(known, one.events)
    people = tuple(note_people(known, look, article=key, at=find_moment(known, at, now)))
    known = add_events(known, people)
    words, taxonomy = background.words, frozenset(former)
    merged = merge(decision, source.fields, look, known, words=words, former=former, taxonomy=taxonomy)
    named = _name_as_asked(source, decision)
    merged = [_leave_undone(change, background.undone) for change in merged]
    changes = [change for change in merged if change.before != change.after]
    before: Tags = {names[change.field]: change.before for change in changes}
    after: Tags = {
        names[change.field]: tuple(tag if tag in change.before else named.get(tag, tag) for tag in change.after)
        for change in changes
    }
    doing = _choose(source, present, decision, background.last, delivery=delivery, changes=_list_changes(before, after))
    return Proposal(doing=doing, before=before, after=after, people=people, recalled=recalled)


def _choose(
    source: Source,
    present: Present,
    decision: Decision,
    last: CmsWrite | None,
    *,
    delivery: str,
    changes: Mapping[str, frozenset[tuple[bool, str]]],
) -> Doing:
    doing = _DOING[source.mode]
    if not changes or doing == "nothing":
        return "nothing"
    if doing == "apply" and present.has_draft:
        doing = "hold"
    if last is None or last.decision != decision.id or last.state not in _SAID[doing]:
        return doing
    # What the CMS refused may be mended since: whoever tries the same delivery again means it.
    is_again = last.state == "differs" and last.delivery == delivery
    is_same = _list_changes(last.before, last.after) == changes
    return "nothing" if is_same and not is_again else doing


def _leave_undone(change: Merged, undone: Sequence[CmsWrite]) -> Merged:
    """A field's change without what was undone: tags that came do not come again, and those that went do not go."""
    came, went = set[str](), set[str]()
    for write in undone:
        for name, after in write.after.items():
            if name.casefold() == change.field:
                old, new = set(map(make_slug, write.before.get(name, ()))), set(map(make_slug, after))
                came |= new - old
                went |= old - new
    stay = [tag for tag in change.after if tag in change.before or make_slug(tag) not in came]
    back = [tag for tag in change.before if tag not in change.after and make_slug(tag) in went]
    if not back and len(stay) == len(change.after):
        return change
    return change.model_copy(update={"after": (*stay, *back) if back else tuple(stay)})


def _list_changes(
    before: Mapping[str, Sequence[str]], after: Mapping[str, Sequence[str]]
) -> dict[str, frozenset[tuple[bool, str]]]:
    """By field, each tag that comes (True) or goes."""
    changes = {}
    for field, tags in after.items():
        old, new = {tag.casefold() for tag in before.get(field, ())}, {tag.casefold() for tag in tags}
        changes[field] = frozenset({(True, tag) for tag in new - old} | {(False, tag) for tag in old - new})
    return changes


def _name_as_asked(source: Source, decision: Decision) -> dict[str, str]:
    """What categories are called in the CMS, by their ids, where that is not the id."""
    return {one.category: one.title for one in decision.assignments} if names_titles(source) else {}
