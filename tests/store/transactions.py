"""A connection to an empty store on each database, of which nothing is left behind: cheaper than a store per test."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from app.store.address import read_address
from app.store.connection import Connection
from app.store.engines import make_engines
from app.store.opening import open_database
from tests.servers.postgres import make_database


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def _shared_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('shared')}/store.db"
        return
    server, template = (request.getfixturevalue(name) for name in ("postgres_url", "_postgres_template"))
    with make_database(server, template=template) as url:
        yield url


@pytest.fixture(scope="session")
def _shared_engine(_shared_url: str) -> Iterator[sa.Engine]:
    open_database(_shared_url).close()
    writer, _ = make_engines(read_address(_shared_url), patience_s=5)
    yield writer
    writer.dispose()


@pytest.fixture
def connection(_shared_engine: sa.Engine) -> Iterator[Connection]:
    """An empty store, inside a transaction that is rolled back."""
    with _shared_engine.connect() as connection:
        transaction = connection.begin()
        yield connection
        transaction.rollback()
