"""Fixtures of the store's tests: an empty store of their own on each database."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.store.database import Database
from app.store.opening import open_database
from app.store.schema import metadata
from tests.servers.postgres import Server, empty_database, find_name, make_database, serve_postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A running PostgreSQL server; see `tests.servers.postgres.serve_postgres`."""
    with serve_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_url(postgres: Server) -> str:
    """The URL of the running server's own database; other databases are made on it."""
    return postgres.get_uri()


@pytest.fixture(scope="session")
def _postgres_template(postgres_url: str) -> Iterator[str]:
    """The name of an empty store on the server, to be copied."""
    with make_database(postgres_url) as url:
        open_database(url).close()
        yield find_name(url)


@pytest.fixture(scope="session")
def postgres_store(postgres_url: str, _postgres_template: str) -> Iterator[str]:
    """The URL of a store on the server, which tests use one after the other."""
    with make_database(postgres_url, template=_postgres_template) as url:
        yield url


@pytest.fixture(scope="session")
def _sqlite_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of an empty store, to be copied."""
    path = tmp_path_factory.mktemp("store") / "store.db"
    open_database(f"sqlite:///{path}").close()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database of its own without any tables, on each database; slower than `database_url`."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/store.db"
        return
    with make_database(request.getfixturevalue("postgres_url")) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty store, on each database; its tables are not to be altered."""
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("_sqlite_store"), tmp_path / "store.db")
        return f"sqlite:///{tmp_path}/store.db"
    url = str(request.getfixturevalue("postgres_store"))
    empty_database(url, [table.name for table in reversed(metadata.sorted_tables)])
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty store, on each database."""
    opened = open_database(database_url)
    yield opened
    opened.close()
