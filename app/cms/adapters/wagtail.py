"""Owns Wagtail with our signal hook: a page with its stream rendered as HTML."""

from app.cms.adapter import Adapter
from app.cms.adapters.happenings import find_what
from app.cms.adapters.naming import name_by
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
from app.cms.adapters.texts import find_names
from app.cms.arrival import Arrival
from app.cms.options import read_words
from app.cms.signing import standard
from app.domain.article_event import ArticleEvent, Body
from app.domain.source import Source


def read_events(arrival: Arrival, source: Source) -> tuple[ArticleEvent, ...]:
    """The one page of the payload, none of a page type that option `types` leaves out.

    Raises:
        BadPayload: a field that is needed is missing, or one is of another kind.
    """
    payload = read_payload(arrival)
    data = step(payload, "data")
    what = find_what(payload)
    wanted = read_words(source, "types")
    if what is None or (wanted and find_text(step(data, "type")) not in wanted):
        return ()
    event = ArticleEvent(
        what=what,
        id=get_id(step(data, "id")),
        locale=find_locale(step(data, "locale")),
        title=find_title(step(data, "title")),
        url=find_address(step(data, "url")),
        body=_find_body(data, source) if what != "withdrawn" else None,
        tags=find_names(step(data, "tags")),
        updated_at=find_moment(step(data, "updated_at")),
    )
    return (event,)


def _find_body(data: Place, source: Source) -> Body | None:
    """The fields of the text in their order, each as our hook renders it (`body_html`), or as it is."""
    texts = []
    for name in read_words(source, "body", "intro,body"):
        rendered = step(data, f"{name}_html")
        plain = step(data, name)
        if rendered.value is not None or isinstance(plain.value, str):
            texts.append(find_text(rendered if rendered.value is not None else plain, None) or "")
    return Body(format="html", content="\n".join(text for text in texts if text)) if texts else None


ADAPTER = Adapter(
    verify=standard.verify,
    name_delivery=name_by("webhook-id"),
    read_events=read_events,
    options={
        "types": "the page types that are read, such as blog.ArticlePage (all)",
        "tolerance": "seconds by which Wagtail's clock may be off (300)",
    },
)
