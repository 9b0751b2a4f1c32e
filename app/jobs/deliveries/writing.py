"""Owns writing a decision's tags back to the CMS that the article came from.

The order makes every point of a crash one that working on the delivery again mends: a note that a
write is begun, the write, and last the note of what the CMS answered, together with the tags that
came and went. Whoever finds a write that is begun looks at the CMS before anything is written.
"""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Final

from app.cms.site import Present, Site, compare
from app.domain.decision import Decision
from app.domain.delivery import Delivery
from app.domain.provenance import TagEvent
from app.domain.source import Source
from app.domain.value import Value
from app.errors import BadInput
from app.jobs.deliveries.case import Case
from app.jobs.deliveries.fates import comes_from_us, touches_tags_only
from app.jobs.deliveries.means import Means
from app.jobs.deliveries.proposing import HELD, Background, Proposal, find_fields, propose, tell_missing
from app.jobs.deliveries.recalling import Recalled, note_found
from app.jobs.deliveries.telling import tell_mismatches
from app.jobs.files.merging import make_slug
from app.store.cms_articles import note_digest
from app.store.cms_writes import (
    CmsWrite,
    CmsWriteState,
    find_last_write,
    keep_write,
    list_open_writes,
    list_undone_writes,
    settle_write,
)
from app.store.connection import Connection
from app.store.tag_events import find_tags, keep_tag_events
from app.store.words import find_words

_ECHO_WITHIN: Final = timedelta(minutes=10)
"""Between a write and the call that tells of it; later ones are an editor's saving."""


class Written(Value):
    """What became of writing: the tags that the CMS has since, None where nothing was written.

    `was_begun`: this delivery began to write at an earlier try. `refused`: the CMS did not take it.
    `is_echo`: the CMS has just what was written a moment ago for another delivery.
    """

    tags: tuple[str, ...] | None = None
    reason: str = ""
    was_begun: bool = False
    refused: bool = False
    is_echo: bool = False


async def write_back(
    means: Means,
    case: Case,
    decision: Decision,
    present: Present,
    site: Site | None,
    *,
    has_tags: bool,
) -> Written:
    """Do with a decision what the source's mode asks for. `has_tags`: `present` is what the CMS has, all of it.

    Doing it again does nothing, and finishes what a crash left undone.

    Raises:
        BadInput: the CMS refuses the write, or no longer has the article.
        Unavailable: the CMS or the store is away or busy; what was begun is found again.
    """
    source, delivery = case.source, case.delivery
    background = await means.database.read(partial(_load_background, decision=decision))
    former, now = means.decider.former, means.now()
    proposal = propose(source, present, decision, background, former=former, delivery=delivery.id, now=now)
    write = _describe(source, delivery, decision, proposal, means)
    seq = await means.database.write(lambda c: _keep_begun(c, proposal, write, decision, has_tags=has_tags))
    missing = tell_missing(present, source, decision) if has_tags and source.mode in {"draft", "apply"} else ""
    begun = _find_begun(background.last, proposal, delivery)
    if proposal.doing == "hold":
        return Written(reason=HELD, was_begun=begun is not None)
    if seq is None or site is None or proposal.doing not in {"draft", "apply"}:
        found = _list_found(present, source) if begun in {"written", "drafted"} else None
        is_echo = has_tags and proposal.doing == "nothing" and _is_echo(background.last, present, case)
        return Written(tags=found, reason=missing, was_begun=begun is not None, is_echo=is_echo)
    numbered = write.model_copy(update={"seq": seq})
    written = await _put(means, source, site, present, numbered, publish=proposal.doing == "apply")
    return written.model_copy(update={"was_begun": begun is not None, "reason": written.reason or missing})


def _find_begun(last: CmsWrite | None, proposal: Proposal, delivery: Delivery) -> CmsWriteState | None:
    """What became of the write that this delivery began at an earlier try; None where it began none.

    A worker may have died with the delivery at any moment, also when all was written.
    """
    if last is None or last.delivery != delivery.id:
        return None
    return next((one.state for one in proposal.recalled if one.write.seq == last.seq), last.state)


