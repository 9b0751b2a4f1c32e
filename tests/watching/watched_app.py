"""Builds a service that is watched from its first moment, over definitions and a store of its own."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cache
from pathlib import Path

import httpx
import pytest

from app.bootstrap.embeddings import find_embeddings
from app.bootstrap.services import Services, build_services
from app.server import create_app
from app.settings import Settings
from app.watching.witness import Witness
from tests.api.job_app import put_queues
from tests.api.kept_app import write_definitions
from tests.beating import give_sign_of_life

_find_embeddings_once = cache(find_embeddings)


@asynccontextmanager
async def open_watched(
    folder: Path, witness: Witness, *, works: bool = False, **settings: object
) -> AsyncIterator[tuple[httpx.AsyncClient, Services]]:
    """A client of the service, and its services; `works`: a worker is beside it, and not its sign of life alone."""
    given = {
        "categories": write_definitions(folder / "definitions"),
        "database_url": f"sqlite:///{folder / 'store.db'}",
        "judge": "local",
        **settings,
    }
    put_queues(folder)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("app.bootstrap.services.find_embeddings", _find_embeddings_once)
        services = build_services(Settings.model_validate(given), witness)
    transport = httpx.ASGITransport(app=create_app(services), raise_app_exceptions=False)
    async with AsyncExitStack() as opened:
        if works:
            await opened.enter_async_context(services.running(2))
        else:
            opened.push_async_callback(services.close)
            give_sign_of_life(services.database)
        yield (
            await opened.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000")),
            services,
        )
