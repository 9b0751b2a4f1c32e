"""`scopenote worker`: it works on what others ordered, and stops when it is told to."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.archive import Archive, build_archive

PATIENCE_S = 40


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Archive:
    return build_archive(tmp_path, monkeypatch)


def _await_end(archive: Archive, job_id: str) -> str:
    deadline = time.monotonic() + PATIENCE_S
    while (state := archive.read("jobs", "show", job_id)["state"]) == "running" and time.monotonic() < deadline:
        time.sleep(0.2)
    return str(state)


def test_a_worker_does_what_was_ordered_and_stops_when_told(archive: Archive) -> None:
    job_id = archive.detach()
    command = [sys.executable, "-m", "app", "worker", "--at-once", "3"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=archive.environment) as process:  # noqa: S603 - ours
        state = _await_end(archive, job_id)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=PATIENCE_S)
    assert (state, process.returncode) == ("done", 0)
    assert "Working on jobs and deliveries, 3 articles at once." in said
    assert said.splitlines()[-2:] == ["Finishing what was begun.", "Stopped."]


@pytest.mark.parametrize(
    ("environment", "code", "words"),
    [
        pytest.param({"SCOPENOTE_DATABASE_URL": "sqlite:///{file}/store.db"}, 3, "bread.md", id="no store"),
        pytest.param({"SCOPENOTE_JUDGE": "llm"}, 2, "OPENAI_API_KEY", id="no judge"),
    ],
)
def test_a_worker_that_cannot_work_says_why(
    archive: Archive, environment: dict[str, str], code: int, words: str
) -> None:
    filled = {name: value.format(file=archive.bread) for name, value in environment.items()}
    left, _, err = archive.call("worker", env=filled)
    assert left == code
    assert words in err


def test_nothing_at_once_is_refused(archive: Archive) -> None:
    assert archive.call("worker", "--at-once", "0")[0] == 2
