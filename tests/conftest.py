"""What every test stands on: no network beyond this machine, no settings of the person who runs it."""

import os
import socket
from itertools import count
from pathlib import Path

import pytest

LOOPBACK = ("127.0.0.1", "::1", "localhost")


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse connections beyond loopback, so that no test leans on what a user may not have."""
    connect = socket.socket.connect

    def connect_nearby(self: socket.socket, address: object) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6}:
            host = address[0] if isinstance(address, tuple) else address
            assert host in LOOPBACK, f"a test reached for {host!r}"
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", connect_nearby)


@pytest.fixture(autouse=True)
def _own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away the settings of whoever runs the tests."""
    for name in [name for name in os.environ if name.startswith(("SCOPENOTE_", "OPENAI_"))]:  # noqa: TID251 - cleaned, not read
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def _own_folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which every test has its own for data, and all share one for caches."""
    return tmp_path_factory.mktemp("home")


_NUMBERS = count()


@pytest.fixture(autouse=True)
def _no_traces(monkeypatch: pytest.MonkeyPatch, _own_folders: Path) -> None:
    """Keep what is decided, and what it costs, out of the user's folders, and out of other tests' way."""
    monkeypatch.setenv("XDG_DATA_HOME", str(_own_folders / f"data-{next(_NUMBERS)}"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(_own_folders / "cache"))


@pytest.fixture
def anyio_backend() -> str:
    """Async tests run on asyncio."""
    return "asyncio"
