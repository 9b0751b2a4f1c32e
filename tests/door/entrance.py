"""Builds a whole application with keys in its store, and clients of it from near and far."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from fastapi import FastAPI

from app.bootstrap.services import Services
from app.domain.key import Key, Scope
from app.door.key_text import make_key
from app.server import create_app
from app.settings import Settings
from app.store.keys import keep_key
from app.store.opening import open_database
from tests.api.kept_app import build_kept_services

AFAR = "203.0.113.9"
BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
_NUMBERS = itertools.count(1)


def draw(length: int) -> bytes:
    """Bytes that differ from call to call, as random ones do."""
    return next(_NUMBERS).to_bytes(length)


def build_key(name: str = "News", scope: Scope = "classify", **terms: Any) -> tuple[Key, str]:  # noqa: ANN401 - any field
    """A key that holds, and the text that is shown of it."""
    made = make_key(scope, draw)
    now = datetime.now(UTC)
    known = {"id": made.id, "digest": made.digest, "name": name, "scope": scope, "created_at": now - timedelta(days=2)}
    return Key.model_validate(known | terms), made.text


class Entrance:
    """An application and its store; keys are made before the first request, since they are looked up for seconds."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.app: FastAPI = create_app(services)

    def keep(self, name: str = "News", scope: Scope = "classify", **terms: Any) -> str:  # noqa: ANN401 - any field
        """The text of a key that is in the store now."""
        key, text = build_key(name, scope, **terms)
        self.services.database.write_now(lambda c: keep_key(c, key))
        return text

    def ask(self, key: str = "", *, address: str = "127.0.0.1", **headers: str) -> httpx.AsyncClient:
        """A client with a key, from an address."""
        transport = httpx.ASGITransport(app=self.app, client=(address, 4711))
        shown = {"authorization": f"Bearer {key}"} if key else {}
        return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000", headers=shown | headers)

    async def get(self, path: str, key: str = "", *, address: str = "127.0.0.1", **headers: str) -> httpx.Response:
        """What one GET is answered."""
        async with self.ask(key, address=address, **headers) as client:
            return await client.get(path)


@cache
def _make_store() -> bytes:
    """An empty store as it lies on disk, made once for all tests: that takes longer than most of them."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "store.db"
        open_database(f"sqlite:///{path}").close()
        return path.read_bytes()


@asynccontextmanager
async def open_entrance(folder: Path, **settings: Any) -> AsyncIterator[Entrance]:  # noqa: ANN401 - any setting
    """The entrance of an application whose store lies in this folder."""
    (folder / "store.db").write_bytes(_make_store())
    services = await asyncio.to_thread(build_kept_services, folder)
    services.settings = Settings.model_validate(services.settings.model_dump() | settings)
    try:
        yield Entrance(services)
    finally:
        await services.close()
