"""Owns Strapi 5: entries of one content type, known by their document and language; drafts are left alone."""

from app.cms.adapter import Adapter
from app.cms.adapters.happenings import refuse_event
from app.cms.adapters.naming import name_nothing
from app.cms.adapters.payload import (
    Place,
    find_locale,
    find_moment,
    find_text,
    find_title,
    get_id,
    read_payload,
    step,
)
from app.cms.adapters.texts import build_address, find_mixed_body, find_related_names
from app.cms.arrival import Arrival
from app.cms.options import read_text
from app.cms.signing import token
from app.domain.article_event import ArticleEvent, What
from app.domain.source import Source
from app.errors import BadPayload

_WHAT: dict[str, What] = {
    "entry.publish": "published",
    "entry.create": "published",
    "entry.update": "updated",
    "entry.unpublish": "withdrawn",
    "entry.delete": "withdrawn",
}
_OF_ENTRY = "entry."
_UNSEEN = frozenset({"entry.draft-discard"})


def read_events(arrival: Arrival, source: Source) -> tuple[ArticleEvent, ...]:
    """The one entry of the payload, none where it is a draft or of another content type.

    A publish comes as two events, of which the one about the draft is left out.

    Raises:
        BadPayload: a field that is needed is missing, or one is of another kind.
    """
    payload = read_payload(arrival)
    what = _find_what(payload, source)
    if what is None:
        return ()
    entry = step(payload, "entry")
    id_ = get_id(step(entry, "documentId"))
    locale = find_locale(step(entry, "locale"))
    moment = find_moment(step(entry, "updatedAt"))
    if what == "withdrawn":
        return (ArticleEvent(what=what, id=id_, locale=locale, updated_at=moment),)
    if step(entry, "publishedAt").value is None:
        return ()
    body = find_mixed_body(step(entry, read_text(source, "body", "body")), source, "markdown", "strapi_blocks")
    event = ArticleEvent(
        what=what,
        id=id_,
        locale=locale,
        title=find_title(step(entry, read_text(source, "title", "title"))),
        url=build_address(source, entry, {"locale": locale}),
        body=body,
        tags=find_related_names(step(entry, source.fields.tags or "tags")),
        updated_at=moment,
    )
    return (event,)


def _find_what(payload: Place, source: Source) -> What | None:
    """What was done to an entry of the content type, None where it is about something else.

    Raises:
        BadPayload: it does not say what happened, or to what.
    """
    event = find_text(step(payload, "event"))
    if event is None:
        raise BadPayload("event is missing: what happened, such as entry.publish. Let Strapi itself send the webhook.")
    if not event.startswith(_OF_ENTRY) or event in _UNSEEN:
        return None
    uid = find_text(step(payload, "uid"))
    if uid is None:
        raise BadPayload("uid is missing: which content type the entry is of. Strapi 5 sends it.")
    if uid != read_text(source, "uid", "api::article.article"):
        return None
    if event not in _WHAT:
        raise refuse_event("event", event, "Choose Update, Publish, Unpublish and Delete of entries in Strapi")
    return _WHAT[event]


ADAPTER = Adapter(
    verify=token.verify,
    name_delivery=name_nothing,
    read_events=read_events,
    options={
        "uid": "the content type that is read (api::article.article)",
        "title": "the field with the title (title)",
        "body": "the field with the text, of Blocks or Markdown (body)",
        "format": "markdown, html or text: what a text field holds (markdown)",
        "url": "the article's address, such as https://example.org/{locale}/{slug}",
        "header": "the header with the secret (Authorization, as Bearer <secret>)",
    },
)
