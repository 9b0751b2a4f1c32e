"""What each CMS's payload means, beyond what was captured."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from app.cms.kinds import find_adapter
from app.domain.article_event import ArticleEvent, Body
from app.domain.job import Fields
from app.domain.source import Source
from app.errors import BadPayload
from tests.cms.captured import make_arrival, make_source

POST = {
    "ID": 12,
    "post_title": "Fish &amp; chips",
    "post_content": "<!-- wp:paragraph --><p>Cod.</p>",
    "post_status": "publish",
    "post_type": "post",
    "post_password": "",
    "post_modified_gmt": "2026-11-22 16:48:22",
}
WP = {"post_id": 12, "post": POST, "post_permalink": "https://example.org/fish/"}
MOMENT = datetime(2026, 11, 22, 16, 48, 22, tzinfo=UTC)


def _read(source: Source, payload: object, headers: dict[str, str] | None = None) -> tuple[ArticleEvent, ...]:
    return find_adapter(source.cms).read_events(make_arrival(json.dumps(payload).encode(), headers), source)


def _post(**changes: object) -> dict[str, object]:
    return {**WP, "post": {**POST, **changes}}


# WordPress


def _wordpress(**data: object) -> tuple[ArticleEvent, ...]:
    return _read(
        make_source("wordpress"), {"type": "post.updated", "data": {"id": 4, "content_html": "<p>x</p>", **data}}
    )


def test_entities_in_titles_and_tags_of_wordpress_are_decoded() -> None:
    (event,) = _wordpress(title="Fish &amp; chips &#8211; now", tags=[{"id": 2, "name": "R&amp;D"}])
    assert (event.title, event.tags) == ("Fish & chips – now", ("R&D",))


def test_a_post_behind_a_password_counts_as_withdrawn() -> None:
    (event,) = _wordpress(password_protected=True)
    assert (event.what, event.body) == ("withdrawn", None)


def test_raw_blocks_do_where_nothing_is_rendered() -> None:
    (event,) = _wordpress(content_html=None, content_raw="<!-- wp:list -->x")
    assert event.body == Body(format="html", content="<!-- wp:list -->x")


def test_content_of_another_type_is_ignored_unless_the_source_is_for_it() -> None:
    assert _wordpress(post_type="page") == ()
    payload = {"type": "page.updated", "data": {"id": 4, "post_type": "page", "content_html": ""}}
    assert len(_read(make_source("wordpress", collection="pages"), payload)) == 1


# WP Webhooks


@pytest.mark.parametrize(
    ("name", "changes", "what"),
    [
        pytest.param("post_create", {}, "published", id="published"),
        pytest.param("post_update", {}, "updated", id="updated"),
        pytest.param("post_update", {"post_status": "draft"}, "withdrawn", id="taken back"),
        pytest.param("post_update", {"post_password": "x"}, "withdrawn", id="behind a password"),
        pytest.param("post_create", {"post_status": "draft"}, None, id="a new draft"),
        pytest.param("post_delete", {}, "withdrawn", id="deleted"),
        pytest.param("post_trash", {}, "withdrawn", id="in the bin"),
        pytest.param("post_update", {"post_type": "page"}, None, id="a page"),
        pytest.param("login_user", {}, None, id="another trigger"),
    ],
)
def test_wp_webhooks_says_by_header_and_status_what_happened(
    name: str, changes: dict[str, str], what: str | None
) -> None:
    events = _read(make_source("wp-webhooks"), _post(**changes), {"x-wp-webhook-name": name})
    assert [event.what for event in events] == ([what] if what else [])


def test_a_trigger_about_posts_that_is_not_known_is_refused() -> None:
    with pytest.raises(
        BadPayload, match=r"The trigger is 'post_untrash', which is not known here. Choose Post created"
    ):
        _read(make_source("wp-webhooks"), WP, {"x-wp-webhook-name": "post_untrash"})


def test_wp_webhooks_maps_what_it_has() -> None:
    (event,) = _read(make_source("wp-webhooks", event="post_create"), WP)
    assert event == ArticleEvent(
        what="published",
        id="12",
        title="Fish & chips",
        url="https://example.org/fish/",
        body=Body(format="html", content=POST["post_content"]),
        updated_at=MOMENT,
    )


def test_a_post_that_was_never_changed_has_no_moment() -> None:
    (event,) = _read(make_source("wp-webhooks"), _post(post_modified_gmt="0000-00-00 00:00:00"))
    assert event.updated_at is None


def test_a_form_is_refused_with_what_to_choose() -> None:
    arrival = make_arrival(b"post_id=1", {"content-type": "application/x-www-form-urlencoded; charset=UTF-8"})
    with pytest.raises(BadPayload, match="Choose JSON"):
        find_adapter("wp-webhooks").read_events(arrival, make_source("wp-webhooks"))


# Ghost


def _ghost(
    name: str | None, current: Mapping[str, object], previous: Mapping[str, object], /, **options: str
) -> tuple[ArticleEvent, ...]:
    payload = {"event": name, "post": {"current": current, "previous": previous}}
    return _read(make_source("ghost", **options), payload)


@pytest.mark.parametrize(
    ("previous", "is_read"),
    [
        pytest.param(
            {"tags": [], "primary_tag": None, "updated_at": "2026-11-22T17:01:50.000Z"}, False, id="tags alone"
        ),
        pytest.param({"updated_at": "2026-11-22T17:01:50.000Z"}, False, id="the moment alone"),
        pytest.param({"tags": [], "title": "Old"}, True, id="tags and title"),
        pytest.param({"html": "<p>old</p>"}, True, id="text"),
        pytest.param({}, True, id="it does not tell"),
    ],
)
def test_an_edit_of_ghost_counts_where_more_than_tags_changed(previous: dict[str, object], is_read: bool) -> None:
    events = _ghost("post.published.edited", {"id": "a", "html": "<p>x</p>", "status": "published"}, previous)
    assert [event.touched for event in events] == ([tuple(previous) or None] if is_read else [])


def test_more_changed_fields_than_any_post_has_are_refused() -> None:
    with pytest.raises(BadPayload, match=r"post\.previous has 2,001 fields"):
        _ghost("post.published.edited", {"id": "a"}, {f"f{number}": 1 for number in range(2_001)})


def test_the_event_of_ghost_may_come_from_the_source() -> None:
    (event,) = _ghost(None, {"id": "a", "plaintext": "x"}, {}, event="post.published")
    assert (event.what, event.body) == ("published", Body(format="text", content="x"))


LIVE = {"id": "a", "html": "<p>x</p>", "status": "published"}


@pytest.mark.parametrize(
    ("current", "previous", "found"),
    [
        pytest.param(LIVE, {"status": "draft", "published_at": None}, ["published"], id="a draft no more"),
        pytest.param(LIVE, {"status": "scheduled"}, ["published"], id="its time came"),
        pytest.param(LIVE, {}, ["published"], id="published at once"),
        pytest.param(LIVE, {"title": "Old", "updated_at": "2026-11-22T17:01:50.000Z"}, ["updated"], id="edited"),
        pytest.param(LIVE, {"tags": []}, [], id="tags alone"),
        pytest.param({"id": "a", "status": "draft"}, {"status": "published"}, ["withdrawn"], id="taken back"),
        pytest.param({}, {"id": "a", "title": "Gone"}, ["withdrawn"], id="deleted"),
        pytest.param({"id": "a", "status": "draft"}, {"title": "Old"}, [], id="a draft"),
        pytest.param({"id": "a", "status": "scheduled"}, {"status": "draft"}, [], id="scheduled"),
    ],
)
def test_a_post_of_ghost_tells_itself_what_happened_where_no_event_does(
    current: dict[str, object], previous: dict[str, object], found: list[str]
) -> None:
    assert [event.what for event in _ghost(None, current, previous)] == found
    assert [event.what for event in _ghost("post.renamed", current, previous)] == found


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param({"post": {"current": {"id": "a"}, "previous": {}}}, id="no status"),
        pytest.param({"post": {}}, id="neither is nor was"),
        pytest.param({}, id="nothing"),
    ],
)
def test_what_nothing_tells_of_a_post_of_ghost_is_refused_with_the_remedy(payload: dict[str, object]) -> None:
    with pytest.raises(
        BadPayload,
        match=r"Neither event nor post\.current\.status tells.*sources change blog --option event=post\.published",
    ):
        _read(make_source("ghost"), payload)


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param({"event": "member.added", "member": {"current": {}}}, id="by name"),
        pytest.param({"event": "post.added", "post": {"current": LIVE, "previous": {}}}, id="told by another event"),
        pytest.param({"page": {"current": LIVE, "previous": {"status": "draft"}}}, id="a page without a name"),
        pytest.param({"tag": {"current": {"id": "t"}, "previous": {}}}, id="a tag without a name"),
    ],
)
def test_what_ghost_says_of_other_things_than_posts_is_ignored(payload: dict[str, object]) -> None:
    assert _read(make_source("ghost"), payload) == ()


def test_a_deleted_post_of_ghost_is_known_by_what_it_was() -> None:
    (event,) = _ghost("post.deleted", {}, {"id": "a", "title": "Gone"})
    assert event == ArticleEvent(what="withdrawn", id="a")


def test_pages_of_ghost_count_where_the_source_is_for_them() -> None:
    page = {
        "event": "page.published",
        "page": {"current": {"id": "p", "html": "x", "status": "published"}, "previous": {}},
    }
    assert _read(make_source("ghost"), page) == ()
    assert len(_read(make_source("ghost", collection="pages"), page)) == 1


@pytest.mark.parametrize(("visibility", "count"), [("public", 1), ("members", 1), ("paid", 0)])
def test_what_is_for_paying_readers_can_be_left_out(visibility: str, count: int) -> None:
    current = {"id": "a", "html": "<p>x</p>", "status": "published", "visibility": visibility}
    assert len(_ghost("post.published", current, {}, visibility="public, members")) == count
    assert len(_ghost("post.published", current, {})) == 1


# Strapi


def _strapi(event: str, entry: Mapping[str, object], /, **options: str) -> tuple[ArticleEvent, ...]:
    uid = options.get("uid", "api::article.article")
    return _read(make_source("strapi", **options), {"event": event, "uid": uid, "entry": {"documentId": "d", **entry}})


def test_strapi_is_known_by_document_and_language() -> None:
    entry = {"id": 3, "locale": "de", "publishedAt": "2026-11-22T17:12:41Z", "slug": "a b", "body": "# Hafen"}
    (event,) = _strapi("entry.publish", entry, url="https://example.org/{locale}/{slug}-{id}")
    assert (event.id, event.locale, event.url) == ("d", "de", "https://example.org/de/a%20b-3")
    assert event.body == Body(format="markdown", content="# Hafen")


@pytest.mark.parametrize("event", ["entry.unpublish", "entry.delete"])
def test_an_entry_that_is_taken_away_is_withdrawn(event: str) -> None:
    assert [found.what for found in _strapi(event, {"publishedAt": None, "body": 7})] == ["withdrawn"]


@pytest.mark.parametrize("event", ["entry.draft-discard", "media.create", "review-workflows.updateEntryStage"])
def test_other_events_of_strapi_are_ignored(event: str) -> None:
    assert _strapi(event, {"publishedAt": "2026-11-22T17:12:41Z"}) == ()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        pytest.param({"event": None}, "event is missing", id="no event"),
        pytest.param(
            {"event": "entry.archive"}, "event is 'entry.archive', which is not known here", id="another verb"
        ),
        pytest.param({"uid": None}, "uid is missing", id="of no type"),
    ],
)
def test_what_strapi_may_mean_an_article_by_is_not_ignored(changes: dict[str, object], told: str) -> None:
    payload = {"event": "entry.publish", "uid": "api::article.article", "entry": {"documentId": "d"}}
    with pytest.raises(BadPayload, match=told):
        _read(make_source("strapi"), payload | changes)


def test_the_options_of_strapi_name_its_fields() -> None:
    entry = {
        "publishedAt": "2026-11-22T17:12:41Z",
        "headline": "Hafen",
        "story": "<p>x</p>",
        "topics": [{"title": "ports"}],
    }
    source = make_source(
        "strapi", Fields(tags="topics"), uid="api::news.news", title="headline", body="story", format="html"
    )
    (event,) = _read(source, {"event": "entry.update", "uid": "api::news.news", "entry": {"documentId": "d", **entry}})
    assert (event.title, event.body, event.tags) == ("Hafen", Body(format="html", content="<p>x</p>"), ("ports",))


@pytest.mark.parametrize(
    "tags", [{"count": 2}, [1, 2], None, [{"id": 1}], "x"], ids=["count", "ids", "none", "no names", "text"]
)
def test_relations_that_tell_no_names_are_no_tags(tags: object) -> None:
    (event,) = _strapi("entry.publish", {"publishedAt": "2026-11-22T17:12:41Z", "body": "x", "tags": tags})
    assert event.tags is None


# Directus


def _directus(event: str, trigger: Mapping[str, object], /, **options: str) -> tuple[ArticleEvent, ...]:
    full = {"event": event, "collection": "articles", **trigger}
    return _read(make_source("directus", **options), {"event": event, "trigger": full, "accountability": {"user": "u"}})


@pytest.mark.parametrize(
    ("trigger", "told"),
    [
        pytest.param({"collection": "articles", "keys": [1]}, "trigger.event is missing", id="no event"),
        pytest.param({"event": "items.update", "keys": [1]}, "trigger.collection is missing", id="of no collection"),
    ],
)
def test_a_flow_of_directus_that_leaves_out_what_happened_is_told_to_send_it(
    trigger: dict[str, object], told: str
) -> None:
    with pytest.raises(BadPayload, match=rf"{told}.* Send \{{\{{\$trigger\}}\}} as a whole"):
        _read(make_source("directus"), {"trigger": trigger})


def test_an_update_of_directus_has_one_event_for_each_item() -> None:
    trigger = {"keys": ["1", 2], "payload": {"title": "New", "date_updated": "2026-11-22T16:48:22"}}
    assert _directus("articles.items.update", trigger) == tuple(
        ArticleEvent(what="updated", id=id_, touched=("title", "date_updated"), updated_at=MOMENT, actor="u")
        for id_ in "12"
    )


@pytest.mark.parametrize(
    ("event", "trigger", "found"),
    [
        pytest.param("items.update", {"keys": [1], "payload": {"status": "archived"}}, ["withdrawn"], id="archived"),
        pytest.param(
            "items.update", {"keys": [1], "payload": {"status": "published"}}, ["updated"], id="published by an update"
        ),
        pytest.param("items.create", {"key": 1, "payload": {"status": "draft", "body": "x"}}, [], id="a new draft"),
        pytest.param("items.create", {"key": "u-1", "payload": {"body": "x"}}, ["published"], id="without a status"),
        pytest.param("items.delete", {"keys": [1, 2], "payload": [1, 2]}, ["withdrawn"] * 2, id="deleted"),
        pytest.param("items.delete", {"payload": [1]}, ["withdrawn"], id="deleted, by payload"),
        pytest.param("items.promote", {"key": 1}, [], id="another event"),
        pytest.param("pages.items.create", {"key": 1, "collection": "pages"}, [], id="another collection"),
    ],
)
def test_directus_says_by_event_and_status_what_happened(
    event: str, trigger: dict[str, object], found: list[str]
) -> None:
    assert [article.what for article in _directus(event, trigger)] == found


def test_directus_without_keys_says_what_to_send() -> None:
    with pytest.raises(BadPayload, match="as a whole"):
        _directus("items.update", {"payload": {}})


def test_the_address_of_a_directus_item_comes_from_its_fields() -> None:
    trigger = {"key": 7, "payload": {"body": "x", "slug": "fish/cod"}}
    (event,) = _directus("items.create", trigger, url="https://example.org/{slug}/{id}")
    assert event.url == "https://example.org/fish/cod/7"


def test_an_address_that_lacks_a_field_is_none() -> None:
    (event,) = _directus("items.create", {"key": 7, "payload": {"body": "x"}}, url="https://example.org/{slug}")
    assert event.url is None


# Wagtail


def test_pages_of_other_types_are_ignored() -> None:
    page = {"type": "page.published", "data": {"id": 5, "type": "shop.Product", "body_html": "x"}}
    assert _read(make_source("wagtail", types="blog.ArticlePage"), page) == ()
    assert len(_read(make_source("wagtail"), page)) == 1


def test_the_texts_of_a_page_come_in_the_order_of_the_option() -> None:
    data = {"id": 5, "body_html": "<p>b</p>", "intro": "<p>i</p>", "body": [{"type": "x"}], "end": "<p>e</p>"}
    page = {"type": "page.published", "data": data}
    assert _read(make_source("wagtail"), page)[0].body == Body(format="html", content="<p>i</p>\n<p>b</p>")
    assert _read(make_source("wagtail", body="body,end"), page)[0].body == Body(
        format="html", content="<p>b</p>\n<p>e</p>"
    )


def test_a_page_without_its_texts_is_read_back() -> None:
    (event,) = _read(make_source("wagtail"), {"type": "page.published", "data": {"id": 5, "body": []}})
    assert event.body is None


# Sanity


DOCUMENT = {
    "_id": "post-1",
    "_type": "post",
    "_updatedAt": "2026-11-22T16:48:22Z",
    "title": "Ports",
    "url": "https://example.org/ports",
    "text": "Ships queue",
    "tags": [{"_id": "t", "title": "labour"}],
    "language": "en",
    "op": "update",
}


def test_the_projection_of_sanity_is_mapped() -> None:
    assert _read(make_source("sanity"), DOCUMENT) == (
        ArticleEvent(
            what="updated",
            id="post-1",
            locale="en",
            title="Ports",
            url="https://example.org/ports",
            body=Body(format="text", content="Ships queue"),
            tags=("labour",),
            updated_at=MOMENT,
        ),
    )


@pytest.mark.parametrize(
    ("changes", "headers", "found"),
    [
        pytest.param({"_id": "drafts.post-1"}, {}, [], id="a draft"),
        pytest.param({"_id": "versions.r1.post-1"}, {}, [], id="a version in a release"),
        pytest.param({"op": None}, {"sanity-operation": "create"}, ["published"], id="by header"),
        pytest.param({"op": "delete"}, {}, ["withdrawn"], id="deleted"),
        pytest.param({"_type": "author"}, {}, [], id="another type"),
    ],
)
def test_sanity_says_by_operation_what_happened(
    changes: dict[str, object], headers: dict[str, str], found: list[str]
) -> None:
    source = make_source("sanity", document_types="post")
    assert [event.what for event in _read(source, {**DOCUMENT, **changes}, headers)] == found


@pytest.mark.parametrize(
    ("operation", "told"),
    [
        pytest.param(None, 'op is missing.*Add "op": delta::operation\\(\\)', id="nothing said"),
        pytest.param("appear", "op is 'appear', which is not known here", id="a word of its own"),
    ],
)
def test_a_document_of_sanity_that_does_not_say_what_happened_is_refused(operation: str | None, told: str) -> None:
    with pytest.raises(BadPayload, match=told):
        _read(make_source("sanity"), {**DOCUMENT, "op": operation})


def test_portable_text_of_sanity_becomes_html() -> None:
    blocks = [{"_type": "block", "style": "h2", "children": [{"_type": "span", "text": "Why"}]}]
    document = {**DOCUMENT, "url": None, "slug": {"current": "ports"}, "body": blocks}
    (event,) = _read(make_source("sanity", url="https://example.org/{slug}"), document)
    assert (event.body, event.url) == (Body(format="html", content="<h2>Why</h2>"), "https://example.org/ports")


# Drupal


NODE = {
    "uuid": [{"value": "3d4f"}],
    "type": [{"target_id": "article"}],
    "langcode": [{"value": "en"}],
    "status": [{"value": True}],
    "title": [{"value": "Ports"}],
    "body": [{"value": "<p>raw</p>", "format": "basic_html", "processed": "<p>Ships</p>"}],
    "changed": [{"value": "2026-11-22T16:48:22+00:00"}],
    "path": [{"alias": "/ports"}],
    "field_tags": [{"target_uuid": "9"}],
}


def _drupal(verb: str, *, source: Source | None = None, **changes: object) -> tuple[ArticleEvent, ...]:
    payload = {"event": f"entity:node:{verb}", "user": {"mail": "a@example.org"}, "entity": {**NODE, **changes}}
    return _read(source or make_source("drupal", None, "https://example.org/"), payload)


def test_a_node_of_drupal_is_mapped() -> None:
    assert _drupal("update") == (
        ArticleEvent(
            what="updated",
            id="3d4f",
            locale="en",
            title="Ports",
            url="https://example.org/ports",
            body=Body(format="html", content="<p>Ships</p>"),
            updated_at=MOMENT,
        ),
    )


@pytest.mark.parametrize(
    ("verb", "status", "found"),
    [
        pytest.param("create", True, ["published"], id="new"),
        pytest.param("insert", "1", ["published"], id="new, as text"),
        pytest.param("create", False, [], id="a new draft"),
        pytest.param("update", False, ["withdrawn"], id="taken back"),
        pytest.param("update", None, ["withdrawn"], id="no status"),
        pytest.param("delete", True, ["withdrawn"], id="deleted"),
    ],
)
def test_drupal_says_by_event_and_status_what_happened(verb: str, status: object, found: list[str]) -> None:
    assert [event.what for event in _drupal(verb, status=[{"value": status}])] == found


def test_an_event_of_drupal_about_a_node_that_is_not_known_is_refused() -> None:
    with pytest.raises(BadPayload, match="event is 'entity:node:translation_insert', which is not known here"):
        _drupal("translation_insert")
    with pytest.raises(BadPayload, match="event is missing"):
        _read(make_source("drupal"), {"entity": {}})


@pytest.mark.parametrize(
    ("changed", "is_read"),
    [("1795366102", True), (1795366102, True), ("9" * 5000, False), (-1, False), (10**15, False), (True, False)],
    ids=["text", "number", "endless", "negative", "far away", "no number"],
)
def test_seconds_of_older_drupals_are_moments(changed: object, is_read: bool) -> None:
    if is_read:
        assert _drupal("update", changed=[{"value": changed}])[0].updated_at == MOMENT
        return
    with pytest.raises(BadPayload, match=r"changed\[0\].value"):
        _drupal("update", changed=[{"value": changed}])


def test_nodes_of_other_types_and_other_things_are_ignored() -> None:
    assert _drupal("update", source=make_source("drupal", node_types="blog")) == ()
    assert _read(make_source("drupal"), {"event": "entity:user:update", "entity": {}}) == ()


def test_empty_fields_of_drupal_are_none() -> None:
    (event,) = _drupal("update", body=[], path=[], title=[])
    assert (event.body, event.url, event.title) == (None, None, "")
