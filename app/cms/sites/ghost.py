"""Owns Ghost as it is read back from and written to: its Admin interface, with a token made for each call."""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Final

from pydantic import JsonValue, SecretStr

from app.cms.site import Present
from app.cms.sites.guarding import make_present, refuse_overtaken, refuse_unknown
from app.cms.sites.http import Api, LogIn, Parameters
from app.cms.sites.listing import PAGE, walk
from app.cms.sites.reading import (
    Object,
    check_id,
    find_id,
    find_moment,
    find_text,
    get_object,
    get_objects,
    make_body,
    make_event,
)
from app.cms.sites.slugs import make_slug
from app.domain.article_event import ArticleEvent
from app.domain.source import Source
from app.errors import BadInput

OPTIONS: Final = {"collection": '"posts" or "pages"; "posts" where not given'}
NAME: Final = "Ghost"
FIELD: Final = "tags"
TOKEN_S: Final = 300
"""Ghost takes no token that holds longer."""
_ADMIN_KEY: Final = re.compile(r"([0-9a-fA-F]{1,64}):((?:[0-9a-fA-F]{2}){1,128})")


def log_in(source: Source, secret: SecretStr | None, now: Callable[[], datetime]) -> LogIn:
    """A token that is signed with the Admin API key and holds for some minutes.

    Raises:
        BadInput: there is no key, or it is not in the form that Ghost shows it in.
    """
    parts = _ADMIN_KEY.fullmatch(secret.get_secret_value().strip()) if secret else None
    if parts is None:
        remedy = "Enter the Admin API key of a custom integration, `id:secret` in hexadecimal digits"
        raise BadInput(f"The source {source.name!r} has no key for Ghost. {remedy}, as its write secret.")
    name, key = parts[1], bytes.fromhex(parts[2])
    return lambda: {"Authorization": f"Ghost {make_token(name, key, now())}", "Accept-Version": "v5.0"}


def make_token(name: str, key: bytes, now: datetime) -> str:
    """A JSON Web Token by HMAC-SHA256 (RFC 7519) with the claims that Ghost wants."""
    issued = int(now.timestamp())
    claims: dict[str, str | int] = {"iat": issued, "exp": issued + TOKEN_S, "aud": "/admin/"}
    signed = f"{_encode({'alg': 'HS256', 'typ': 'JWT', 'kid': name})}.{_encode(claims)}"
    signature = hmac.new(key, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{_to_text(signature)}"


class Ghost:
    """Posts or pages of one Ghost; `tags` is the only field.

    Ghost has one version of a published post: what is written to it, readers see. Its check of
    `updated_at` lets old ones pass where only tags are written, so that the post is looked at before.
    """

    def __init__(self, source: Source, api: Api) -> None:
        self._api = api
        self._kind = check_id(source.options.get("collection", "posts"), NAME)
        self._posts = f"/ghost/api/admin/{self._kind}"

    async def look(self, id: str, locale: str | None) -> Present:  # noqa: A002 - the CMS's word
        """The post as it is now."""
        return _to_present(await self._load(id), locale)

    async def write(self, present: Present, tags: dict[str, tuple[str, ...]], *, publish: bool) -> Present:
        """Replace the tags; ones that are missing are made."""
        refuse_unknown(present, tags, NAME)
        row = await self._load(present.event.id)
        fresh = _to_present(row, present.event.locale)
        refuse_overtaken(present, fresh, NAME)
        if not publish and fresh.event.what != "withdrawn":
            remedy = "Let the source suggest or apply tags."
            raise BadInput(f"Ghost has no drafts of what is published: its tags would be seen. {remedy}")
        wanted = tags.get(FIELD, fresh.tags[FIELD])
        if [name.casefold() for name in wanted] == [name.casefold() for name in fresh.tags[FIELD]]:
            return fresh
        there = {find_text(tag, "name").casefold(): tag for tag in _list_tags(row)}
        written: list[JsonValue] = []
        for name in wanted:
            tag = there.get(name.casefold())
            written.append({"id": tag["id"]} if tag and tag.get("id") else await self._find_tag(name))
        change: JsonValue = {self._kind: [{"tags": written, "updated_at": row.get("updated_at")}]}
        await self._api.send("PUT", f"{self._posts}/{present.event.id}/", change)
        return await self.look(present.event.id, present.event.locale)

    async def list_changed(self, since: datetime | None) -> AsyncIterator[ArticleEvent]:
        """Published posts, without their texts."""

        async def fetch(after: datetime | None, page: int) -> list[ArticleEvent]:
            newer = f"+updated_at:>'{after.astimezone(UTC):%Y-%m-%d %H:%M:%S}'" if after else ""
            wanted: Parameters = {
                "filter": f"status:[published,sent]{newer}",
                "order": "updated_at asc",
                "limit": PAGE,
                "page": page,
                "fields": "id,title,url,updated_at,status",
            }
            answer = get_object(await self._api.get(f"{self._posts}/", wanted), "Ghost's answer")
            return [_to_event(row, None) for row in get_objects(answer.get(self._kind), "Ghost's list of posts")]

        async for event in walk(fetch, since):
            yield event

    async def close(self) -> None:
        """Let go of the connections."""
        await self._api.close()

    async def _load(self, id: str) -> Object:  # noqa: A002 - the CMS's word
        path = f"{self._posts}/{check_id(id, NAME)}/"
        answer = get_object(await self._api.get(path, {"formats": "html,plaintext"}), "Ghost's answer")
        rows = get_objects(answer.get(self._kind), "Ghost's post")
        if not rows:
            raise BadInput("Ghost answers without the post that was asked for. Is this the address of its API?")
        return rows[0]

    async def _find_tag(self, name: str) -> JsonValue:
        """How a tag is named in a write: by its slug where it is there in another spelling, else by its name."""
        slug = "" if name.startswith("#") else make_slug(name)
        if not slug:
            return {"name": name}
        wanted: Parameters = {"filter": f"slug:'{slug}'", "limit": 1, "fields": "id,name,slug"}
        answer = get_object(await self._api.get("/ghost/api/admin/tags/", wanted), "Ghost's answer")
        rows = get_objects(answer.get("tags"), "Ghost's list of tags")
        return {"id": rows[0]["id"]} if rows and find_id(rows[0].get("id")) else {"name": name}


def _to_present(row: Object, locale: str | None) -> Present:
    names = [find_text(tag, "name") for tag in _list_tags(row)]
    tags = {FIELD: tuple(dict.fromkeys(name for name in names if name))}
    return make_present(_to_event(row, locale), tags, find_text(row, "updated_at"))


def _to_event(row: Object, locale: str | None) -> ArticleEvent:
    html, plain = find_text(row, "html"), find_text(row, "plaintext")
    body = make_body("html", html) if html or not plain else make_body("text", plain)
    return make_event(
        NAME,
        what="updated" if find_text(row, "status") in {"published", "sent"} else "withdrawn",
        id=find_id(row.get("id")),
        locale=locale,
        title=find_text(row, "title"),
        url=find_text(row, "url") or None,
        body=body if "html" in row else None,
        updated_at=find_moment(find_text(row, "updated_at")),
    )


def _list_tags(row: Object) -> list[Object]:
    return get_objects(row.get("tags") or [], "Ghost's list of tags")


def _encode(part: dict[str, str | int]) -> str:
    return _to_text(json.dumps(part, separators=(",", ":")).encode())


def _to_text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
