"""Whatever a CMS answers, it is read, or refused by an error of ours."""

import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue, SecretStr
from starlette.applications import Starlette

from app.cms.opening import open_site
from app.domain.source import CMS
from app.errors import ScopenoteError
from tests.cms.sites import fake_directus, fake_strapi
from tests.cms.sites.fake_directus import FakeDirectus
from tests.cms.sites.fake_ghost import KEY, POST, FakeGhost
from tests.cms.sites.fake_strapi import FakeStrapi
from tests.cms.sites.fake_wagtail import EXACT, TOKEN, FakeWagtail
from tests.cms.sites.fake_wordpress import PASSWORD, FakeWordPress
from tests.cms.sites.opened_sites import NOW, Waits, list_all, make_source

_WORDS = [
    "id", "documentId", "title", "rendered", "content", "tags", "categories", "name", "data", "posts", "items", "meta", "html",
    "status", "published", "publish", "updated_at", "updatedAt", "date_updated", "date_created", "modified_gmt", "created_at",
    "live", "first_published_at", "body", "url", "html_url", "link", "2026-11-22T17:00:00Z", "0001-01-01T00:00:00", "9999-12-31T23:59:59-12:00", "\0", "",
]  # fmt: skip
_LEAVES: st.SearchStrategy[JsonValue] = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(_WORDS)
)
_VALUES: st.SearchStrategy[JsonValue] = st.one_of(
    _LEAVES, st.lists(_LEAVES, max_size=2), st.dictionaries(st.sampled_from(_WORDS), _LEAVES, max_size=2)
)
_Slip = tuple[int, int, JsonValue]
"""At which call, at which of the answer's parts, and what stands there instead."""


def _play_wordpress() -> tuple[Starlette, str]:
    fake = FakeWordPress()
    fake.add(4, tags=(7,))
    return fake.app, PASSWORD


def _play_wagtail() -> tuple[Starlette, str]:
    fake = FakeWagtail(shown=EXACT)
    fake.add(4, "economy")
    return fake.app, TOKEN


PLAYS: dict[CMS, tuple[Callable[[], tuple[Starlette, str]], str]] = {
    "wordpress": (_play_wordpress, "4"),
    "ghost": (lambda: (FakeGhost(NOW).app, KEY), POST),
    "strapi": (lambda: (FakeStrapi().app, fake_strapi.TOKEN), fake_strapi.DOCUMENT),
    "directus": (lambda: (FakeDirectus().app, fake_directus.TOKEN), "1"),
    "wagtail": (_play_wagtail, "4"),
}


@pytest.mark.parametrize("cms", sorted(PLAYS))
def test_an_answer_with_anything_in_any_place_is_read_or_refused(cms: CMS) -> None:
    @given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 40), _VALUES), max_size=3))
    @settings(deadline=None, max_examples=15)
    def slip(slips: list[_Slip]) -> None:
        anyio.run(_use, cms, slips)

    slip()


class Slipping(httpx.AsyncBaseTransport):
    """A CMS that answers well but for some parts of some answers."""

    def __init__(self, app: Starlette, slips: list[_Slip]) -> None:
        self._within = httpx.ASGITransport(app, raise_app_exceptions=False)
        self._slips = slips
        self._calls = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._within.handle_async_request(request)
        raw = await response.aread()
        if response.headers["content-type"] != "application/json":
            return httpx.Response(response.status_code, stream=httpx.ByteStream(raw))
        body = json.loads(raw)
        for call, place, value in self._slips:
            if call == self._calls:
                body = _replace(body, place, value)
        self._calls += 1
        return httpx.Response(response.status_code, stream=httpx.ByteStream(json.dumps(body).encode()))


def _replace(body: JsonValue, place: int, value: JsonValue) -> JsonValue:
    """The body with something else in its n-th part, counted from the outside in; the last where there are fewer."""
    holders: list[tuple[Any, Any]] = []
    pending: list[JsonValue] = [body]
    for part in pending:
        keys = list(part) if isinstance(part, dict) else range(len(part)) if isinstance(part, list) else []
        holders += [(part, key) for key in keys]
        pending += [part[key] for key in keys]  # type: ignore[index]
    if place == 0 or not holders:
        return value
    holder, key = holders[min(place, len(holders)) - 1]
    holder[key] = value
    return body


async def _use(cms: CMS, slips: list[_Slip]) -> None:
    play, article = PLAYS[cms]
    app, secret = play()
    options = {"user": "bot", "page_types": "blog.ArticlePage", "url": "https://example.org/{title}"}
    site = open_site(
        make_source(cms, "https://example.org").model_copy(update={"options": options}),
        [SecretStr(secret)],
        now=lambda: NOW,
        folder=Path("/nowhere"),
        open_client=lambda: httpx.AsyncClient(transport=Slipping(app, slips)),
        sleep=Waits(),
    )
    assert site is not None
    with contextlib.suppress(ScopenoteError):
        present = await site.look(article, None)
        written = await site.write(present, dict.fromkeys(present.tags, ("a", "b")), publish=True)
        assert slips or set(written.tags["tags"]) == {"a", "b"}
    with contextlib.suppress(ScopenoteError):
        for event in await list_all(site):
            event.model_dump_json()
    await site.close()
