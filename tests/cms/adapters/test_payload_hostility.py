import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from app.cms.arrival import Arrival
from app.cms.kinds import ADAPTERS, find_adapter
from app.domain.article_event import ArticleEvent
from app.domain.source import CMS
from app.errors import BadPayload
from tests.cms.captured import make_arrival, make_source

MOMENT = "2026-11-22T16:48:22Z"
PAYLOADS: dict[CMS, dict[str, JsonValue]] = {
    "standard": {"type": "article.published", "timestamp": MOMENT, "data": {"id": "1", "title": "t", "html": "h", "url": "/u", "locale": "en", "tags": ["a", {"name": "b"}], "updated_at": MOMENT}},
    "wordpress": {"type": "post.updated", "data": {"id": 4, "post_type": "post", "title": "t", "url": "/u", "locale": "en", "content_html": "h", "tags": [{"name": "a"}], "updated_at": MOMENT, "password_protected": False, "by": {"app_password": "u"}}},
    "wp-webhooks": {"post_id": 4, "post": {"ID": 4, "post_title": "t", "post_content": "h", "post_status": "publish", "post_type": "post", "post_modified_gmt": "2026-11-22 16:48:22"}, "post_permalink": "/u"},
    "ghost": {"event": "post.published.edited", "post": {"current": {"id": "a", "title": "t", "html": "h", "url": "/u", "tags": [{"name": "a"}], "status": "published", "updated_at": MOMENT, "visibility": "public"}, "previous": {"title": "o"}}},
    "strapi": {"event": "entry.publish", "uid": "api::article.article", "entry": {"documentId": "d", "locale": "en", "title": "t", "body": [{"type": "paragraph", "children": [{"type": "text", "text": "x"}]}], "tags": [{"name": "a"}], "publishedAt": MOMENT, "updatedAt": MOMENT, "slug": "s"}},
    "directus": {"event": "articles.items.create", "trigger": {"event": "articles.items.create", "collection": "articles", "key": 1, "payload": {"status": "published", "title": "t", "body": "h", "tags": ["a"], "date_updated": MOMENT}}, "accountability": {"user": "u"}},
    "wagtail": {"type": "page.published", "data": {"id": 5, "type": "blog.ArticlePage", "title": "t", "url": "/u", "locale": "en", "body_html": "h", "intro": "i", "tags": ["a"], "updated_at": MOMENT}},
    "contentful": {"sys": {"id": "e", "contentType": {"sys": {"id": "post"}}, "updatedAt": MOMENT, "publishedCounter": 1}, "fields": {"title": {"en": "t"}, "slug": {"en": "s"}, "body": {"en": {"nodeType": "document", "content": []}}}, "metadata": {"tags": [{"sys": {"id": "a"}}]}},
    "sanity": {"_id": "p", "_type": "post", "_updatedAt": MOMENT, "title": "t", "url": "/u", "text": "x", "tags": [{"title": "a"}], "language": "en", "op": "update", "slug": {"current": "s"}},
    "drupal": {"event": "entity:node:update", "entity": {"uuid": [{"value": "u"}], "langcode": [{"value": "en"}], "status": [{"value": True}], "title": [{"value": "t"}], "body": [{"value": "h"}], "changed": [{"value": MOMENT}], "path": [{"alias": "/u"}]}},
    "github": {"ref": "refs/heads/main", "deleted": False, "repository": {"default_branch": "main"}, "commits": [{"message": "m", "author": {"username": "u"}, "added": ["content/a.md"], "removed": [], "modified": []}]},
    "hmac": {"type": "article.published", "data": {"id": "1", "text": "x"}},
    "token": {"type": "article.published", "data": {"id": "1", "markdown": "x"}},
}  # fmt: skip
TELLING = ("x-contentful-topic", "x-github-event", "sanity-operation", "x-wp-webhook-name")
HEADERS = {"x-contentful-topic": "ContentManagement.Entry.publish"}
ODD: list[JsonValue] = [
    None, True, 0, -1, 1.5, 10**30, "", " ", "\x00", "\ud800", "x" * 5_000, [], [None], [[]], [{}], {}, {"": ""}, {"name": 1}, ["a"] * 3_000, {"en": []},
]  # fmt: skip
EACH = pytest.mark.parametrize("cms", ADAPTERS)


