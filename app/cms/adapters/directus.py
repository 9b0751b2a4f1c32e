"""Owns Directus: items of one collection, sent by a flow; an update names the fields that changed and no others."""

import re
from datetime import datetime

from app.cms.adapter import Adapter
from app.cms.adapters.happenings import weigh_save
from app.cms.adapters.naming import name_nothing
from app.cms.adapters.payload import (
    Place,
    find_moment,
    find_text,
    find_title,
    get_id,
    list_items,
    list_keys,
    read_payload,
    step,
)
from app.cms.adapters.texts import build_address, find_plain_body, find_related_names
from app.cms.arrival import Arrival
from app.cms.options import read_text
from app.cms.signing import token
from app.domain.article_event import ArticleEvent, What
from app.domain.source import Source
from app.errors import BadPayload

_EVENT = re.compile(r"(?:.+\.)?items\.(create|update|delete)")
_AS_A_WHOLE = "Send {{$trigger}} as a whole."


def read_events(arrival: Arrival, source: Source) -> tuple[ArticleEvent, ...]:
    """One event for each item of the call, none of another collection.

    An update has no body, since only what changed is in it. `actor` is the Directus user.

    Raises:
        BadPayload: a field that is needed is missing, or one is of another kind.
    """
    payload = read_payload(arrival)
    trigger = step(payload, "trigger")
    name, collection = _get_name(payload, trigger), step(trigger, "collection")
    match = _EVENT.fullmatch(name)
    if match is None:
        return ()
    if collection.value is None:
        raise BadPayload(f"{collection.path} is missing. {_AS_A_WHOLE}")
    if find_text(collection) != read_text(source, "collection", "articles"):
        return ()
    changed = step(trigger, "payload")
    ids = _list_ids(trigger, changed)
    actor = find_text(step(payload, "accountability", "user"))
    if match[1] == "delete":
        return tuple(ArticleEvent(what="withdrawn", id=id_, actor=actor) for id_ in ids)
    what = _find_what(match[1], changed, source)
    if what is None:
        return ()
    if match[1] == "create":
        return tuple(_read_created(what, id_, actor, changed, source) for id_ in ids)
    touched, moment = list_keys(changed), _find_moment(changed, source)
    return tuple(ArticleEvent(what=what, id=id_, touched=touched, updated_at=moment, actor=actor) for id_ in ids)


def _get_name(payload: Place, trigger: Place) -> str:
    name = find_text(step(trigger, "event")) or find_text(step(payload, "event"))
    if not name:
        raise BadPayload(f"trigger.event is missing: what happened. {_AS_A_WHOLE}")
    return name


def _find_what(verb: str, changed: Place, source: Source) -> What | None:
    """An update that does not tell the status leaves what is seen as it is."""
    status = find_text(step(changed, read_text(source, "status", "status")))
    seen = status is None or status == read_text(source, "published", "published")
    return weigh_save(created=verb == "create", seen=seen)


def _read_created(what: What, id_: str, actor: str | None, changed: Place, source: Source) -> ArticleEvent:
    return ArticleEvent(
        what=what,
        id=id_,
        title=find_title(step(changed, read_text(source, "title", "title"))),
        url=build_address(source, changed, {"id": id_}),
        body=find_plain_body(step(changed, read_text(source, "body", "body")), source, "html"),
        tags=find_related_names(step(changed, source.fields.tags or "tags")),
        updated_at=_find_moment(changed, source),
        actor=actor,
    )


def _find_moment(changed: Place, source: Source) -> datetime | None:
    return find_moment(step(changed, read_text(source, "updated", "date_updated")), bare=True)


def _list_ids(trigger: Place, changed: Place) -> tuple[str, ...]:
    if step(trigger, "key").value is not None:
        return (get_id(step(trigger, "key")),)
    keys = list_items(step(trigger, "keys")) or (list_items(changed) if isinstance(changed.value, list) else ())
    if not keys:
        raise BadPayload("trigger.keys is missing: the ids of the items. " + _AS_A_WHOLE)
    return tuple(get_id(key) for key in keys)


ADAPTER = Adapter(
    verify=token.verify,
    name_delivery=name_nothing,
    read_events=read_events,
    options={
        "collection": "the collection that is read (articles)",
        "title": "the field with the title (title)",
        "body": "the field with the text (body)",
        "format": "html, markdown or text: what it holds (html)",
        "status": "the field that says whether readers see it (status)",
        "published": "its value for what readers see (published)",
        "url": "the article's address, such as https://example.org/{slug}",
        "header": "the header with the secret (Authorization, as Bearer <secret>)",
    },
)
