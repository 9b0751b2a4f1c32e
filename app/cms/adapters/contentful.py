"""Owns Contentful: an entry with every language in it, each of which is an article of its own."""

from app.cms.adapter import Adapter
from app.cms.adapters.happenings import refuse_event
from app.cms.adapters.naming import find_name
from app.cms.adapters.payload import (
    Place,
    find_moment,
    find_text,
    find_title,
    get_id,
    list_items,
    list_keys,
    read_payload,
    refuse,
    step,
)
from app.cms.adapters.texts import build_address, find_mixed_body, find_related_names
from app.cms.arrival import Arrival
from app.cms.options import read_text, read_words
from app.cms.signing import contentful
from app.domain.article_event import ArticleEvent, What
from app.domain.source import Source
from app.errors import BadPayload

_TOPIC = "x-contentful-topic"
_OF_ENTRY = "ContentManagement.Entry."
_KEY = "x-contentful-idempotency-key"
_GONE = {"unpublish", "delete", "archive"}
_UNSEEN = {"create", "save", "auto_save", "unarchive"}
MAX_LOCALES = 200


def read_events(arrival: Arrival, source: Source) -> tuple[ArticleEvent, ...]:
    """One event for each language that has a text; `updated` from the second publishing on.

    An entry that is taken away tells no languages: option `locales` does, or the event has none.

    Raises:
        BadPayload: a field that is needed is missing, or one is of another kind.
    """
    verb = _find_verb(arrival)
    if not verb:
        return ()
    entry = read_payload(arrival)
    wanted = read_words(source, "content_types")
    kind = find_text(step(entry, "sys", "contentType", "sys", "id"))
    if wanted and kind is not None and kind not in wanted:
        return ()
    if verb in _GONE:
        return _withdraw(entry, source)
    counted = step(entry, "sys", "publishedCounter").value
    what: What = "updated" if isinstance(counted, int) and counted > 1 else "published"
    events = tuple(_read_locale(entry, what, locale, source) for locale in _list_locales(entry, source))
    if not events and kind is not None and kind in wanted:
        name = read_text(source, "body", "body")
        raise BadPayload(f"fields.{name} is missing: the article's text. Option body names the field that holds it.")
    return events


def _find_verb(arrival: Arrival) -> str:
    """What was done to an entry, "" where that is nothing that concerns us.

    Raises:
        BadPayload: it does not say what happened, or what nobody knows.
    """
    topic = arrival.headers.get(_TOPIC, "")
    if not topic:
        raise BadPayload("The header X-Contentful-Topic is missing: what happened. Let proxies pass it on.")
    if topic.startswith(_OF_ENTRY) and not tell(arrival) and topic.removeprefix(_OF_ENTRY) not in _UNSEEN:
        raise refuse_event("X-Contentful-Topic", topic, "Choose Entry publish and unpublish in Contentful")
    return tell(arrival)


def name_delivery(arrival: Arrival, source: Source) -> str | None:  # noqa: ARG001 - the same for all sources
    """Contentful's name for the delivery, where it is among the headers that are signed."""
    return find_name(arrival, _KEY) if _KEY in contentful.list_signed(arrival) else None


def _withdraw(entry: Place, source: Source) -> tuple[ArticleEvent, ...]:
    id_ = get_id(step(entry, "sys", "id"))
    moment = find_moment(step(entry, "sys", "updatedAt"))
    locales = read_words(source, "locales")[:MAX_LOCALES] or (None,)
    return tuple(ArticleEvent(what="withdrawn", id=id_, locale=locale, updated_at=moment) for locale in locales)


def _list_locales(entry: Place, source: Source) -> tuple[str, ...]:
    """The languages of the field with the text, those of option `locales` where that is given."""
    body = step(entry, "fields", read_text(source, "body", "body"))
    wanted = read_words(source, "locales")
    found = [locale for locale in list_keys(body) if step(body, locale).value is not None]
    unusable = [locale for locale in found if not 1 <= len(locale) <= 40 or not locale.isprintable()]
    if unusable or len(found) > MAX_LOCALES:
        raise refuse(body, "an object by language")
    return tuple(locale for locale in found if not wanted or locale in wanted)


def _read_locale(entry: Place, what: What, locale: str, source: Source) -> ArticleEvent:
    fields = step(entry, "fields")
    id_ = get_id(step(entry, "sys", "id"))
    slug = find_text(step(fields, read_text(source, "slug", "slug"), locale))
    return ArticleEvent(
        what=what,
        id=id_,
        locale=locale,
        title=find_title(step(fields, read_text(source, "title", "title"), locale)),
        url=build_address(source, fields, {"id": id_, "locale": locale, "slug": slug}),
        body=find_mixed_body(step(fields, read_text(source, "body", "body"), locale), source, "markdown", "contentful"),
        tags=_find_tags(entry, locale, source),
        updated_at=find_moment(step(entry, "sys", "updatedAt")),
    )


def _find_tags(entry: Place, locale: str, source: Source) -> tuple[str, ...] | None:
    """The texts of the field for tags, else the ids of Contentful's own tags: their names are not sent."""
    own = step(entry, "fields", source.fields.tags or "tags")
    if isinstance(own.value, dict) and (names := find_related_names(step(own, locale))) is not None:
        return names
    tags = step(entry, "metadata", "tags")
    return None if tags.value is None else tuple(get_id(step(tag, "sys", "id")) for tag in list_items(tags))


def tell(arrival: Arrival) -> str:
    """What was done to an entry, "" where that is nothing that concerns us."""
    topic = arrival.headers.get(_TOPIC, "")
    verb = topic.removeprefix(_OF_ENTRY) if topic.startswith(_OF_ENTRY) else ""
    return verb if verb == "publish" or verb in _GONE else ""


ADAPTER = Adapter(
    verify=contentful.verify,
    name_delivery=name_delivery,
    read_events=read_events,
    options={
        "content_types": "the content types that are read, by id (every one that has the field with the text)",
        "title": "the field with the title (title)",
        "body": "the field with the text, of rich text or Markdown (body)",
        "format": "markdown, html or text: what a text field holds (markdown)",
        "slug": "the field with the slug (slug)",
        "locales": "the languages that are read, such as en-GB,de (all)",
        "url": "the article's address, such as https://example.org/{locale}/{slug}",
        "path": "the path and query as they stand in Contentful, where a proxy changes them",
        "tolerance": "seconds by which Contentful's clock may be off (30)",
    },
    tell=tell,
)