def _read(cms: CMS, payload: JsonValue) -> tuple[ArticleEvent, ...]:
    source = make_source(cms, url="https://example.org/{slug}")
    return find_adapter(cms).read_events(make_arrival(json.dumps(payload).encode(), HEADERS), source)


def _tell(cms: CMS, payload: JsonValue) -> str:
    """The events, or why there are none."""
    try:
        return "".join(event.model_dump_json() for event in _read(cms, payload))
    except BadPayload as refusal:
        return str(refusal)


def _list_paths(value: JsonValue, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner: list[tuple[str | int, JsonValue]] = []
    if isinstance(value, dict):
        inner = [*value.items()]
    elif isinstance(value, list):
        inner = [*enumerate(value)]
    return [path, *(found for key, part in inner for found in _list_paths(part, (*path, key)))]


def _put(value: JsonValue, path: tuple[str | int, ...], odd: JsonValue) -> JsonValue:
    if not path:
        return odd
    if isinstance(value, dict):
        return {key: _put(part, path[1:], odd) if key == path[0] else part for key, part in value.items()}
    assert isinstance(value, list)
    return [_put(part, path[1:], odd) if number == path[0] else part for number, part in enumerate(value)]


def test_every_cms_has_an_adapter_and_a_payload_here() -> None:
    assert set(ADAPTERS) == set(PAYLOADS) == set(get_args(CMS))


@EACH
def test_the_payload_maps_as_it_is(cms: CMS) -> None:
    assert len(_read(cms, PAYLOADS[cms])) == 1


@EACH
def test_anything_in_any_place_maps_or_is_refused_as_a_payload(cms: CMS) -> None:
    for path in _list_paths(PAYLOADS[cms]):
        for odd in ODD:
            told = _tell(cms, _put(PAYLOADS[cms], path, odd))
            assert "\\u0000" not in told, path
            assert len(told.encode()) < 50_000, path


@EACH
@settings(max_examples=40)
@given(body=st.one_of(st.binary(max_size=60), st.text('[]{}",:0e.-nultrfas\\u', max_size=40).map(str.encode)))
def test_any_bytes_map_or_are_refused_as_a_payload(cms: CMS, body: bytes) -> None:
    try:
        events = find_adapter(cms).read_events(make_arrival(body, HEADERS), make_source(cms))
    except BadPayload:
        return
    assert events == ()


class Watched(Mapping[str, str]):
    """Headers that know which of them were asked for."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = headers
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return self._headers[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._headers)

    def __len__(self) -> int:
        return len(self._headers)


@EACH
def test_a_header_that_decides_what_happened_tells_calls_apart(cms: CMS) -> None:
    """Two calls with the same body differ where one of these does; the content type is only what it is read as."""
    payload = {name: value for name, value in PAYLOADS[cms].items() if name != "op"}
    headers = Watched(HEADERS)
    arrival = Arrival(method="POST", target="/webhooks/blog", headers=headers, body=json.dumps(payload).encode())
    with suppress(BadPayload):  # where nothing else says what happened
        find_adapter(cms).read_events(arrival, make_source(cms))
    deciding = headers.asked - {"content-type"}
    headers.asked.clear()
    find_adapter(cms).tell(arrival)
    assert deciding == headers.asked


@EACH
def test_what_anybody_may_write_in_a_header_tells_no_more_than_a_few_calls_apart(cms: CMS) -> None:
    made_up = [f"{start}{number}" for number in range(50) for start in ("", "ContentManagement.Entry.", "post_")]
    told = {find_adapter(cms).tell(make_arrival(b"{}", dict.fromkeys(TELLING, value))) for value in made_up}
    assert len(told) == 1
