"""Owns running the command line of Scopenote in processes of its own, with settings that are not the user's."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.similarity.embedding import PACKAGE

ROOT = Path(__file__).parent.parent
WITHOUT_EMBEDDINGS = f"import runpy, sys; sys.modules[{PACKAGE!r}] = None; runpy.run_module('app', run_name='__main__')"
"""Runs the command line as if the package with the embedding model were not installed."""
NO_SETTINGS: Mapping[str, str] = {}


class CommandFailed(Exception):
    """A command of ours ended otherwise than it should; with what it said."""


@dataclass(frozen=True)
class Commands:
    """How commands are run: all their environment, the file that keeps what they say, and whether they can embed."""

    environment: Mapping[str, str]
    log: Path
    embeddings: bool

    def run(
        self,
        command: tuple[str, ...],
        settings: Mapping[str, str] = NO_SETTINGS,
        watch: Callable[[int], None] | None = None,
    ) -> str:
        """What a command prints, run to its end with settings by their names in lower case.

        `watch` is given its process id a few times a second.

        Raises:
            CommandFailed: its exit code is not 0.
        """
        with tempfile.TemporaryFile() as told, tempfile.TemporaryFile() as said:
            with self._start(command, settings, said, told) as process:
                while (code := process.poll()) is None:
                    if watch:
                        watch(process.pid)
                    time.sleep(0.3 if watch else 0.02)
            told.seek(0)
            said.seek(0)
            if code:
                raise CommandFailed(f"{' '.join(command)} ended with {code}: {said.read().decode()[-2000:]}")
            return told.read().decode()

    @contextmanager
    def running(self, command: tuple[str, ...]) -> Iterator[subprocess.Popen[bytes]]:
        """A command that runs during the block, killed at its end if it still lives then."""
        with self.log.open("ab") as log, self._start(command, NO_SETTINGS, log, subprocess.DEVNULL) as process:
            try:
                yield process
            finally:
                process.kill()

    def _start(
        self,
        command: tuple[str, ...],
        settings: Mapping[str, str],
        errors: "subprocess._FILE",
        output: "subprocess._FILE",
    ) -> subprocess.Popen[bytes]:
        program = ("-m", "app") if self.embeddings else ("-c", WITHOUT_EMBEDDINGS)
        more = {f"SCOPENOTE_{name.upper()}": value for name, value in settings.items()}
        return subprocess.Popen(
            [sys.executable, *program, *command],
            cwd=ROOT,
            env={**self.environment, **more},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
        )
