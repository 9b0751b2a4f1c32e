"""Owns the payload that we recommend, for senders that can form their own.

`{"type": "article.published", "timestamp": "...", "data": {"id", "title", "html", "url", "locale", "tags",
"updated_at"}}`. The type's last word says what happened: published, updated, unpublished or deleted. The body stands
under the name of its form: html, markdown or text; portable_text, contentful, strapi_blocks or lexical. Other fields
are the sender's own, unless they look like one of these that is missing: a `titel` is refused, as nobody would find
out otherwise that articles come without their title.
"""

from app.cms.adapter import Adapter, NameDelivery, Verify
from app.cms.adapters.happenings import find_what
from app.cms.adapters.misspelling import check_spelling
from app.cms.adapters.naming import find_name, name_by, name_nothing
from app.cms.adapters.payload import (
    find_address,
    find_locale,
    find_moment,
    find_title,
    get_id,
    read_payload,
    step,
)
from app.cms.adapters.texts import BODIES, find_named_body, find_names
from app.cms.arrival import Arrival
from app.cms.options import list_holes, read_header, read_signed
from app.cms.signing import configurable, standard, token
from app.domain.article_event import ArticleEvent
from app.domain.source import Source
from app.errors import BadPayload

_FIELDS = ("id", "locale", "title", "url", "tags", "updated_at")
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
    check_spelling(data, _FIELDS if body or what == "withdrawn" else (*_FIELDS, *BODIES))
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


def name_signed(arrival: Arrival, source: Source) -> str | None:
    """The name in the header that the source's own signature is made over; None where it is made over none."""
    return find_name(arrival, read_header(source, "id_header")) if "id" in list_holes(read_signed(source)) else None


def _open(verify: Verify, name_delivery: NameDelivery, options: dict[str, str]) -> Adapter:
    return Adapter(verify=verify, name_delivery=name_delivery, read_events=read_events, options=options)


ADAPTER = _open(standard.verify, name_by("webhook-id"), {"tolerance": _TOLERANCE})

BY_HMAC = _open(
    configurable.verify,
    name_signed,
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

BY_TOKEN = _open(
    token.verify, name_nothing, {"header": "the header with the secret (Authorization, as Bearer <secret>)"}
)
