"""Fixtures of the sites' tests: a real server on loopback that plays whichever CMS a test puts on it."""

import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from tests.cms.sites.stage import Stage


@pytest.fixture(scope="session")
def _stage() -> Iterator[Stage]:
    built = Stage("")

    async def play(scope: Scope, receive: Receive, send: Send) -> None:
        assert built.app is not None
        await built.app(scope, receive, send)

    config = uvicorn.Config(play, host="127.0.0.1", port=0, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    built.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    yield built
    server.should_exit = True
    thread.join()


@pytest.fixture
def stage(_stage: Stage) -> Iterator[Stage]:
    """The server, bare."""
    yield _stage
    _stage.app = None
