"""What the tests of the pages share: a marker for those that need a browser, and a client for those that do not."""

from collections.abc import AsyncIterator

import pytest
from httpx import ASGITransport, AsyncClient

from tests.web.page_fakes import FakeServices, build_app


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "browser: drives Chromium; leave out with -m 'not browser'")


@pytest.fixture
def services() -> FakeServices:
    return FakeServices()


@pytest.fixture
async def client(services: FakeServices, anyio_backend: str) -> AsyncIterator[AsyncClient]:
    transport = ASGITransport(build_app(services))
    accept = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    async with AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=accept) as client:
        yield client
