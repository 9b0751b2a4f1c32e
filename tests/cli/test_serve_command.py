"""`scopenote serve`: where it listens, what it says of that, and who may reach it."""

import http.client
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from typer.testing import CliRunner

from app.cli.listening import listen
from app.cli.program import program


def _can_listen(host: str) -> bool:
    try:
        socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError:
        return False
    return True


PATIENCE_S = 40


@contextmanager
def _run_beside(folder: Path, *command: str) -> Iterator[subprocess.Popen[str]]:
    """A command in a process of its own, with a definition and a store in this folder."""
    (folder / "baking.md").write_text("---\ntitle: Baking\ndescription: Bread, pastry and ovens.\n---\n")
    environment = {
        "SCOPENOTE_CATEGORIES": str(folder),
        "SCOPENOTE_DATABASE_URL": f"sqlite:///{folder}/store.db",
        "SCOPENOTE_JUDGE": "local",
        "SCOPENOTE_PORT": "1",
    }
    called = [sys.executable, "-m", "app", *command]
    with subprocess.Popen(called, stderr=subprocess.PIPE, text=True, env=environment) as process:  # noqa: S603 - ours
        yield process
        process.terminate()


@contextmanager
def _serve(folder: Path, host: str = "127.0.0.1") -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A service on any free port, and the address of the page that it names."""
    with _run_beside(folder, "serve", "--host", host, "--port", "0") as process:
        assert process.stderr is not None
        said = next(line for line in process.stderr if line.startswith("Editor's page: "))
        yield said.removeprefix("Editor's page: ").strip(), process


@pytest.fixture(params=["127.0.0.1", "::1"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of the page that a service on any free port names."""
    if not _can_listen(request.param):
        pytest.skip(f"this machine has no {request.param}")
    with _serve(tmp_path, request.param) as (named, _):
        yield named


def _ask(url: str, host: str | None = None, path: str | None = None) -> int:
    parts = urlsplit(url)
    assert parts.hostname is not None
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
    connection.request("GET", path or parts.path, headers={"Host": host} if host else {})
    status = connection.getresponse().status
    connection.close()
    return status


def test_port_0_is_any_port_and_the_address_that_is_printed_answers(url: str) -> None:
    assert urlsplit(url).port not in {0, 1, None}
    assert _ask(url) == 200
    assert _ask(url, "evil.example") == 400


@pytest.mark.parametrize("command", [("serve", "--port", "0"), ("worker",)])
def test_what_cannot_be_begun_is_told_in_one_line_before_a_page_is_announced(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    queues = tmp_path / "store-jobs.db"
    queues.write_text("no database, and long enough to be one " * 200)
    with _run_beside(tmp_path, *command) as process:
        _, said = process.communicate(timeout=PATIENCE_S)
    told = said.splitlines()[-1]
    assert process.returncode == 3
    assert told.startswith(
        f"scopenote: The queues of jobs in {queues} cannot be read. Stop Scopenote and move that file"
    )
    for words in ("Editor's page", "Traceback", "goodbye"):
        assert words not in said


def test_a_service_whose_store_goes_away_says_so_and_stays_up(tmp_path: Path) -> None:
    store, away = tmp_path / "store.db", tmp_path / "away.db"
    with _serve(tmp_path) as (page, process):
        assert _ask(page, path="/readyz") == 200
        store.rename(away)
        assert (_ask(page, path="/readyz"), _ask(page, path="/healthz"), _ask(page)) == (503, 200, 200)
        away.rename(store)
        assert _ask(page, path="/readyz") == 200
        begun_s = time.monotonic()
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, time.monotonic() - begun_s < PATIENCE_S / 2) == (-signal.SIGTERM, True)
    assert "Traceback" not in said
    assert said.splitlines()[-2:] == ["Finishing what was begun.", "Stopped."]


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


def test_with_a_key_other_machines_are_let_in_and_everybody_is_asked_for_one(tmp_path: Path) -> None:
    store = {"SCOPENOTE_DATABASE_URL": f"sqlite:///{tmp_path}/store.db"}
    made = CliRunner().invoke(program, ["keys", "create", "News"], env=store)
    assert made.exit_code == 0
    with _serve(tmp_path, "0.0.0.0") as (url, _):  # noqa: S104 - what is tested
        port = urlsplit(url).port
        assert _ask(f"http://127.0.0.1:{port}/categories") == 401
        assert _ask(f"http://127.0.0.1:{port}/healthz", host="tags.example.org") == 200


def test_no_answer_waits_until_its_head_is_confirmed() -> None:
    with (
        listen("127.0.0.1", 0, "") as listener,
        socket.create_connection(listener.getsockname()),
        listener.accept()[0] as accepted,
    ):
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
