"""Builds the application that tests of webhooks speak to: the door, a store of its own, and a clock that is set."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import httpx
from fastapi import FastAPI
from pydantic import SecretStr

from app.bootstrap.doors import Doors
from app.cms.adapter import Adapter
from app.cms.kinds import find_adapter
from app.domain.source import CMS, Secret, Source
from app.door.body_limit import BodyLimit
from app.door.problems import add_problem_handlers
from app.store.connection import Connection
from app.store.deliveries import list_deliveries
from app.store.opening import open_database
from app.store.sources import keep_secret, keep_source
from app.webhooks import deliveries, door

NOW = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
MAX_BYTES = 200_000
KEY = b"a-24-byte-or-longer-secret"
SECRET = "whsec_" + base64.b64encode(KEY).decode()


class Clock:
    """A clock that says what it was set to."""

    def __init__(self) -> None:
        self.moment = NOW

    def __call__(self) -> datetime:
        return self.moment


@dataclass(frozen=True)
class Door:
    """The application's client, and what stands behind it."""

    client: httpx.AsyncClient
    doors: Doors
    clock: Clock

    def add(self, name: str, cms: CMS = "standard", *secrets: str, **options: str) -> Source:
        """A source with these secrets; its own kind of secret where none is given."""
        source = Source(name=name, cms=cms, created_at=NOW, options=options)

        def work(c: Connection) -> None:
            keep_source(c, source)
            for number, value in enumerate(secrets):
                secret = Secret(id=f"{name}-{number}", source=name, use="verify", value=SecretStr(value), added_at=NOW)
                keep_secret(c, secret)

        self.doors.database.write_now(work)
        return source

    def list_kept(self) -> list[tuple[str, str, str]]:
        """Source, state and reason of every delivery that is kept."""
        kept = self.doors.database.read_now(list_deliveries)
        return [(delivery.source, delivery.state, delivery.reason) for delivery in kept]


def build_payload(number: int = 1, text: str = "Bread is baked.", kind: str = "article.published") -> bytes:
    """An article in the form that we recommend."""
    data = {"id": f"a{number}", "title": f"Article {number}", "html": f"<p>{text}</p>", "updated_at": NOW.isoformat()}
    return json.dumps({"type": kind, "timestamp": NOW.isoformat(), "data": data}).encode()


def sign(body: bytes, message: str = "msg_1", *, key: bytes = KEY, at: datetime = NOW) -> dict[str, str]:
    """The headers of Standard Webhooks, by its own words: base64 of HMAC-SHA256 over id, time and body."""
    stamp = str(int(at.timestamp()))
    digest = hmac.new(key, b".".join((message.encode(), stamp.encode(), body)), hashlib.sha256).digest()
    return {
        "content-type": "application/json",
        "webhook-id": message,
        "webhook-timestamp": stamp,
        "webhook-signature": "v1," + base64.b64encode(digest).decode(),
    }


@asynccontextmanager
async def open_door(
    folder: Path, *, address: str = "", change: Callable[[Adapter], Adapter] = lambda adapter: adapter
) -> AsyncIterator[Door]:
    """A door without sources; `change` puts something else in place of every adapter."""
    numbers = count(1)
    clock = Clock()
    database = open_database(f"sqlite:///{folder / 'store.db'}")
    doors = Doors(
        database=database,
        find_adapter=lambda cms: change(find_adapter(cms)),
        now=clock,
        new_id=lambda: f"d{next(numbers)}",
        address=address,
    )
    app = FastAPI()
    app.state.services = SimpleNamespace(database=database, doors=doors)
    for part in (door, deliveries):
        app.include_router(part.router)
    add_problem_handlers(app)
    app.add_middleware(BodyLimit, max_bytes=MAX_BYTES)
    transport = httpx.ASGITransport(app=app)
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            yield Door(client, doors, clock)
    finally:
        doors.close()
        database.close()


def replace_reading(adapter: Adapter, **functions: object) -> Adapter:
    """The adapter with other functions."""
    return replace(adapter, **functions)  # type: ignore[arg-type]
