"""Owns Drupal with the Webhooks module: a node as Drupal normalises it, each field a list of values."""

import re
from datetime import UTC, datetime

from app.cms.adapter import Adapter
from app.cms.adapters.happenings import refuse_event, weigh_save
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
    refuse,
    step,
    step_first,
)
from app.cms.adapters.texts import find_plain_body
from app.cms.arrival import Arrival
from app.cms.options import read_text, read_words
from app.cms.signing import hub
from app.domain.article_event import ArticleEvent, Body, What
from app.domain.source import Source
from app.errors import BadPayload

_EVENT = "entity:node:"
_SECONDS = re.compile(r"[0-9]{1,12}")
_LAST_SECOND = 253_402_300_799


def read_events(arrival: Arrival, source: Source) -> tuple[ArticleEvent, ...]:
    """The one node of the payload, none of another type than option `node_types` names.

    Tags are not told: the node has the ids of its terms, not their names.

    Raises:
        BadPayload: a field that is needed is missing, or one is of another kind.
    """
    payload = read_payload(arrival)
    event = find_text(step(payload, "event"))
    if not event:
        raise BadPayload("event is missing: what happened, such as entity:node:update.")
    node = step(payload, "entity")
    wanted = read_words(source, "node_types")
    if not event.startswith(_EVENT) or (wanted and find_text(_get(node, "type", "target_id")) not in wanted):
        return ()
    what = _find_what(event.removeprefix(_EVENT), node)
    if what is None:
        return ()
    article = ArticleEvent(
        what=what,
        id=get_id(_get(node, "uuid", "value")),
        locale=find_locale(_get(node, "langcode", "value")),
        title=find_title(_get(node, "title", "value")),
        url=_find_address(node, source),
        body=_find_body(node, source) if what != "withdrawn" else None,
        updated_at=_find_changed(_get(node, "changed", "value")),
    )
    return (article,)


def _get(node: Place, field: str, part: str) -> Place:
    return step(step_first(step(node, field)), part)


def _find_what(verb: str, node: Place) -> What | None:
    """What a save means; Drupal sends one for drafts as well.

    Raises:
        BadPayload: it is none that we know.
    """
    if verb == "delete":
        return "withdrawn"
    if verb not in {"create", "insert", "update"}:
        raise refuse_event("event", f"{_EVENT}{verb}", "Choose nodes created, updated and deleted in Drupal")
    return weigh_save(created=verb != "update", seen=_get(node, "status", "value").value in (True, "1"))


def _find_body(node: Place, source: Source) -> Body | None:
    """The text as Drupal filtered it, else as it was typed."""
    name = read_text(source, "body", "body")
    filtered = _get(node, name, "processed")
    return find_plain_body(filtered if filtered.value is not None else _get(node, name, "value"), source, "html")


def _find_address(node: Place, source: Source) -> str | None:
    alias = find_address(_get(node, "path", "alias"))
    return source.site.rstrip("/") + alias if alias and alias.startswith("/") and source.site else alias


def _find_changed(place: Place) -> datetime | None:
    """Older versions of Drupal count seconds."""
    value = place.value
    if isinstance(value, str) and _SECONDS.fullmatch(value):
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        if not 0 <= value <= _LAST_SECOND:
            raise refuse(place, "a moment")
        return datetime.fromtimestamp(value, UTC)
    return find_moment(place, bare=True)


ADAPTER = Adapter(
    verify=hub.verify,
    name_delivery=name_nothing,  # X-Drupal-Delivery is not signed
    read_events=read_events,
    options={
        "node_types": "the content types that are read, such as article,blog (all)",
        "body": "the field with the text (body)",
        "format": "html, markdown or text: what it holds (html)",
    },
)
