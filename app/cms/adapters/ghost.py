"""Owns Ghost: posts with their HTML; every writing of tags comes back as several events that change nothing."""

from app.cms.adapter import Adapter
from app.cms.adapters.naming import name_nothing
from app.cms.adapters.payload import (
    Place,
    find_address,
    find_id,
    find_moment,
    find_text,
    find_title,
    get_id,
    list_keys,
    read_payload,
    step,
)
from app.cms.adapters.texts import find_names
from app.cms.arrival import Arrival
from app.cms.options import read_text, read_words
from app.cms.signing import ghost
from app.domain.article_event import ArticleEvent, Body, What
from app.domain.source import Source
from app.errors import BadPayload

_WHAT: dict[str, What] = {
    "published": "published",
    "published.edited": "updated",
    "unpublished": "withdrawn",
    "deleted": "withdrawn",
}
_UNSEEN = frozenset({"added", "edited", "scheduled", "unscheduled", "rescheduled", "tag.attached", "tag.detached"})
"""Events that change nothing that readers see but tags; what they see is told by another event of the same save."""
_TAG_FIELDS = {"tags", "primary_tag", "updated_at"}
_NOUNS = ("post", "page", "tag", "member")


def read_events(arrival: Arrival, source: Source) -> tuple[ArticleEvent, ...]:
    """The one post of the payload, none of an edit that touched its tags alone.

    Some versions of Ghost do not say which event it is: then the post tells, by what it is and was.
    Pages count where option `collection` is `pages`. `touched` are the fields that Ghost says had
    another value before. Who can read a post beyond the public is told by its `visibility`: option
    `visibility` keeps what is for members out of the hands of a model.

    Raises:
        BadPayload: a field that is needed is missing, or one is of another kind, or nothing tells what happened.
    """
    kind = "page" if read_text(source, "collection", "posts") == "pages" else "post"
    payload = read_payload(arrival)
    current, previous = step(payload, kind, "current"), step(payload, kind, "previous")
    what = _find_what(payload, kind, source)
    if what is None:
        return ()
    touched = list_keys(previous)
    if what == "withdrawn":
        return (_withdraw(current, previous),)
    if what == "updated" and touched and _TAG_FIELDS.issuperset(touched):
        return ()
    if find_text(step(current, "status")) not in {None, "published"} or not _may_read(current, source):
        return ()
    return (_read_post(current, what, touched or None),)


def _find_what(payload: Place, kind: str, source: Source) -> What | None:
    """What the event says, else what the post does; None where it is about something else or what nobody sees."""
    event = find_text(step(payload, "event")) or read_text(source, "event")
    noun, _, happened = event.partition(".")
    if event and (noun != kind or happened in _UNSEEN):
        return None
    if happened in _WHAT:
        return _WHAT[happened]
    if step(payload, kind).value is None and any(isinstance(step(payload, one).value, dict) for one in _NOUNS):
        return None
    return _tell_by_post(step(payload, kind), source)


def _tell_by_post(post: Place, source: Source) -> What | None:
    """What happened by what the post is and was: only what changed stands in `previous`, and nothing in a deleted one.

    Raises:
        BadPayload: it cannot be told.
    """
    current, previous = step(post, "current"), step(post, "previous")
    is_, was = find_text(step(current, "status")), find_text(step(previous, "status"))
    if not list_keys(current) and list_keys(previous):
        return "withdrawn"
    if is_ is None:
        raise BadPayload(
            f"Neither event nor {current.path}.status tells what happened; some versions of Ghost leave the event out. "
            "Update Ghost, or add a source for each of its events, and name the event: "
            f"`scopenote sources change {source.name} --option event={post.path}.published`."
        )
    if is_ != "published":
        return "withdrawn" if was == "published" else None
    return "published" if was is not None or not list_keys(previous) else "updated"


def _read_post(current: Place, what: What, touched: tuple[str, ...] | None) -> ArticleEvent:
    return ArticleEvent(
        what=what,
        id=get_id(step(current, "id")),
        title=find_title(step(current, "title")),
        url=find_address(step(current, "url")),
        body=_find_body(current),
        tags=find_names(step(current, "tags")),
        touched=touched if what == "updated" else None,
        updated_at=find_moment(step(current, "updated_at")),
    )


def _withdraw(current: Place, previous: Place) -> ArticleEvent:
    """A deleted post is empty now, and what it was is told as before."""
    id_ = find_id(step(current, "id")) or get_id(step(previous, "id"))
    return ArticleEvent(what="withdrawn", id=id_, updated_at=find_moment(step(current, "updated_at")))


def _may_read(current: Place, source: Source) -> bool:
    wanted = read_words(source, "visibility")
    return not wanted or (find_text(step(current, "visibility")) or "public") in wanted


def _find_body(current: Place) -> Body | None:
    html = find_text(step(current, "html"), None)
    if html is not None:
        return Body(format="html", content=html)
    plain = find_text(step(current, "plaintext"), None)
    return None if plain is None else Body(format="text", content=plain)


ADAPTER = Adapter(
    verify=ghost.verify,
    name_delivery=name_nothing,
    read_events=read_events,
    options={
        "event": "such as post.published, where Ghost's version does not send it",
        "collection": "posts or pages (posts)",
        "visibility": "which posts are read, such as public,members (all)",
        "tolerance": "seconds by which Ghost's clock may be off (300)",
    },
)
