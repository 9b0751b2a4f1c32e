import json
from datetime import UTC, datetime

import pytest

from app.cms.kinds import find_adapter
from app.domain.article_event import ArticleEvent, Body, What
from app.domain.source import CMS
from app.errors import BadPayload
from tests.cms.captured import make_arrival, make_source

DATA = {
    "id": "a-17",
    "title": "Fish & chips",
    "html": "<p>Cod rose.</p>",
    "url": "https://example.org/fish",
    "locale": "en-GB",
    "tags": ["fish", {"name": "food"}],
    "updated_at": "2026-11-22T17:48:22+01:00",
}


def _read(
    data: object, type_: object = "article.published", cms: CMS = "standard", **top: object
) -> tuple[ArticleEvent, ...]:
    body = json.dumps({"type": type_, "timestamp": "2026-11-22T10:00:00Z", "data": data, **top}).encode()
    return find_adapter(cms).read_events(make_arrival(body), make_source(cms))


@pytest.mark.parametrize("cms", ["standard", "hmac", "token"])
def test_every_field_is_mapped(cms: CMS) -> None:
    assert _read(DATA, cms=cms) == (
        ArticleEvent(
            what="published",
            id="a-17",
            locale="en-GB",
            title="Fish & chips",
            url="https://example.org/fish",
            body=Body(format="html", content="<p>Cod rose.</p>"),
            tags=("fish", "food"),
            updated_at=datetime(2026, 11, 22, 16, 48, 22, tzinfo=UTC),
        ),
    )


def test_an_id_and_a_text_are_enough() -> None:
    (event,) = _read({"id": 17, "text": "Cod rose."})
    assert (event.id, event.body, event.tags, event.url) == ("17", Body(format="text", content="Cod rose."), None, None)
    assert event.updated_at == datetime(2026, 11, 22, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("type_", "what"),
    [
        ("article.published", "published"),
        ("article.updated", "updated"),
        ("article.unpublished", "withdrawn"),
        ("post.deleted", "withdrawn"),
        ("blog.post.trashed", "withdrawn"),
        ("published", "published"),
    ],
)
def test_the_last_word_of_the_type_says_what_happened(type_: str, what: What) -> None:
    (event,) = _read(DATA, type_)
    assert event.what == what


@pytest.mark.parametrize(
    "type_",
    [
        "member.added",
        "ping",
        "webhook.test",
        "article.test",
        "published.not",
        "article.viewed",
        "post.commented",
        "post.shared",
    ],
)
def test_events_of_other_kinds_are_ignored(type_: str) -> None:
    assert _read(DATA, type_) == ()


@pytest.mark.parametrize(
    "type_", ["article.publish", "blog.post.created", "publish", "Article.Published", "post.update", ""]
)
def test_an_event_that_may_be_about_an_article_and_is_not_known_is_refused(type_: str) -> None:
    with pytest.raises(BadPayload, match=rf"type is '{type_}', which is not known here\. End it in published"):
        _read(DATA, type_)


