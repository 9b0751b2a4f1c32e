"""A Directus as it was seen to be: items as they are, `date_updated` only after a change, 503 under pressure."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

TOKEN = "directus-static-token"
START = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)


class FakeDirectus:
    """Articles by their key. `busy` is how many requests are refused first."""

    def __init__(self) -> None:
        self.items: dict[str, dict[str, Any]] = {}
        self.writes: list[object] = []
        self.busy = 0
        self.may_write = True
        self._ticks = 0
        self.app = Starlette(
            routes=[
                Route("/items/articles", self._list),
                Route("/items/articles/{id}", self._patch, methods=["PATCH"]),
            ]
        )
        self.add("1", "agriculture")

    def add(self, key: str, *tags: str, status: str = "published") -> None:
        """Put an item there."""
        self.items[key] = {
            "id": int(key),
            "status": status,
            "title": 'Grain "exports" rise',
            "body": "<p>Wheat &amp; <b>maize</b></p>",
            "slug": f"grain/{key}",
            "tags": list(tags) or None,
            "categories": [4, 5],
            "date_created": self._now(),
            "date_updated": None,
        }

    def save(self, key: str, **change: object) -> None:
        """Somebody saves an item."""
        self.items[key] |= {**change, "date_updated": self._now()}

    def _now(self) -> str:
        self._ticks += 1
        return f"{START + timedelta(seconds=self._ticks):%Y-%m-%dT%H:%M:%S}.000Z"

    def _refuse(self, request: Request) -> Response | None:
        if self.busy:
            self.busy -= 1
            return _error(503, "Under pressure", {"Retry-After": "2"})
        return (
            None
            if request.headers.get("authorization") == f"Bearer {TOKEN}"
            else _error(401, "Invalid user credentials.")
        )

    async def _list(self, request: Request) -> Response:
        if refused := self._refuse(request):
            return refused
        asked = request.query_params
        which = json.loads(asked["filter"])
        rows = [item for item in self.items.values() if all(_holds(item, part) for part in which.get("_and", [which]))]
        rows.sort(key=lambda item: str(item[asked.get("sort", "id")]))
        size, page = int(asked["limit"]), int(asked.get("page", 1))
        return JSONResponse({"data": rows[size * (page - 1) : size * page]})

    async def _patch(self, request: Request) -> Response:
        if refused := self._refuse(request):
            return refused
        if not self.may_write:
            words = 'You don\'t have permission to access collection "articles" or it does not exist. Queried in root.'
            return _error(403, words)
        change = await request.json()
        self.writes.append(change)
        self.save(request.path_params["id"], **change)
        return JSONResponse({"data": self.items[request.path_params["id"]]})


def _holds(item: dict[str, Any], condition: dict[str, dict[str, Any]]) -> bool:
    [(field, test)] = condition.items()
    [(operator, value)] = test.items()
    if operator == "_eq":
        return bool(str(item[field]) == value)
    if operator in {"_null", "_nnull"}:
        return (item[field] is None) == (operator == "_null")
    return item[field] is not None and datetime.fromisoformat(item[field]) > datetime.fromisoformat(value)


def _error(status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"errors": [{"message": message, "extensions": {"code": "NO"}}]}, status, headers)
