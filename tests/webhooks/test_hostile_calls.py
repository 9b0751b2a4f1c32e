"""Hostile calls: whatever comes to the door is taken or clearly refused, and never fails on our side."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.cms.kinds import ADAPTERS
from app.domain.source import CMS
from tests.webhooks.door_app import SECRET, Door, build_payload, open_door, sign

pytestmark = pytest.mark.anyio

ANSWERS = {202, 401, 415, 422}
TOKEN = {"content-type": "application/json", "authorization": "Bearer shared-token"}
FIELDS = (
    "type", "timestamp", "data", "event", "post", "current", "previous", "entry", "uid", "model", "trigger", "keys",
    "key", "payload", "collection", "accountability", "id", "documentId", "locale", "title", "html", "text", "body",
    "tags", "url", "slug", "updated_at", "updatedAt", "publishedAt", "status",
)  # fmt: skip
WORDS = ("article.published", "entry.publish", "api::article.article", "post.published", "items.update", "articles")
PAYLOADS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=8),
    max_leaves=30,
)
HEADERS = st.dictionaries(
    st.sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature", "content-type", "authorization", "te"]),
    st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f")),
)


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    """A door with a source of each kind; those that a fixed header lets in are open to it."""
    async with open_door(tmp_path) as opened:
        for cms in ADAPTERS:
            opened.add(cms, cms, "shared-token" if cms in {"token", "strapi", "directus"} else SECRET)
        yield opened


FEW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


async def check(door: Door, name: str, body: bytes, headers: dict[str, str]) -> None:
    pairs = [(key.encode(), value.encode("latin-1")) for key, value in headers.items()]
    response = await door.client.post(f"/webhooks/{name}", content=body, headers=pairs)
    assert response.status_code in ANSWERS
    assert isinstance(response.json(), dict)


@FEW
@given(cms=st.sampled_from(["token", "strapi", "directus"]), payload=PAYLOADS)
async def test_any_json_from_a_known_sender_is_mapped_or_refused(door: Door, cms: CMS, payload: object) -> None:
    await check(door, cms, json.dumps(payload).encode(), TOKEN)


@FEW
@given(payload=PAYLOADS)
async def test_any_signed_json_is_mapped_or_refused(door: Door, payload: object) -> None:
    body = json.dumps(payload).encode()
    await check(door, "standard", body, sign(body, f"m{hash(body)}"))


@FEW
@given(cms=st.sampled_from(sorted(ADAPTERS)), body=st.binary(max_size=60), headers=HEADERS)
async def test_any_bytes_and_headers_are_refused_clearly(
    door: Door, cms: CMS, body: bytes, headers: dict[str, str]
) -> None:
    await check(door, cms, body, {"content-type": "application/json"} | headers)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/webhooks/../classify", id="dots"),
        pytest.param("/webhooks/standard%2f..%2f..", id="escaped dots"),
        pytest.param("/webhooks/standard/", id="a slash behind it"),
        pytest.param("/webhooks//standard", id="two slashes"),
        pytest.param("/webhooks/STANDARD", id="capitals"),
        pytest.param("/webhooks/standard%00", id="a NUL"),
        pytest.param("/webhooks/%0d%0aSet-Cookie:a=b", id="line ends"),
    ],
)
async def test_no_path_but_its_own_leads_to_a_source(door: Door, path: str) -> None:
    body = build_payload()
    url = httpx.URL("http://127.0.0.1:8000").copy_with(raw_path=path.encode())
    response = await door.client.post(url, content=body, headers=sign(body))
    assert response.status_code in {307, 401, 404, 405}
    assert "set-cookie" not in response.headers
    assert door.list_kept() == []


async def test_the_same_header_twice_does_not_let_a_second_signature_in(door: Door) -> None:
    """Two lines of one name are one value, whatever the server before us made of them."""
    body = build_payload()
    good, bad = sign(body), sign(body, key=b"another secret, and long enough")
    for first, second, status in ((bad, good, 401), (good, good, 401)):
        twice = [*first.items(), ("webhook-timestamp", second["webhook-timestamp"])]
        response = await door.client.post("/webhooks/standard", content=body, headers=twice)
        assert response.status_code == status


async def test_a_cross_origin_post_of_text_is_refused_for_its_type(door: Door) -> None:
    headers = {
        "content-type": "text/plain",
        "origin": "https://elsewhere.example",
        "sec-fetch-site": "cross-site",
        "sec-fetch-mode": "cors",
    }
    response = await door.client.post("/webhooks/standard", content=b"x", headers=headers)
    assert response.status_code == 415
