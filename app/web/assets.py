"""Owns the pages' static files: read once, served under a URL that changes with their content."""

import hashlib
from pathlib import Path
from typing import Final

from fastapi import APIRouter, FastAPI, HTTPException
from fastapi.responses import Response

from app.domain.value import Value

MEDIA_TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", "": "text/plain"}
"""By suffix; a licence has none."""

FOREVER: Final = "public, max-age=31536000, immutable"


class Asset(Value):
    """One static file. `digest` is what its URL carries."""

    body: bytes
    media_type: str
    digest: str


def _load_assets(folder: Path) -> dict[str, Asset]:
    assets = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in MEDIA_TYPES:
            body = path.read_bytes()
            digest = hashlib.sha256(body).hexdigest()[:12]
            name = path.relative_to(folder).as_posix()
            assets[name] = Asset(body=body, media_type=MEDIA_TYPES[path.suffix], digest=digest)
    return assets


ASSETS: Final = _load_assets(Path(__file__).parent / "static")
"""Every static file by its path under /static; nothing else can be asked for."""

router = APIRouter(include_in_schema=False)


def get_url(name: str) -> str:
    """Where a static file is served, with its digest."""
    return f"/static/{ASSETS[name].digest}/{name}"


@router.get("/static/{digest}/{name:path}")
async def serve_asset(digest: str, name: str) -> Response:
    """One static file, kept by browsers for as long as its content is what the URL says.

    An outdated digest gets today's file, not to be kept: a page that was open over an upgrade works on.
    """
    asset = ASSETS.get(name)
    if asset is None:
        raise HTTPException(404, f"There is no static file {name!r}.")
    caching = FOREVER if digest == asset.digest else "no-cache"
    headers = {"Cache-Control": caching, "X-Content-Type-Options": "nosniff"}
    return Response(asset.body, media_type=asset.media_type, headers=headers)


def mount_assets(app: FastAPI) -> None:
    """Serve the static files under /static."""
    app.include_router(router)
