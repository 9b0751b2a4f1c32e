"""Owns the payload that we recommend, for senders that can form their own.

`{"type": "article.published", "timestamp": "...", "data": {"id", "title", "html", "url", "locale", "tags",
"updated_at"}}`. The type's last word says what happened: published, updated, unpublished or deleted. The body stands
under the name of its form: html, markdown or text; portable_text, contentful, strapi_blocks or lexical.
"""

from app.cms.adapter import Adapter, Verify
from app.cms.adapters.happenings import find_what
from app.cms.adapters.naming import name_by
from app.cms.adapters.payload import (
    find_address,
    find_locale,
    find_moment,
    find_title,
    get_id,
    read_payload,
    step,
)
from app.cms.adapters.texts import find_named_body, find_names
from app.cms.arrival import Arrival
from app.cms.signing import configurable, standard, token
from app.domain.article_event import ArticleEvent
from app.domain.source import Source
from app.errors import BadPayload

_TOLERANCE = "seconds by which the sender's clock may be off (300)"


def read_events(arrival: Arrival, source: Source) -> tuple[ArticleEvent, ...]:  # noqa: ARG001 - there is nothing to set
    """The one article of the payload.

    Raises:
        BadPayload: a field that is needed is missing, or one is of another kind.
    """
    payload = read_payload(arrival)
    what = find_what(payload)
    if what is None:
        return ()
    data = step(payload, "data")
    body = find_named_body(data)
    if body is None and what != "withdrawn":
        raise BadPayload("data has no body. Send one of data.html, data.markdown and data.text.")
    event = ArticleEvent(
        what=what,
        id=get_id(step(data, "id")),
        locale=find_locale(step(data, "locale")),
        title=find_title(step(data, "title")),
        url=find_address(step(data, "url")),
        body=body,
        tags=find_names(step(data, "tags")),
        updated_at=find_moment(step(data, "updated_at")) or find_moment(step(payload, "timestamp")),
    )
    return (event,)


def _open(verify: Verify, options: dict[str, str]) -> Adapter:
    return Adapter(
        verify=verify,
        name_delivery=name_by("webhook-id", "idempotency-key"),
        read_events=read_events,
        options=options,
    )


ADAPTER = _open(standard.verify, {"tolerance": _TOLERANCE})

BY_HMAC = _open(
    configurable.verify,
    {
        "header": f"the header with the signature ({configurable.HEADER})",
        "prefix": "what stands before the signature in it, such as sha256=",
        "encoding": "hex, base64 or base64url (hex)",
        "signed": "what is signed, of {timestamp}, {id} and {body} ({body})",
        "timestamp_header": "the header with the time, where that is signed",
        "timestamp_unit": "s or ms: what the time counts (s)",
        "id_header": "the header with the delivery's id, where that is signed",
        "tolerance": _TOLERANCE,
    },
)

BY_TOKEN = _open(token.verify, {"header": "the header with the secret (Authorization, as Bearer <secret>)"})
