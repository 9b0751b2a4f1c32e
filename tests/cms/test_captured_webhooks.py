import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest

from app.cms.arrival import Arrival
from app.cms.kinds import find_adapter
from app.domain.article_event import ArticleEvent, What
from app.domain.source import CMS, Source
from app.errors import BadPayload, Forged
from tests.cms.captured import CAPTURES, flip_byte, hide, load_capture, make_source

STANDARD = "whsec_" + base64.b64encode(b"a-24-byte-or-longer-secret").decode()
SECRETS: dict[CMS, str] = {
    "wordpress": STANDARD,
    "wagtail": STANDARD,
    "ghost": "ghost-webhook-secret",
    "strapi": "shared-token",
    "directus": "shared-token",
}
OTHERS: dict[CMS, str] = {
    cms: STANDARD[:-4] + "AAA=" if secret == STANDARD else "another" for cms, secret in SECRETS.items()
}
FOLDERS: dict[str, CMS] = {
    "wordpress": "wordpress",
    "wordpress_editor": "wordpress",
    "wordpress_retry": "wordpress",
    "wagtail": "wagtail",
    "wagtail_nonwritable_fields": "wagtail",
    "ghost_post.published": "ghost",
    "ghost_post.published.edited": "ghost",
    "ghost_post.tag.attached": "ghost",
    "strapi": "strapi",
    "directus": "directus",
}
SIGNED = ("wordpress", "wagtail", "ghost")

PASSWORD = "6bea84cd-fd64-45ed-829a-ed334886bc72"
EDITOR = "12008372-8c2d-44c5-812e-f70c57fd80d1"
WORDPRESS_TITLE = "Fish & chips: a “history”"
HARBOUR = "htl9jt5abofsknto6l1og8uo"


class Row(NamedTuple):
    """What a capture says, and the beginning of its body."""

    capture: str
    what: What
    id: str
    locale: str | None
    title: str
    tags: tuple[str, ...] | None
    touched: tuple[str, ...] | None
    actor: str | None
    body: str | None
    updated_at: str | None
    url: str | None