@pytest.mark.parametrize(
    ("fields", "format_", "content"),
    [
        pytest.param({"html": "<p>a</p>", "text": "b"}, "html", "<p>a</p>", id="html before others"),
        pytest.param({"markdown": "# a"}, "markdown", "# a", id="markdown"),
        pytest.param({"text": "a < b"}, "text", "a < b", id="text"),
        pytest.param({"html": ""}, "html", "", id="empty"),
        pytest.param({"portable_text": [{"_type": "block", "children": [{"_type": "span", "text": "a"}]}]}, "html", "<p>a</p>", id="Portable Text"),
        pytest.param({"contentful": {"nodeType": "paragraph", "content": [{"nodeType": "text", "value": "a"}]}}, "html", "<p>a</p>", id="Contentful"),
        pytest.param({"strapi_blocks": [{"type": "paragraph", "children": [{"type": "text", "text": "a"}]}]}, "html", "<p>a</p>", id="Strapi"),
        pytest.param({"lexical": '{"root": {"type": "root", "children": [{"type": "paragraph", "children": [{"type": "text", "text": "a"}]}]}}'}, "html", "<p>a</p>", id="Lexical"),
    ],
)  # fmt: skip
def test_a_body_stands_under_the_name_of_its_form(fields: dict[str, object], format_: str, content: str) -> None:
    (event,) = _read({"id": "1", **fields})
    assert event.body is not None
    assert (event.body.format, event.body.content) == (format_, content)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        pytest.param({"title": ["x"]}, "data.title must be text, not a list", id="title"),
        pytest.param({"title": "x" * 2001}, "data.title is longer than 2,000 characters", id="long title"),
        pytest.param({"id": None}, "data.id is missing", id="no id"),
        pytest.param({"id": True}, "data.id must be text or a whole number, not true or false", id="odd id"),
        pytest.param({"id": 1.5}, "data.id must be text or a whole number, not a number", id="half an id"),
        pytest.param({"id": ""}, "data.id must be an id", id="empty id"),
        pytest.param({"id": "a\nb"}, "data.id must be an id", id="id with a line end"),
        pytest.param({"id": "a\x00b"}, "data.id must be an id", id="id with NUL"),
        pytest.param({"id": "x" * 401}, "data.id is longer than 400", id="long id"),
        pytest.param({"id": 10**401}, "data.id is longer than 400", id="long number"),
        pytest.param({"html": {"raw": ""}}, "data.html must be text, not an object", id="html"),
        pytest.param({"html": None}, "data has no body", id="no body"),
        pytest.param({"url": "javascript:alert(1)"}, "data.url must begin with http", id="script"),
        pytest.param({"url": "https://a b"}, "data.url must begin with http", id="space in address"),
        pytest.param({"url": 7}, "data.url must be text, not a number", id="address"),
        pytest.param({"locale": "x" * 41}, "data.locale is longer than 40", id="locale"),
        pytest.param({"locale": "e\nn"}, "data.locale must be a language", id="locale with a line end"),
        pytest.param({"tags": "fish"}, "data.tags must be a list, not text", id="tags"),
        pytest.param(
            {"tags": ["a", 1]}, "data.tags[1] must be text, or an object with a name, not a number", id="a tag"
        ),
        pytest.param({"tags": ["a"] * 2001}, "data.tags has 2,001 items", id="many tags"),
        pytest.param({"tags": [{"name": []}]}, "data.tags[0].name must be text, not a list", id="a tag's name"),
        pytest.param(
            {"html": None, "strapi_blocks": [{}] * 100_001},
            "data.strapi_blocks: The rich text has more than 100,000 nodes",
            id="endless rich text",
        ),
        pytest.param({"updated_at": "yesterday"}, "data.updated_at must be a moment", id="moment"),
        pytest.param(
            {"updated_at": "2026-11-22T17:48:22"}, "data.updated_at must be a moment", id="moment without a zone"
        ),
        pytest.param(
            {"updated_at": "0001-01-01T00:00:00+23:00"}, "data.updated_at must be a moment", id="moment before time"
        ),
        pytest.param({"updated_at": 1795366913}, "data.updated_at must be text, not a number", id="moment as number"),
    ],
)
def test_a_wrong_field_is_refused_by_its_name(data: dict[str, object], words: str) -> None:
    with pytest.raises(BadPayload) as caught:
        _read({**DATA, **data})
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param(b"", "not JSON", id="empty"),
        pytest.param(b"{", "not JSON", id="cut off"),
        pytest.param(b"\xff\xfe{}", "not UTF-8", id="other bytes"),
        pytest.param("{}".encode("utf-16"), "not UTF-8", id="UTF-16"),
        pytest.param(b"[]", "must be a JSON object, not a list", id="list"),
        pytest.param(b"null", "must be a JSON object, not nothing", id="null"),
        pytest.param(b'{"type": "a.published", "data": []}', "data must be an object, not a list", id="data"),
        pytest.param(b'{"data": {}}', "type is missing", id="no type"),
        pytest.param(b'{"type": "a.published"}', "data has no body", id="no data"),
        pytest.param(b'{"type": NaN}', "NaN is no JSON number", id="NaN"),
        pytest.param(b"[" * 1_000_000, "nested too deeply", id="deep"),
        pytest.param(b'{"type": ' + b"9" * 10_000 + b"}", "not JSON", id="endless number"),
    ],
)  # fmt: skip
def test_what_is_no_payload_is_refused(body: bytes, words: str) -> None:
    with pytest.raises(BadPayload) as caught:
        find_adapter("standard").read_events(make_arrival(body), make_source("standard"))
    assert words in str(caught.value)