def _is_echo(last: CmsWrite | None, present: Present, case: Case) -> bool:
    """Whether a delivery shows tags that were written for another one, and came right about then.

    A CMS calls while it takes a write, so that its call may be there before the answer. Where it
    tells that somebody else wrote, or that other fields changed, it is none.
    """
    source, delivery, event = case.source, case.delivery, case.event
    if last is None or last.state not in {"written", "drafted"} or last.delivery == delivery.id:
        return False
    is_others = bool(source.options.get("actor")) and event.actor is not None and not comes_from_us(event, source)
    if is_others or (event.touched is not None and not touches_tags_only(event, source)):
        return False
    names = find_fields(present, source)
    there = {field: present.tags[name] for field, name in names.items()}
    is_ours = all(
        set(map(make_slug, tags)) == set(map(make_slug, there.get(field.casefold(), ())))
        for field, tags in last.after.items()
    )
    return is_ours and abs(delivery.received_at - last.at) < _ECHO_WITHIN


def _load_background(c: Connection, decision: Decision) -> Background:
    key = decision.article.key
    undone = tuple(list_undone_writes(c, key, decision.created_at))
    return load_background(c, key).model_copy(update={"undone": undone})


def load_background(c: Connection, key: str) -> Background:
    """What the store knows of an article's tags."""
    return Background(
        known={(field.casefold(), tag): event for (field, tag), event in find_tags(c, key).items()},
        words=find_words(c, key),
        open_writes=tuple(list_open_writes(c, key)),
        last=find_last_write(c, key),
    )


def keep_seen(c: Connection, recalled: Sequence[Recalled], people: Sequence[TagEvent]) -> None:
    """Keep what a look at the CMS told: what became of earlier writes, and what people did."""
    for one in recalled:
        if one.state != one.write.state:
            settle_write(c, one.write.seq, one.state, one.reason, one.write.at)
        keep_tag_events(c, one.events)
    keep_tag_events(c, people)


def _describe(source: Source, delivery: Delivery, decision: Decision, proposal: Proposal, means: Means) -> CmsWrite:
    states: dict[str, CmsWriteState] = {"suggest": "suggested", "hold": "held"}
    return CmsWrite(
        source=source.name,
        article=decision.article.key,
        delivery=delivery.id,
        decision=decision.id,
        at=means.now(),
        state=states.get(proposal.doing, "begun"),
        before=proposal.before,
        after=proposal.after,
        reason=HELD if proposal.doing == "hold" else "",
    )


def _keep_begun(
    c: Connection, proposal: Proposal, write: CmsWrite, decision: Decision, *, has_tags: bool
) -> int | None:
    """The number of the write; None where there is none. Its echo is known by the text from here on."""
    if has_tags:
        keep_seen(c, proposal.recalled, proposal.people)
    if proposal.doing == "nothing":
        return None
    if write.state == "begun":
        note_digest(c, write.article, decision.article.digest)
    return keep_write(c, write)


async def _put(
    means: Means,
    source: Source,
    site: Site,
    present: Present,
    write: CmsWrite,
    *,
    publish: bool,
) -> Written:
    try:
        found = await site.write(present, dict(write.after), publish=publish)
    except BadInput as error:
        reason = str(error)
        await means.database.write(lambda c: settle_write(c, write.seq, "failed", reason, means.now()))
        raise
    mismatches = compare(write.after, found)
    reason = tell_mismatches(source, mismatches)
    state: CmsWriteState = "differs" if mismatches else "written" if publish else "drafted"

    def settle(c: Connection) -> None:
        now = means.now()
        settle_write(c, write.seq, state, reason, now)
        if publish:
            look = {field: found.tags[name] for field, name in find_fields(found, source).items()}
            note = partial(note_found, article=write.article, at=now, delivery=write.delivery)
            keep_tag_events(c, note(write.before, write.after, look))

    await means.database.write(settle)
    return Written(tags=_list_found(found, source), reason=reason, refused=bool(mismatches))


def _list_found(present: Present, source: Source) -> tuple[str, ...]:
    """The tags of all fields that are ours to write, each once."""
    names = find_fields(present, source).values()
    return tuple(dict.fromkeys(tag for name in names for tag in present.tags[name]))