MAPPED = [
    Row("wordpress/001", "published", "4", None, WORDPRESS_TITLE, (), None, PASSWORD, "\n<p>Cod <strong>", "2026-11-22T16:48:22+00:00", "http://127.0.0.1:8300/fish-chips-a-history/"),
    Row("wordpress/002", "updated", "4", None, WORDPRESS_TITLE, ("fisheries",), None, PASSWORD, "\n<p>Cod <strong>", "2026-11-22T16:48:25+00:00", "http://127.0.0.1:8300/fish-chips-a-history/"),
    Row("wordpress/003", "updated", "4", None, WORDPRESS_TITLE, ("fisheries",), None, PASSWORD, "\n<p>Cod <strong>", "2026-11-22T16:48:28+00:00", "http://127.0.0.1:8300/fish-chips-a-history/"),
    Row("wordpress/004", "updated", "4", None, "Edited by hand", ("fisheries",), None, None, "\n<p>Cod <strong>", "2026-11-22T16:48:31+00:00", "http://127.0.0.1:8300/fish-chips-a-history/"),
    Row("wordpress/005", "published", "7", None, "Retry 32313", (), None, PASSWORD, "<p>x</p>\n", "2026-11-22T17:16:16+00:00", "http://127.0.0.1:8300/retry-32313/"),
    Row("wordpress_editor/001", "published", "13", None, "Published from the block editor", (), None, None, "\n<p>The harbour", "2026-11-22T17:22:08+00:00", "http://127.0.0.1:8300/published-from-the-block-editor/"),
    Row("wordpress_editor/002", "updated", "13", None, "Published from the block editor", ("fisheries", "harbours"), None, None, "\n<p>The harbour", "2026-11-22T17:22:18+00:00", "http://127.0.0.1:8300/published-from-the-block-editor/"),
    Row("wordpress_retry/001", "published", "8", None, "Retry 22042", (), None, PASSWORD, "<p>x</p>\n", "2026-11-22T17:17:32+00:00", "http://127.0.0.1:8300/retry-22042/"),
    Row("wordpress_retry/002", "published", "8", None, "Retry 22042", (), None, PASSWORD, "<p>x</p>\n", "2026-11-22T17:17:32+00:00", "http://127.0.0.1:8300/retry-22042/"),
    Row("wagtail/004", "published", "5", "en", "Central bank holds rates 1795365977", ("economy",), None, None, '<p data-block-key="ecqzs">Markets', "2026-11-22T16:46:17.898087+00:00", "http://127.0.0.1:8200/central-bank-holds-rates-1795365977/"),
    Row("wagtail/005", "updated", "5", "en", "Central bank holds rates 1795365977", ("central banks", "economy", "monetary policy"), None, None, '<p data-block-key="ecqzs">Markets', "2026-11-22T16:46:19.973423+00:00", "http://127.0.0.1:8200/central-bank-holds-rates-1795365977/"),
    Row("wagtail/006", "updated", "5", "en", "Edited in the admin", ("economy", "edited"), None, None, "", "2026-11-22T16:46:22.197915+00:00", "http://127.0.0.1:8200/edited-5/"),
    Row("wagtail_nonwritable_fields/001", "published", "4", "en", "Central bank holds rates 1795365922", (), None, None, "", "2026-11-22T16:45:22.404820+00:00", "http://127.0.0.1:8200/central-bank-holds-rates-1795365922/"),
    Row("wagtail_nonwritable_fields/002", "updated", "4", "en", "Central bank holds rates 1795365922", (), None, None, "", "2026-11-22T16:45:24.209023+00:00", "http://127.0.0.1:8200/central-bank-holds-rates-1795365922/"),
    Row("wagtail_nonwritable_fields/003", "updated", "4", "en", "Edited in the admin", ("economy", "edited"), None, None, "", "2026-11-22T16:45:28.107192+00:00", "http://127.0.0.1:8200/edited-4/"),
    Row("ghost_post.published/001", "published", "6b031ffcd656575506183f39", None, "Wind power", ("Energy",), None, None, "<p>Turbines spin faster", "2026-11-22T17:01:50.000Z", "http://127.0.0.1:2368/wind-power-2/"),
    Row("ghost_post.published/002", "published", "6b03202644197156bc2c0001", None, "Wind power", ("Energy",), None, None, "<p>Turbines spin faster", "2026-11-22T17:02:34.000Z", "http://127.0.0.1:2368/wind-power-3/"),
    Row("ghost_post.published/004", "published", "6b032045b238f0593cd40914", None, "Wind power", ("Energy",), None, None, "<p>Turbines spin faster", "2026-11-22T17:03:03.000Z", "http://127.0.0.1:2368/wind-power-4/"),
    Row("ghost_post.published.edited/003", "updated", "6b031ffcd656575506183f39", None, "Wind power, edited by hand", ("Stale",), ("title", "updated_at"), None, "<p>Turbines spin faster", "2026-11-22T17:01:56.000Z", "http://127.0.0.1:2368/wind-power-2/"),
    Row("strapi/004", "published", HARBOUR, None, "Harbour strike ends", ("labour",), None, None, "<h2>Ports</h2><p>Ships queue</p>", "2026-11-22T17:12:40.486Z", None),
    Row("strapi/007", "published", HARBOUR, None, "Harbour strike ends", ("labour", "shipping"), None, None, "<h2>Ports</h2><p>Ships queue</p>", "2026-11-22T17:12:41.555Z", None),
    Row("directus/001", "published", "1", None, 'Grain "exports" rise', ("agriculture",), None, EDITOR, "<p>Wheat &amp; <b>maize", None, None),
    Row("directus/002", "updated", "1", None, "", None, ("tags",), EDITOR, None, None, None),
]  # fmt: skip