def test_what_no_database_takes_is_mended() -> None:
    (event,) = _read({**DATA, "title": "a\x00b\ud800c", "html": "<p>\x00\udfff</p>", "tags": ["t\x00"]})
    assert event.title == "a\ufffdb\ufffdc"
    assert event.body is not None
    assert event.body.content == "<p>\ufffd\ufffd</p>"
    assert event.tags == ("t\ufffd",)


def test_a_withdrawn_article_needs_no_body() -> None:
    (event,) = _read({"id": "1"}, "article.deleted")
    assert (event.what, event.body) == ("withdrawn", None)


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        ({"webhook-id": "msg_1", "idempotency-key": "k"}, "msg_1"),
        ({"idempotency-key": "k"}, None),
        ({"webhook-id": "x" * 401}, None),
        ({"webhook-id": "a\tb"}, None),
        ({}, None),
    ],
    ids=["the scheme's own", "another", "too long", "unprintable", "none"],
)
def test_a_delivery_has_the_senders_name(headers: dict[str, str], name: str | None) -> None:
    assert find_adapter("standard").name_delivery(make_arrival(b"", headers), make_source("standard")) == name


NAMES = dict.fromkeys(
    "webhook-id idempotency-key x-id x-github-delivery x-drupal-delivery sanity-transaction-id"
    " x-contentful-idempotency-key".split(),
    "n",
)
SIGNED = {"x-contentful-signed-headers": "x-contentful-timestamp, X-Contentful-Idempotency-Key"}


@pytest.mark.parametrize(
    ("cms", "options", "headers", "name"),
    [
        pytest.param("hmac", {}, {}, None, id="the body alone is signed"),
        pytest.param("hmac", {"id_header": "X-Id"}, {}, None, id="a header that is not signed"),
        pytest.param("hmac", {"signed": "{id}.{body}", "id_header": "X-Id"}, {}, "n", id="a header that is signed"),
        pytest.param("contentful", {}, {}, None, id="Contentful, no header is signed"),
        pytest.param("contentful", {}, SIGNED, "n", id="Contentful, it is among the headers that are signed"),
        *(
            pytest.param(cms, {}, {}, None, id=cms)
            for cms in ("token", "github", "drupal", "sanity", "wp-webhooks", "ghost", "strapi", "directus")
        ),
    ],
)
def test_a_name_counts_only_where_it_is_signed(
    cms: CMS, options: dict[str, str], headers: dict[str, str], name: str | None
) -> None:
    arrival = make_arrival(b"", NAMES | headers)
    assert find_adapter(cms).name_delivery(arrival, make_source(cms, **options)) == name


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("titel", "title"),
        ("Title", "title"),
        ("headline", "title"),
        ("updatedAt", "updated_at"),
        ("tag", "tags"),
        ("language", "locale"),
    ],
)
def test_a_misspelt_field_is_refused_with_the_right_name(written: str, meant: str) -> None:
    with pytest.raises(BadPayload, match=rf"^data\.{written} is not read\. Call it data\.{meant}, or leave it out"):
        _read({"id": "1", "html": "<p>x</p>", written: "x"})


def test_a_misspelt_body_is_refused_with_the_right_name() -> None:
    with pytest.raises(BadPayload, match=r"data\.mark_down is not read\. Call it data\.markdown"):
        _read({"id": "1", "mark_down": "x"})


@pytest.mark.parametrize(
    "other",
    [
        {"subtitle": "x", "slug": "s", "author": {"name": "A"}, "published_at": "x", "texts": "x"},
        {"title": "t", "titel": "x", "headline": "x"},
        {"x" * 400: "x", "": "x"},
    ],
    ids=["other fields", "fields beside the right ones", "names of any length"],
)
def test_fields_of_the_senders_own_are_left_alone(other: dict[str, object]) -> None:
    (event,) = _read({"id": "1", "html": "<p>x</p>", **other})
    assert event.id == "1"


def test_beside_the_data_there_may_be_anything() -> None:
    assert _read({"id": "1", "html": "x"}, titel="x", version=2)


def test_what_is_withdrawn_may_have_any_words_for_its_body() -> None:
    (event,) = _read({"id": "1", "htm": "x"}, "article.deleted")
    assert event.body is None
