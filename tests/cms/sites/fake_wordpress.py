"""A WordPress as its REST interface was seen to be: terms by id, names as entities, a new version at every write."""

import base64
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

START = datetime(2026, 11, 22, 16, 48, 22, tzinfo=UTC)
PASSWORD = "abcd EFGH 1234 ijkl MNOP 5678"


class FakeWordPress:
    """Posts and terms; `requests` are the writes that came in."""

    def __init__(self) -> None:
        self.terms: dict[str, dict[int, str]] = {
            "tags": {7: "Fish & chips", 8: "Climate policy"},
            "categories": {1: "News"},
        }
        self.posts: dict[int, dict[str, Any]] = {}
        self.writes: list[tuple[str, object]] = []
        self.drops: set[str] = set()
        self._ticks = 0
        self._last_term = 100
        self.app = Starlette(
            routes=[
                Route("/wp-json/wp/v2/posts", self._list),
                Route("/wp-json/wp/v2/posts/{id:int}", self._get),
                Route("/wp-json/wp/v2/posts/{id:int}", self._update, methods=["POST"]),
                Route("/wp-json/wp/v2/{taxonomy}", self._list_terms),
                Route("/wp-json/wp/v2/{taxonomy}", self._make_term, methods=["POST"]),
            ]
        )

    def add(
        self, number: int, *, tags: tuple[int, ...] = (), status: str = "publish", title: str = "Fish & chips"
    ) -> None:
        """Put a post there."""
        self.posts[number] = {
            "title": title,
            "tags": list(tags),
            "categories": [1],
            "status": status,
            "at": self._tick(),
        }

    def save(self, number: int) -> None:
        """An editor saves a post."""
        self.posts[number]["at"] = self._tick()

    def _tick(self) -> datetime:
        self._ticks += 1
        return START + timedelta(seconds=self._ticks)

    def _show(self, number: int) -> dict[str, Any]:
        post = self.posts[number]
        return {
            "id": number,
            "modified_gmt": post["at"].replace(tzinfo=None).isoformat(),
            "link": f"https://example.org/{number}/",
            "status": post["status"],
            "title": {"rendered": escape(post["title"]).replace("&#x27;", "&#8217;")},
            "content": {"rendered": f"\n<p>Post {number} on cod.</p>\n", "protected": post.get("protected", False)},
            "tags": post["tags"],
            "categories": post["categories"],
        }

    def _refuse(self, request: Request) -> Response | None:
        sent = request.headers.get("authorization", "")
        pair = base64.b64encode(f"bot:{PASSWORD}".encode()).decode()
        if sent == f"Basic {pair}" or (
            not sent and request.query_params.get("context") != "edit" and request.method == "GET"
        ):
            return None
        return JSONResponse(
            {"code": "incorrect_password", "message": f"The provided password is wrong: {PASSWORD}"}, 401
        )

    async def _get(self, request: Request) -> Response:
        number = request.path_params["id"]
        if refused := self._refuse(request):
            return refused
        if number not in self.posts:
            return JSONResponse({"code": "rest_post_invalid_id", "message": "Invalid post ID."}, 404)
        return JSONResponse(self._show(number))

    async def _list(self, request: Request) -> Response:
        asked = request.query_params
        after = datetime.fromisoformat(asked["modified_after"]) if "modified_after" in asked else None
        found = sorted(
            (
                number
                for number, post in self.posts.items()
                if post["status"] == asked["status"] and (not after or post["at"] > after)
            ),
            key=lambda number: (self.posts[number]["at"], number),
        )
        size, page = int(asked["per_page"]), int(asked["page"])
        if page > 1 and not found[size * (page - 1) :]:
            return JSONResponse({"code": "rest_post_invalid_page_number", "message": "too far"}, 400)
        fields = asked["_fields"].split(",")
        rows = [self._show(number) for number in found[size * (page - 1) : size * page]]
        return JSONResponse([{field: row[field] for field in fields} for row in rows])

    async def _list_terms(self, request: Request) -> Response:
        terms = self.terms.get(request.path_params["taxonomy"])
        if terms is None:
            return JSONResponse({"code": "rest_no_route", "message": "No route was found."}, 404)
        asked = request.query_params
        wanted = {int(part) for part in asked.get("include", "").split(",") if part}
        slug = asked.get("slug")
        rows = [
            {"id": number, "name": escape(name)}
            for number, name in terms.items()
            if (not wanted or number in wanted) and (slug is None or _slug(name) == slug)
        ]
        return JSONResponse(rows[: int(asked.get("per_page", "10"))])

    async def _make_term(self, request: Request) -> Response:
        if refused := self._refuse(request):
            return refused
        terms, name = self.terms[request.path_params["taxonomy"]], (await request.json())["name"]
        self.writes.append((request.url.path, name))
        same = next((number for number, other in terms.items() if other.casefold() == name.casefold()), None)
        if same:
            body = {
                "code": "term_exists",
                "message": "A term with the name exists.",
                "data": {"status": 400, "term_id": same},
            }
            return JSONResponse(body, 400)
        self._last_term += 1
        terms[self._last_term] = name
        return JSONResponse({"id": self._last_term, "name": escape(name)}, 201)

    async def _update(self, request: Request) -> Response:
        if refused := self._refuse(request):
            return refused
        number, change = request.path_params["id"], await request.json()
        self.writes.append((request.url.path, change))
        for field, ids in change.items():
            if not all(isinstance(term, int) for term in ids):
                return JSONResponse({"code": "rest_invalid_param", "message": f"Invalid parameter(s): {field}"}, 400)
            if field not in self.drops:
                self.posts[number][field] = ids
        self.save(number)
        return JSONResponse(self._show(number))


def _slug(name: str) -> str:
    return "-".join(name.casefold().replace("&", " ").split())
