"""Owns WordPress with our plug-in: a post as it is rendered, when it is published, updated or taken away."""

from html import unescape

from app.cms.adapter import Adapter
from app.cms.adapters.happenings import find_what
from app.cms.adapters.naming import name_by
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
from app.cms.adapters.texts import find_names
from app.cms.arrival import Arrival
from app.cms.options import read_text
from app.cms.signing import standard
from app.domain.article_event import ArticleEvent, Body
from app.domain.source import Source

_TYPES = {"posts": "post", "pages": "page"}
"""Types of content by their name in the REST interface, where the two differ."""


def is_of_type(place: Place, source: Source) -> bool:
    """Whether a `post_type` is the one that option `collection` names as the REST interface does."""
    collection = read_text(source, "collection", "posts")
    return (find_text(place) or "post") == _TYPES.get(collection, collection)


def read_events(arrival: Arrival, source: Source) -> tuple[ArticleEvent, ...]:
    """The one post of the payload; content of other types than option `collection` names does not concern us.

    A post behind a password counts as withdrawn. `actor` is the application password that wrote it,
    None where a person was logged in.

    Raises:
        BadPayload: a field that is needed is missing, or one is of another kind.
    """
    payload = read_payload(arrival)
    data = step(payload, "data")
    what = find_what(payload)
    if what is None or not is_of_type(step(data, "post_type"), source):
        return ()
    if step(data, "password_protected").value is True:
        what = "withdrawn"
    tags = find_names(step(data, "tags"))
    event = ArticleEvent(
        what=what,
        id=get_id(step(data, "id")),
        locale=None,  # its ids are one per language, and reading back does not tell it
        title=unescape(find_title(step(data, "title"))),
        url=find_address(step(data, "url")),
        body=_find_body(data) if what != "withdrawn" else None,
        tags=None if tags is None else tuple(map(unescape, tags)),
        updated_at=find_moment(step(data, "updated_at")),
        actor=find_text(step(data, "by", "app_password")) or None,
    )
    return (event,)


def _find_body(data: Place) -> Body | None:
    rendered = find_text(step(data, "content_html"), None)
    content = find_text(step(data, "content_raw"), None) if rendered is None else rendered
    return None if content is None else Body(format="html", content=content)


ADAPTER = Adapter(
    verify=standard.verify,
    name_delivery=name_by("webhook-id"),
    read_events=read_events,
    options={
        "collection": "posts, pages or another type of content (posts)",
        "tolerance": "seconds by which WordPress's clock may be off (300)",
        "user": "whose application password writes tags",
    },
)
