"""Owns WordPress with the WP Webhooks plug-in: a post as it is stored, block comments and shortcodes included."""

from html import unescape

from app.cms.adapter import Adapter
from app.cms.adapters.happenings import refuse_event, weigh_save
from app.cms.adapters.naming import name_nothing
from app.cms.adapters.payload import (
    Place,
    find_address,
    find_moment,
    find_text,
    find_title,
    get_id,
    read_payload,
    step,
)
from app.cms.adapters.wordpress import is_of_type
from app.cms.arrival import Arrival
from app.cms.options import read_text
from app.cms.signing import wp_webhooks
from app.domain.article_event import ArticleEvent, Body, What
from app.domain.source import Source
from app.errors import BadPayload

_NAME = "x-wp-webhook-name"
_EVENTS = {"post_create": True, "post_update": False}
"""Whether the post is new."""
_GONE = frozenset({"post_delete", "post_trash"})


def read_events(arrival: Arrival, source: Source) -> tuple[ArticleEvent, ...]:
    """The one post of the payload; the event's name is in a header or, from older versions, in option `event`.

    Raises:
        BadPayload: it was not sent as JSON, or a field is missing or of another kind.
    """
    if "form" in arrival.headers.get("content-type", "").lower():
        raise BadPayload("The webhook is a form. Choose JSON as the content type of the trigger in WP Webhooks.")
    payload = read_payload(arrival)
    post = step(payload, "post")
    what = _find_what(arrival.headers.get(_NAME) or read_text(source, "event", "post_update"), post)
    if what is None or not is_of_type(step(post, "post_type"), source):
        return ()
    content = find_text(step(post, "post_content"), None)
    modified = find_text(step(post, "post_modified_gmt")) or ""
    event = ArticleEvent(
        what=what,
        id=get_id(step(payload, "post_id") if step(post, "ID").value is None else step(post, "ID")),
        title=unescape(find_title(step(post, "post_title"))),
        url=find_address(step(payload, "post_permalink")),
        body=None if content is None or what == "withdrawn" else Body(format="html", content=content),
        updated_at=None
        if modified.startswith("0000")
        else find_moment(Place(modified or None, "post.post_modified_gmt"), bare=True),
    )
    return (event,)


def _find_what(name: str, post: Place) -> What | None:
    if name in _GONE:
        return "withdrawn"
    if name not in _EVENTS and not name.startswith("post_"):
        return None
    if name not in _EVENTS:
        raise refuse_event("The trigger", name, "Choose Post created, Post updated and Post deleted in WP Webhooks")
    seen = find_text(step(post, "post_status")) == "publish" and not find_text(step(post, "post_password"))
    return weigh_save(created=_EVENTS[name], seen=seen)


def tell(arrival: Arrival) -> str:
    """The event's name, "" where there is none and the option counts; those that nothing follows from are one."""
    name = arrival.headers.get(_NAME, "")
    return name if not name or name in _EVENTS or name in _GONE else "other"


ADAPTER = Adapter(
    verify=wp_webhooks.verify,
    name_delivery=name_nothing,
    read_events=read_events,
    options={
        "collection": "posts, pages or another type of content (posts)",
        "event": "post_create, post_update or post_delete, where the plug-in does not send its name (post_update)",
        "signature": "body or token: newer versions do not sign the body; let them send a header instead (body)",
        "header": "with signature=token, the header with the secret (Authorization, as Bearer <secret>)",
    },
    tell=tell,
)