IGNORED = {
    "ghost_post.published.edited/001": "only its tags changed",
    "ghost_post.published.edited/002": "only its tags changed",
    "ghost_post.published.edited/004": "only its tags changed",
    "ghost_post.tag.attached/001": "a tag of a draft",
    "ghost_post.tag.attached/002": "a tag was written, of which Ghost also sends an edit",
    "ghost_post.tag.attached/003": "a tag was written, of which Ghost also sends an edit",
    "ghost_post.tag.attached/004": "a tag was written, of which Ghost also sends an edit",
    "strapi/001": "a tag, and no article",
    "strapi/002": "a draft is not published yet",
    "strapi/003": "the draft's half of a publish",
    "strapi/005": "a tag, and no article",
    "strapi/006": "the draft's half of a publish",
}
FROM_A_BROWSER = {"browser/001"}
ALL = sorted(f"{path.parent.name}/{path.stem}" for path in CAPTURES.glob("*/*.http"))
OF_SOURCES = [name for name in ALL if name not in FROM_A_BROWSER]
SIGNED_ONES = [name for name in OF_SOURCES if FOLDERS[name.split("/")[0]] in SIGNED]
TOKEN_ONES = [name for name in OF_SOURCES if FOLDERS[name.split("/")[0]] not in SIGNED]


def _open(name: str) -> tuple[Arrival, Source, datetime]:
    """A capture, its source, and the moment at which it was captured."""
    arrival = load_capture(name)
    cms = FOLDERS[name.split("/", maxsplit=1)[0]]
    stamp = arrival.headers.get("webhook-timestamp")
    if cms == "ghost":
        stamp = str(int(arrival.headers["x-ghost-signature"].partition("t=")[2]) / 1000)
    moment = datetime.fromtimestamp(float(stamp), UTC) if stamp else datetime(2026, 11, 22, 17, 12, tzinfo=UTC)
    return arrival, make_source(cms), moment


def _read(name: str) -> tuple[ArticleEvent, ...]:
    arrival, source, now = _open(name)
    adapter = find_adapter(source.cms)
    adapter.verify(arrival, hide(SECRETS[source.cms]), source, now)
    return adapter.read_events(arrival, source)


@pytest.mark.parametrize("row", MAPPED, ids=[row.capture for row in MAPPED])
def test_a_captured_call_holds_and_maps(row: Row) -> None:
    (event,) = _read(row.capture)
    moment = None if row.updated_at is None else datetime.fromisoformat(row.updated_at)
    assert event == ArticleEvent(
        what=row.what,
        id=row.id,
        locale=row.locale,
        title=row.title,
        url=row.url,
        body=event.body,
        tags=row.tags,
        touched=row.touched,
        updated_at=moment,
        actor=row.actor,
    )


@pytest.mark.parametrize("row", MAPPED, ids=[row.capture for row in MAPPED])
def test_a_captured_text_comes_as_html(row: Row) -> None:
    (event,) = _read(row.capture)
    if row.body is None:
        assert event.body is None
        return
    assert event.body is not None
    assert event.body.format == "html"
    assert event.body.content.startswith(row.body)
    assert (event.body.content == "") == (row.body == "")


@pytest.mark.parametrize("name", IGNORED, ids=[f"{name}: {reason}" for name, reason in IGNORED.items()])
def test_a_captured_call_that_concerns_no_article_is_ignored(name: str) -> None:
    assert _read(name) == ()


@pytest.mark.skipif(not ALL, reason="the captured webhooks are not here")
def test_every_capture_is_in_one_of_the_tables() -> None:
    assert sorted([*(row.capture for row in MAPPED), *IGNORED, *FROM_A_BROWSER]) == ALL


