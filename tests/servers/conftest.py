"""Fixtures of the servers' own tests."""

from collections.abc import Iterator

import pytest

from tests.servers.llama_server import find_obstacle, serve_llama


@pytest.fixture(scope="session")
def llama_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of a real llama.cpp server with a random model; skips where there can be none."""
    if obstacle := find_obstacle():
        pytest.skip(obstacle)
    with serve_llama(tmp_path_factory.mktemp("llama")) as url:
        yield url
