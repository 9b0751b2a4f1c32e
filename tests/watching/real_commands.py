"""Runs commands as people run them, in processes of their own, and gives what they say on each stream."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from typer.testing import CliRunner

from app.cli.program import program
from tests.api.job_app import put_queues
from tests.api.kept_app import write_definitions

PATIENCE_S = 60.0


class Running(NamedTuple):
    """A command that goes on, and the files that its two streams go to."""

    process: subprocess.Popen[bytes]
    out: Path
    err: Path

    def wait_for(self, words: str, times: int = 1) -> str:
        """The last of so many lines of standard error with these words in them."""
        until_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < until_s:
            found = [line for line in self.err.read_text().splitlines(keepends=True) if words in line]
            if len(found) >= times and found[times - 1].endswith("\n"):
                return found[times - 1].rstrip()
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError(f"{words!r} was not said: {self.err.read_text()[-3000:]}")

    def find_url(self, named: str) -> str:
        """The address after this name, as a line of the log tells it."""
        event = json.loads(self.wait_for(named))["event"]
        return str(event).removeprefix(f"{named}: ").rpartition("/")[0]

    def stop(self) -> float:
        """Tell it to end, and the seconds that it took."""
        begun_s = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE_S)
        return time.monotonic() - begun_s

    def read_lines(self) -> list[dict[str, Any]]:
        """Every line of standard error, each of which is one JSON object."""
        return [dict(json.loads(line)) for line in self.err.read_text().splitlines()]


def make_environment(folder: Path, **further: str) -> dict[str, str]:
    """Definitions and a store in a folder, and a log for programs."""
    put_queues(folder)
    return {
        "SCOPENOTE_CATEGORIES": str(write_definitions(folder / "definitions")),
        "SCOPENOTE_DATABASE_URL": f"sqlite:///{folder / 'store.db'}",
        "SCOPENOTE_JUDGE": "local",
        "SCOPENOTE_LOG_FORMAT": "json",
        "XDG_DATA_HOME": str(folder / "data"),
        "HOME": str(folder),
        "PATH": os.defpath,
        **further,
    }


def call(environment: Mapping[str, str], *arguments: str) -> str:
    """What a command that is soon over writes to standard output."""
    result = CliRunner().invoke(program, list(arguments), env=dict(environment))
    assert result.exit_code == 0, result.stderr
    return result.stdout


@contextmanager
def running(folder: Path, environment: Mapping[str, str], *arguments: str) -> Iterator[Running]:
    """A command that goes on until it is told to stop."""
    out, err = folder / f"{arguments[0]}.out", folder / f"{arguments[0]}.err"
    command = [sys.executable, "-m", "app", *arguments]
    with (
        out.open("wb") as to_out,
        err.open("wb") as to_err,
        subprocess.Popen(command, stdout=to_out, stderr=to_err, env=dict(environment)) as process,  # noqa: S603 - ours
    ):
        try:
            yield Running(process, out, err)
        finally:
            process.kill()
