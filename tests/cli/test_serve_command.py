"""`scopenote serve`: where it listens, what it says of that, and who may reach it."""

import http.client
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from typer.testing import CliRunner

from app.cli.program import program


def _can_listen(host: str) -> bool:
    try:
        socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError:
        return False
    return True


@pytest.fixture(params=["127.0.0.1", "::1"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of the page that a service on any free port names."""
    if not _can_listen(request.param):
        pytest.skip(f"this machine has no {request.param}")
    (tmp_path / "baking.md").write_text("---\ntitle: Baking\ndescription: Bread, pastry and ovens.\n---\n")
    command = [sys.executable, "-m", "app", "serve", "--host", request.param, "--port", "0"]
    environment = {"SCOPENOTE_CATEGORIES": str(tmp_path), "SCOPENOTE_JUDGE": "local", "SCOPENOTE_PORT": "1"}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:  # noqa: S603 - ours
        assert process.stderr is not None
        said = next(line for line in process.stderr if line.startswith("Editor's page: "))
        yield said.removeprefix("Editor's page: ").strip()
        process.terminate()


def _ask(url: str, host: str | None = None) -> int:
    parts = urlsplit(url)
    assert parts.hostname is not None
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
    connection.request("GET", parts.path, headers={"Host": host} if host else {})
    status = connection.getresponse().status
    connection.close()
    return status


def test_port_0_is_any_port_and_the_address_that_is_printed_answers(url: str) -> None:
    assert urlsplit(url).port not in {0, 1, None}
    assert _ask(url) == 200
    assert _ask(url, "evil.example") == 400


def _run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(program, ["serve", *arguments])
    return result.exit_code, result.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "example.org", ""])  # noqa: S104 - refused
def test_other_machines_are_let_in_on_purpose_only(host: str) -> None:
    code, err = _run("--host", host)
    assert code == 2
    assert "SCOPENOTE_ALLOW_OPEN" in err


def test_a_taken_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        code, err = _run("--port", port)
    assert code == 2
    assert port in err
    assert "--port" in err
