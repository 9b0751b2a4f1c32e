"""Owns Sanity: a document in the projection that our guide gives for its webhook."""

from app.cms.adapter import Adapter
from app.cms.adapters.happenings import refuse_event
from app.cms.adapters.naming import name_nothing
from app.cms.adapters.payload import (
    Place,
    find_address,
    find_locale,
    find_moment,
    find_text,
    find_title,
    get_id,
    read_payload,
    step,
)
from app.cms.adapters.texts import build_address, find_mixed_body, find_plain_body, find_related_names
from app.cms.arrival import Arrival
from app.cms.options import read_text, read_words
from app.cms.signing import sanity
from app.domain.article_event import ArticleEvent, Body, What
from app.domain.source import Source
from app.errors import BadPayload

_WHAT: dict[str, What] = {"create": "published", "update": "updated", "delete": "withdrawn"}
_OPERATION = "sanity-operation"
_UNPUBLISHED = ("drafts.", "versions.")


def read_events(arrival: Arrival, source: Source) -> tuple[ArticleEvent, ...]:
    """The one document of the payload, none of a draft or of another type than option `document_types` names.

    Raises:
        BadPayload: a field that is needed is missing, or one is of another kind.
    """
    document = read_payload(arrival)
    wanted = read_words(source, "document_types")
    if wanted and find_text(step(document, "_type")) not in {None, *wanted}:
        return ()
    id_ = get_id(step(document, "_id"))
    if id_.startswith(_UNPUBLISHED):
        return ()
    what = _get_what(document, arrival)
    locale = find_locale(step(document, "language"))
    slug = step(document, "slug")
    current = find_text(step(slug, "current") if isinstance(slug.value, dict) else slug)
    event = ArticleEvent(
        what=what,
        id=id_,
        locale=locale,
        title=find_title(step(document, "title")),
        url=find_address(step(document, "url")) or build_address(source, document, {"slug": current}),
        body=_find_body(document, source) if what != "withdrawn" else None,
        tags=find_related_names(step(document, "tags")),
        updated_at=find_moment(step(document, "_updatedAt")),
    )
    return (event,)


def _get_what(document: Place, arrival: Arrival) -> What:
    operation = find_text(step(document, "op")) or arrival.headers.get(_OPERATION)
    if not operation:
        raise BadPayload('op is missing: what happened. Add "op": delta::operation() to the projection.')
    if operation not in _WHAT:
        raise refuse_event("op", operation, 'Have the projection say "op": delta::operation()')
    return _WHAT[operation]


def _find_body(document: Place, source: Source) -> Body | None:
    """The text as the projection writes it out, else the field with Portable Text."""
    named = step(document, read_text(source, "body", "body"))
    if named.value is not None:
        return find_mixed_body(named, source, "text", "portable_text")
    return find_plain_body(step(document, "text"), source, "text")


def tell(arrival: Arrival) -> str:
    """What was done to the document, "" where that is nothing we know."""
    operation = arrival.headers.get(_OPERATION, "")
    return operation if operation in _WHAT else ""


ADAPTER = Adapter(
    verify=sanity.verify,
    name_delivery=name_nothing,  # idempotency-key is not signed
    read_events=read_events,
    options={
        "document_types": "the document types that are read, such as post (all that are sent)",
        "body": "the field with the text, of Portable Text or plain text (body, else text)",
        "format": "text, markdown or html: what a text field holds (text)",
        "url": "the article's address, such as https://example.org/{slug}, where the projection has no url",
        "tolerance": "seconds by which Sanity's clock may be off (300)",
    },
    tell=tell,
)
