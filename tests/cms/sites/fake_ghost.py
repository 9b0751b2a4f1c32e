"""A Ghost as its Admin interface was seen to be: tokens checked, `updated_at` wanted and not looked at for tags."""

import base64
import hashlib
import hmac
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

KEY_ID = "6b031cfc9193f30d3b17b85d"
SECRET = "5f" * 32
KEY = f"{KEY_ID}:{SECRET}"
POST = "6b031ffcd656575506183f39"
START = datetime(2026, 11, 22, 17, 1, 50, tzinfo=UTC)


class FakeGhost:
    """Posts and tags. `now` is its clock, by which tokens run out."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.tags = {"t1": "Energy", "t2": "Climate policy", "t3": "#auto-tagged"}
        self.posts: dict[str, dict[str, Any]] = {}
        self.writes: list[Any] = []
        self.app = Starlette(
            routes=[
                Route("/ghost/api/admin/posts/", self._list),
                Route("/ghost/api/admin/posts/{id}/", self._get),
                Route("/ghost/api/admin/posts/{id}/", self._edit, methods=["PUT"]),
                Route("/ghost/api/admin/tags/", self._find_tags),
            ]
        )
        self.add(POST, tags=["t1", "t3"])

    def add(self, name: str, *, tags: list[str] | None = None, status: str = "published", at: datetime = START) -> None:
        """Put a post there."""
        self.posts[name] = {"tags": tags or [], "status": status, "updated_at": at, "title": "Wind &amp; power"}

    def _show(self, name: str) -> dict[str, Any]:
        post = self.posts[name]
        return {
            "id": name,
            "title": post["title"],
            "html": "<p>Turbines spin <strong>faster</strong></p>",
            "plaintext": "Turbines spin faster",
            "status": post["status"],
            "url": f"https://example.org/{name}/",
            "updated_at": f"{post['updated_at']:%Y-%m-%dT%H:%M:%S}.000Z",
            "authors": [{"name": "Ed", "email": "a@example.org"}],
            "tags": [{"id": tag, "name": self.tags[tag], "slug": _slug(self.tags[tag])} for tag in post["tags"]],
        }

    def _refuse(self, request: Request) -> Response | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        head, claims, signature = (*token.split("."), "", "", "")[:3]
        meant = hmac.new(bytes.fromhex(SECRET), f"{head}.{claims}".encode(), hashlib.sha256).digest()
        if scheme != "Ghost" or base64.urlsafe_b64encode(meant).rstrip(b"=").decode() != signature:
            return _error(401, "Invalid token: invalid signature")
        said, known = _decode(claims), _decode(head)
        is_good = (
            known == {"alg": "HS256", "typ": "JWT", "kid": KEY_ID}
            and said["aud"] == "/admin/"
            and said["exp"] - said["iat"] <= 300
            and said["iat"] <= self.now.timestamp() < said["exp"]
        )
        return None if is_good else _error(401, "Invalid token")

    async def _get(self, request: Request) -> Response:
        name = request.path_params["id"]
        if refused := self._refuse(request):
            return refused
        if name not in self.posts:
            return _error(404, "Resource not found error, cannot read post.")
        return JSONResponse({"posts": [self._show(name)]})

    async def _list(self, request: Request) -> Response:
        if refused := self._refuse(request):
            return refused
        asked = request.query_params
        found = re.fullmatch(r"status:\[published,sent\](?:\+updated_at:>'([^']+)')?", asked["filter"])
        assert found is not None
        after = datetime.fromisoformat(found[1]).replace(tzinfo=UTC) if found[1] else None
        names = sorted(
            (
                name
                for name, post in self.posts.items()
                if post["status"] == "published" and (after is None or post["updated_at"] > after)
            ),
            key=lambda name: self.posts[name]["updated_at"],
        )
        size, page = int(asked["limit"]), int(asked["page"])
        rows = [self._show(name) for name in names[size * (page - 1) : size * page]]
        return JSONResponse({"posts": [{field: row[field] for field in asked["fields"].split(",")} for row in rows]})

    async def _find_tags(self, request: Request) -> Response:
        if refused := self._refuse(request):
            return refused
        slug = request.query_params["filter"].removeprefix("slug:'").removesuffix("'")
        rows = [{"id": tag, "name": name, "slug": slug} for tag, name in self.tags.items() if _slug(name) == slug]
        return JSONResponse({"tags": rows})

    async def _edit(self, request: Request) -> Response:
        if refused := self._refuse(request):
            return refused
        [change] = (await request.json())["posts"]
        self.writes.append(change)
        if "updated_at" not in change:
            return _error(422, "Validation error, cannot edit post.")
        post = self.posts[request.path_params["id"]]
        post["tags"] = [tag["id"] if "id" in tag else self._find_or_make(tag["name"]) for tag in change["tags"]]
        return JSONResponse({"posts": [self._show(request.path_params["id"])]})

    def _find_or_make(self, name: str) -> str:
        same = next((tag for tag, other in self.tags.items() if other.casefold() == name.casefold()), None)
        if same is None:
            same = f"t{len(self.tags) + 1}"
            self.tags[same] = name
        return same

    def rest(self) -> None:
        """Let a token's time pass."""
        self.now += timedelta(minutes=6)


def _slug(name: str) -> str:
    return f"hash-{name[1:]}" if name.startswith("#") else "-".join(name.casefold().split())


def _error(status: int, message: str) -> Response:
    return JSONResponse({"errors": [{"message": message, "context": None}]}, status)


def _decode(part: str) -> dict[str, Any]:
    decoded: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return decoded
