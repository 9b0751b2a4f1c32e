"""A Wagtail as its interface v3 was seen to be: writes start from the newest draft, fields may not be writable."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

TOKEN = "wagtail_Z2HNmEgh7zeXZTiUIVJQymTkn8k2321cX"
START = datetime(2026, 11, 22, 16, 46, 17, tzinfo=UTC)
EXACT = ("has_unpublished_changes", "live", "latest_revision_created_at")


class FakeWagtail:
    """Pages with their revisions. `shown` are the further fields that `api_fields` name."""

    def __init__(self, *, writable: bool = True, shown: tuple[str, ...] = ()) -> None:
        self.pages: dict[int, dict[str, Any]] = {}
        self.writes: list[dict[str, Any]] = []
        self._writable = writable
        self._shown = shown
        self._ticks = 0
        self.app = Starlette(
            routes=[
                Route("/api/v3/pages/", self._list),
                Route("/api/v3/pages/{id:int}/", self._get),
                Route("/api/v3/pages/{id:int}/", self._patch, methods=["PATCH"]),
                Route("/api/v3/pages/{id:int}/revisions/", self._list_revisions),
            ]
        )

    def add(self, number: int, *tags: str, published: bool = True) -> None:
        """Put a page there."""
        content = {"title": f"Rates {number}", "intro": "", "body": _BODY, "tags": list(tags)}
        self.pages[number] = {
            "published": content,
            "live": published,
            "first": self._now() if published else None,
            "revisions": [],
        }
        self.revise(number)

    def revise(self, number: int, *, publish: bool = False, **change: object) -> None:
        """Save a page's draft, published or not."""
        page = self.pages[number]
        before = page["revisions"][-1]["content"] if page["revisions"] else page["published"]
        self._ticks += 1
        page["revisions"].append({"id": self._ticks, "at": self._now(), "content": {**deepcopy(before), **change}})
        if publish:
            page |= {"published": page["revisions"][-1]["content"], "live": True, "first": page["first"] or self._now()}

    def _now(self) -> datetime:
        return START + timedelta(seconds=self._ticks)

    def _show(self, number: int, content: dict[str, Any]) -> dict[str, Any]:
        page = self.pages[number]
        first = page["first"].isoformat() if page["first"] else None
        more = {
            "has_unpublished_changes": page["published"] != page["revisions"][-1]["content"],
            "live": page["live"],
            "latest_revision_created_at": page["revisions"][-1]["at"].isoformat(),
        }
        meta = {"type": "blog.ArticlePage", "locale": "en", "slug": f"rates-{number}", "first_published_at": first}
        meta["html_url"] = f"https://example.org/rates-{number}/"
        return {
            "id": number,
            "meta": meta,
            **content,
            "tags": sorted(content["tags"]),
            **{name: more[name] for name in self._shown},
        }

    async def _get(self, request: Request) -> Response:
        page = self.pages.get(request.path_params["id"])
        asked = request.query_params
        known = _is_known(request)
        if known is None:
            return _problem(401, "Unauthorized")
        if page is None or not (known or page["live"]):
            return _problem(404, "No Page matches the given query.")
        draft = known and asked.get("version") == "draft"
        content = page["revisions"][-1]["content"] if draft else page["published"]
        shown = self._show(request.path_params["id"], content)
        if asked.get("rich_text_format") != "html":
            shown["body"] = '<embed embedtype="image" id="1"/>'
        return JSONResponse(shown)

    async def _list_revisions(self, request: Request) -> Response:
        if not _is_known(request):
            return _problem(401, "Unauthorized")
        revisions = self.pages[request.path_params["id"]]["revisions"][::-1]
        rows = [{"id": revision["id"], "created_at": revision["at"].isoformat()} for revision in revisions]
        return JSONResponse({"count": len(rows), "items": rows[: int(request.query_params["limit"])]})

    async def _list(self, request: Request) -> Response:
        asked = request.query_params
        if asked["type"] != "blog.ArticlePage" or int(asked["limit"]) > 20:
            return _problem(422, "Validation failed")
        order = asked["order"].removeprefix("-")
        if order not in {"first_published_at", *self._shown}:
            return _problem(422, "Validation failed")

        def find(number: int) -> datetime:
            page = self.pages[number]
            moment: datetime = (
                (page["first"] or START) if order == "first_published_at" else page["revisions"][-1]["at"]
            )
            return moment

        numbers = sorted(self.pages, key=find, reverse=asked["order"].startswith("-"))
        some = numbers[int(asked["offset"]) :][: int(asked["limit"])]
        rows = [self._show(number, self.pages[number]["published"]) for number in some]
        return JSONResponse(
            {"count": len(numbers), "items": [{key: row[key] for key in ("id", "title", "meta")} for row in rows]}
        )

    async def _patch(self, request: Request) -> Response:
        if not _is_known(request):
            return _problem(401, "Unauthorized")
        number, change = request.path_params["id"], await request.json()
        self.writes.append(deepcopy(change))
        publish = (change.pop("meta", None) or {}).get("action") == "publish"
        self.revise(number, publish=publish, **(change if self._writable else {}))
        return JSONResponse(self._show(number, self.pages[number]["revisions"][-1]["content"]))


_BODY = [
    {"type": "heading", "value": "Why", "id": "5b6c"},
    {"type": "paragraph", "value": '<p data-block-key="9a20b">Inflation <b>fell</b> to 2%.</p>', "id": "b9aa"},
]


def _is_known(request: Request) -> bool | None:
    """None for a token that is none of ours."""
    sent = request.headers.get("authorization")
    return False if sent is None else True if sent == f"Bearer {TOKEN}" else None


def _problem(status: int, detail: str) -> Response:
    return JSONResponse({"type": "about:blank", "title": "No", "status": status, "detail": detail}, status)