@pytest.mark.parametrize("name", SIGNED_ONES)
def test_a_signed_call_with_a_flipped_byte_is_refused(name: str) -> None:
    arrival, source, now = _open(name)
    for at in (0, len(arrival.body) // 2, -1):
        with pytest.raises(Forged, match=r"does not hold|not UTF-8"):
            find_adapter(source.cms).verify(flip_byte(arrival, at), hide(SECRETS[source.cms]), source, now)


@pytest.mark.parametrize("name", OF_SOURCES)
def test_a_call_under_another_secret_is_refused(name: str) -> None:
    arrival, source, now = _open(name)
    with pytest.raises(Forged, match="does not hold"):
        find_adapter(source.cms).verify(arrival, hide(OTHERS[source.cms]), source, now)


@pytest.mark.parametrize("name", OF_SOURCES)
def test_a_call_holds_while_its_secret_is_changed(name: str) -> None:
    arrival, source, now = _open(name)
    secrets = hide(OTHERS[source.cms], SECRETS[source.cms])
    find_adapter(source.cms).verify(arrival, secrets, source, now)


@pytest.mark.parametrize("name", SIGNED_ONES)
@pytest.mark.parametrize(
    ("away", "words"),
    [
        pytest.param(timedelta(seconds=302), "too old", id="old"),
        pytest.param(timedelta(seconds=-302), "too far ahead", id="ahead"),
    ],
)
def test_a_signed_call_at_another_time_is_refused(name: str, away: timedelta, words: str) -> None:
    arrival, source, now = _open(name)
    with pytest.raises(Forged, match=words):
        find_adapter(source.cms).verify(arrival, hide(SECRETS[source.cms]), source, now + away)


@pytest.mark.parametrize("name", TOKEN_ONES)
def test_an_unsigned_call_without_its_header_is_refused(name: str) -> None:
    arrival, source, now = _open(name)
    bare = {key: value for key, value in arrival.headers.items() if key != "authorization"}
    stripped = Arrival(arrival.method, arrival.target, bare, arrival.body)
    with pytest.raises(Forged, match="no authorization header"):
        find_adapter(source.cms).verify(stripped, hide(SECRETS[source.cms]), source, now)


@pytest.mark.parametrize("name", [name for name in TOKEN_ONES if name.startswith("strapi/")])
def test_a_header_of_the_sites_own_does_as_well(name: str) -> None:
    arrival, _, now = _open(name)
    source = make_source("strapi", header="X-Shared")
    find_adapter("strapi").verify(arrival, hide("abc"), source, now)
    with pytest.raises(Forged, match="does not hold"):
        find_adapter("strapi").verify(arrival, hide("abcd"), source, now)


def test_a_try_that_is_repeated_has_the_same_name() -> None:
    adapter, source = find_adapter("wordpress"), make_source("wordpress")
    first, second = (adapter.name_delivery(load_capture(f"wordpress_retry/00{number}"), source) for number in (1, 2))
    assert first == second == "msg_40be651b312a46109e6487ea9af1e0fe"


@pytest.mark.parametrize("name", ["ghost_post.published/001", "strapi/004", "directus/001"])
def test_a_sender_without_names_leaves_naming_to_us(name: str) -> None:
    arrival, source, _ = _open(name)
    assert find_adapter(source.cms).name_delivery(arrival, source) is None


@pytest.mark.parametrize("name", [name for name in OF_SOURCES if name.startswith("ghost")])
def test_a_captured_post_of_ghost_means_the_same_without_the_name_of_its_event(name: str) -> None:
    arrival, source, _ = _open(name)
    payload = json.loads(arrival.body)
    assert payload.pop("event")
    bare = replace(arrival, body=json.dumps(payload).encode())
    assert find_adapter("ghost").read_events(bare, source) == _read(name)


@pytest.mark.parametrize("name", [name for name in OF_SOURCES if name.startswith("ghost")])
def test_nothing_of_people_is_kept_of_ghost(name: str) -> None:
    assert "@" not in "".join(event.model_dump_json() for event in _read(name))


def test_the_call_from_a_browser_is_no_payload_of_any_cms() -> None:
    arrival = load_capture("browser/001")
    with pytest.raises(BadPayload, match="not JSON"):
        find_adapter("standard").read_events(arrival, make_source("standard"))
