"""A Strapi 5 as it was seen to be: two rows per entry, `status=published` publishes the draft, ids change, relations."""

import re
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

TOKEN = "strapi-api-token"
DOCUMENT = "htl9jt5abofsknto6l1og8uo"
START = datetime(2026, 11, 22, 17, 12, 39, tzinfo=UTC)


class FakeStrapi:
    """Articles in two rows, and tags by their document."""

    def __init__(self) -> None:
        self.tags = {"wk5to5m6": "labour", "wbskodlr": "Climate policy"}
        self.rows: dict[str, dict[str, dict[str, Any]]] = {}
        self.writes: list[tuple[str, str, object]] = []
        self.may_find_tags = self.may_make_tags = True
        self._ticks = 0
        self.app = Starlette(
            routes=[
                Route("/api/articles", self._list),
                Route("/api/articles/{id}", self._get),
                Route("/api/articles/{id}", self._put, methods=["PUT"]),
                Route("/api/tags", self._find_tags),
                Route("/api/tags", self._make_tag, methods=["POST"]),
            ]
        )
        self.add(DOCUMENT, "wk5to5m6")

    def add(self, document: str, *tags: str, published: bool = True, locale: str = "en") -> None:
        """Put an entry there."""
        draft = {"title": "Harbour strike", "slug": "harbour", "locale": locale, "tags": list(tags)}
        self.rows[document] = {"draft": draft}
        self.save(document)
        if published:
            self.publish(document)

    def save(self, document: str, **change: object) -> None:
        """An editor saves the draft."""
        self._ticks += 1
        self.rows[document]["draft"] |= {**change, "at": START + timedelta(seconds=self._ticks)}

    def publish(self, document: str) -> None:
        """The draft becomes what readers see."""
        self.rows[document]["published"] = deepcopy(self.rows[document]["draft"])

    def _show(self, document: str, status: str, *, populated: bool) -> dict[str, Any]:
        self._ticks += 1
        row = self.rows[document][status]
        moment = f"{row['at']:%Y-%m-%dT%H:%M:%S}.000Z"
        shown = {
            "id": self._ticks,
            "documentId": document,
            "title": row["title"],
            "slug": row["slug"],
            "body": [{"type": "paragraph", "children": [{"type": "text", "text": "Ships queue"}]}],
            "locale": row["locale"],
            "updatedAt": moment,
            "publishedAt": moment if status == "published" else None,
        }
        if populated and self.may_find_tags:
            shown["tags"] = [{"documentId": tag, "name": self.tags[tag]} for tag in row["tags"]]
        if populated:
            shown["author"] = {"documentId": "a1", "name": "Ed"}
        return shown

    async def _get(self, request: Request) -> Response:
        if refused := _refuse(request):
            return refused
        document, asked = request.path_params["id"], request.query_params
        row = self.rows.get(document, {}).get(asked["status"])
        if row is None or asked.get("locale", "en") != row["locale"]:
            return _error(404, "Not Found")
        return JSONResponse({"data": self._show(document, asked["status"], populated=asked.get("populate") == "*")})

    async def _list(self, request: Request) -> Response:
        if refused := _refuse(request):
            return refused
        asked = request.query_params
        after = asked.get("filters[updatedAt][$gt]")
        moment = datetime.fromisoformat(after) if after else START
        found = [
            document
            for document, rows in self.rows.items()
            if asked["status"] in rows
            and rows[asked["status"]]["at"] > moment
            and rows[asked["status"]]["locale"] == asked.get("locale", "en")
        ]
        found.sort(key=lambda document: self.rows[document]["published"]["at"])
        size, page = int(asked["pagination[pageSize]"]), int(asked["pagination[page]"])
        some = found[size * (page - 1) : size * page]
        return JSONResponse({"data": [self._show(document, asked["status"], populated=False) for document in some]})

    async def _put(self, request: Request) -> Response:
        if refused := _refuse(request):
            return refused
        document, status = request.path_params["id"], request.query_params.get("status", "published")
        data = (await request.json())["data"]
        self.writes.append((document, status, data))
        tags = self.rows[document]["draft"]["tags"]
        gone, new = data["tags"].get("disconnect", []), data["tags"].get("connect", [])
        self.save(document, tags=[tag for tag in tags if tag not in gone] + [tag for tag in new if tag not in tags])
        if status == "published":
            self.publish(document)
        return JSONResponse({"data": self._show(document, status, populated=False)})

    async def _find_tags(self, request: Request) -> Response:
        if not self.may_find_tags:
            return _error(403, "Forbidden")
        wanted = {
            value.casefold()
            for key, value in request.query_params.items()
            if re.fullmatch(r"filters\[\$or\]\[\d\]\[name\]\[\$eqi\]", key)
        }
        rows = [{"documentId": tag, "name": name} for tag, name in self.tags.items() if name.casefold() in wanted]
        return JSONResponse({"data": rows[: int(request.query_params["pagination[pageSize]"])]})

    async def _make_tag(self, request: Request) -> Response:
        if not self.may_make_tags:
            return _error(403, "Forbidden")
        name = (await request.json())["data"]["name"]
        document = f"new{len(self.tags)}"
        self.tags[document] = name
        return JSONResponse({"data": {"documentId": document, "name": name}}, 201)


def _refuse(request: Request) -> Response | None:
    return (
        None
        if request.headers.get("authorization") == f"Bearer {TOKEN}"
        else _error(401, "Missing or invalid credentials")
    )


def _error(status: int, message: str) -> Response:
    return JSONResponse({"data": None, "error": {"status": status, "name": "Error", "message": message}}, status)
