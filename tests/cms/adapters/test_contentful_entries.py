import json
from datetime import UTC, datetime

import pytest

from app.cms.kinds import find_adapter
from app.domain.article_event import ArticleEvent, Body
from app.domain.job import Fields
from app.errors import BadPayload
from tests.cms.captured import make_arrival, make_source

RICH = {
    "nodeType": "document",
    "content": [{"nodeType": "paragraph", "content": [{"nodeType": "text", "value": "Ships queue", "marks": []}]}],
}
SYS: dict[str, object] = {
    "type": "Entry",
    "id": "5KsDBWseXY6QegucYAoacS",
    "contentType": {"sys": {"id": "blogPost"}},
    "updatedAt": "2026-11-22T16:48:22.123Z",
    "publishedCounter": 1,
}
FIELDS: dict[str, object] = {
    "title": {"en-GB": "Ports", "de": "Häfen"},
    "slug": {"en-GB": "ports", "de": "häfen"},
    "body": {"en-GB": RICH, "de": "## Schiffe"},
}
ENTRY = {
    "sys": SYS,
    "fields": FIELDS,
    "metadata": {"tags": [{"sys": {"type": "Link", "linkType": "Tag", "id": "labour"}}]},
}
MOMENT = datetime(2026, 11, 22, 16, 48, 22, 123000, tzinfo=UTC)


def _read(
    entry: object, verb: str = "publish", fields: Fields | None = None, **options: str
) -> tuple[ArticleEvent, ...]:
    headers = {"x-contentful-topic": f"ContentManagement.Entry.{verb}"}
    source = make_source("contentful", fields, **options)
    return find_adapter("contentful").read_events(make_arrival(json.dumps(entry).encode(), headers), source)


def _change(**fields: object) -> dict[str, object]:
    return {**ENTRY, "fields": {**FIELDS, **fields}}


def test_each_language_is_an_article() -> None:
    english = ArticleEvent(
        what="published",
        id="5KsDBWseXY6QegucYAoacS",
        locale="en-GB",
        title="Ports",
        url="https://example.org/en-GB/ports",
        body=Body(format="html", content="<p>Ships queue</p>"),
        tags=("labour",),
        updated_at=MOMENT,
    )
    german = english.model_copy(
        update={
            "locale": "de",
            "title": "Häfen",
            "url": "https://example.org/de/h%C3%A4fen",
            "body": Body(format="markdown", content="## Schiffe"),
        }
    )
    assert _read(ENTRY, url="https://example.org/{locale}/{slug}") == (english, german)


def test_the_languages_that_are_read_can_be_named() -> None:
    assert [event.locale for event in _read(ENTRY, locales="de, fr")] == ["de"]


def test_the_second_publishing_is_an_update() -> None:
    entry = {**ENTRY, "sys": {**SYS, "publishedCounter": 2}}
    assert {event.what for event in _read(entry)} == {"updated"}


@pytest.mark.parametrize("verb", ["unpublish", "delete", "archive"])
def test_an_entry_that_is_taken_away_is_withdrawn_in_the_languages_of_the_option(verb: str) -> None:
    gone = {"sys": {"type": "DeletedEntry", "id": "e"}}
    assert _read(gone, verb) == (ArticleEvent(what="withdrawn", id="e"),)
    assert [event.locale for event in _read(gone, verb, locales="de,en-GB")] == ["de", "en-GB"]


@pytest.mark.parametrize("verb", ["save", "auto_save", "create", "unarchive"])
def test_what_is_not_published_is_ignored(verb: str) -> None:
    assert _read(ENTRY, verb) == ()


@pytest.mark.parametrize("topic", ["ContentManagement.Asset.publish", "Entry.publish"])
def test_other_topics_are_ignored(topic: str) -> None:
    arrival = make_arrival(b"{}", {"x-contentful-topic": topic})
    assert find_adapter("contentful").read_events(arrival, make_source("contentful")) == ()


@pytest.mark.parametrize("topic", ["", "ContentManagement.Entry.release"])
def test_a_topic_that_says_nothing_known_is_refused_and_not_ignored(topic: str) -> None:
    arrival = make_arrival(b"{}", {"x-contentful-topic": topic})
    with pytest.raises(BadPayload, match="X-Contentful-Topic"):
        find_adapter("contentful").read_events(arrival, make_source("contentful"))


def test_other_content_types_are_ignored() -> None:
    assert _read(ENTRY, content_types="product") == ()
    assert len(_read(ENTRY, content_types="product, blogPost")) == 2


def test_an_entry_without_the_text_is_ignored_unless_its_type_was_named() -> None:
    entry = {**ENTRY, "fields": {"name": {"en-GB": "Ada"}}}
    assert _read(entry) == ()
    with pytest.raises(BadPayload, match=r"fields\.body is missing"):
        _read(entry, content_types="blogPost")


def test_a_field_of_texts_gives_the_tags() -> None:
    entry = _change(topics={"en-GB": ["ports", "labour"], "de": None})
    assert [event.tags for event in _read(entry, "publish", Fields(tags="topics"))] == [
        ("ports", "labour"),
        ("labour",),
    ]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        pytest.param({"body": "text"}, "fields.body must be an object, not text", id="no languages"),
        pytest.param({"body": {"en": 7}}, "fields.body.en must be text, not a number", id="body"),
        pytest.param({"title": {"de": []}}, "fields.title.de must be text, not a list", id="title"),
        pytest.param({"body": {"x" * 41: "a"}}, "fields.body must be an object by language", id="odd language"),
        pytest.param(
            {"body": {f"l{n}": "a" for n in range(201)}}, "fields.body must be an object by language", id="too many"
        ),
    ],
)
def test_a_wrong_field_is_refused_by_its_path(fields: dict[str, object], words: str) -> None:
    with pytest.raises(BadPayload) as caught:
        _read(_change(**fields))
    assert words in str(caught.value)
