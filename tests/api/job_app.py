"""Builds the application that tests of jobs speak to: real services, with a worker where one is asked for."""

import json
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

import anyio
import httpx

from app.bootstrap.services import Services
from app.jobs.working.launching import prepare
from app.server import create_app
from app.store.address import find_queues
from app.store.connection import Connection
from app.store.items import load_item, settle_item
from app.store.jobs import set_state
from tests.api.kept_app import ABOUT_GOVERNANCE, build_kept_services
from tests.store.kept_values import NOON

ARTICLES = [
    {"id": "boards", "title": "Boards", "text": ABOUT_GOVERNANCE},
    {"id": "bread", "title": "Bread", "text": "Bread and pastry come out of ovens. The ovens are hot."},
]


@asynccontextmanager
async def open_job_client(folder: Path, *, works: bool = False) -> AsyncIterator[tuple[httpx.AsyncClient, Services]]:
    """A client of the application and its services; `works` starts a worker beside it."""
    services = build_kept_services(folder)
    app = create_app(services)
    transport = httpx.ASGITransport(app=app)
    async with AsyncExitStack() as opened:
        opened.push_async_callback(services.close)
        client = await opened.enter_async_context(
            httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000")
        )
        if works:
            put_queues(folder)
            await opened.enter_async_context(services.working(2))
        yield client, services


async def order(client: httpx.AsyncClient, **more: object) -> Any:  # noqa: ANN401 - JSON
    """The job that is made of two articles sent."""
    answer = await client.post("/jobs", json={"articles": ARTICLES, **more})
    assert answer.status_code == 202, answer.text
    return answer.json()


async def read_events(client: httpx.AsyncClient, job_id: str) -> list[tuple[str, Any]]:
    """What is told about a job until it runs no more."""
    with anyio.fail_after(30):
        answer = await client.get(f"/jobs/{job_id}/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    return read_stream(answer.text)


def read_stream(text: str) -> list[tuple[str, Any]]:
    """The events of a stream, each with its data."""
    blocks = [block.split("\n") for block in text.strip().split("\n\n") if not block.startswith(":")]
    return [(lines[0].removeprefix("event: "), json.loads(lines[1].removeprefix("data: "))) for lines in blocks]


async def park(services: Services, job_id: str, number: int, reason: str) -> None:
    """Have an item of a job fail, as its worker would note it."""

    def work(c: Connection) -> None:
        item = load_item(c, job_id, number)
        settle_item(c, item.model_copy(update={"state": "parked", "tries": 3, "reason": reason}), NOON)

    await services.database.write(work)


async def end(services: Services, job_id: str) -> None:
    """Have a job be done, as its worker would note it."""
    await services.database.write(lambda c: set_state(c, job_id, "done", "", NOON, only_from={"running"}))


@cache
def _prepare_queues() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "jobs.db"
        prepare(f"sqlite:///{path}")
        return path.read_bytes()


def put_queues(folder: Path) -> None:
    """Empty queues where the services look for them; only the first ones' tables are made."""
    path = find_queues(f"sqlite:///{folder / 'store.db'}").removeprefix("sqlite:///")
    Path(path).write_bytes(_prepare_queues())
