"""Fixtures of the jobs' tests: a store in a file, and queues beside it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.jobs.working.launching import prepare
from app.jobs.working.pace import Pace
from app.jobs.working.queues import Queues
from app.store.database import Database
from tests.empty_stores import open_empty_store
from tests.jobs.queue_rows import Rows
from tests.servers.faulty_server import FaultyServer, serve_faults
from tests.servers.postgres import serve_postgres


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a running PostgreSQL server's own database; other databases are made on it."""
    with serve_postgres() as server:
        yield server.get_uri()


@pytest.fixture
def store_url(tmp_path: Path) -> str:
    """Where a store in a file is, or will be."""
    return f"sqlite:///{tmp_path}/store.db"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty store in a file."""
    opened = open_empty_store(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def store(database: Database) -> Database:
    """The same, as the engine's tests call it."""
    return database


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    """A model server of ours, with a Batch API, that goes wrong as it is told to."""
    with serve_faults() as running:
        yield running


@pytest.fixture(scope="session")
def _empty_queues(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("queues") / "jobs.db"
    prepare(f"sqlite:///{path}")
    return path


@pytest.fixture
def jobs_url(tmp_path: Path, _empty_queues: Path) -> str:
    """Where empty queues are, set up already."""
    shutil.copy(_empty_queues, tmp_path / "jobs.db")
    return f"sqlite:///{tmp_path}/jobs.db"


@pytest.fixture
def queues(jobs_url: str) -> Iterator[Queues]:
    """Empty queues, that no worker takes anything from."""
    opened = Queues(jobs_url)
    opened.register(Pace(), at_once=4)
    yield opened
    opened.close()


@pytest.fixture
def rows(jobs_url: str) -> Rows:
    """The tables behind the queues, for what only a worker would do to them."""
    return Rows(Path(jobs_url.removeprefix("sqlite:///")))
