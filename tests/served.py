"""Runs the service as people run it, in a process of its own, for tests that speak to it over the network."""

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

DEFINITION = "---\ntitle: Baking\ndescription: Bread, pastry and ovens.\n---\n"
PATIENCE_S = 60.0
_TOLD = "Editor's page: "


class Served(NamedTuple):
    """A running service: where it answers, its process, and where what it says goes."""

    url: str
    pid: int
    said: Path

    def measure_mb(self) -> float:
        """The memory that it holds."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1_000


@contextmanager
def serve(folder: Path, environment: Mapping[str, str]) -> Iterator[Served]:
    """`scopenote serve` over one definition, with a store in this folder, on any free port."""
    definitions, said = folder / "definitions", folder / "said.txt"
    definitions.mkdir()
    (definitions / "baking.md").write_text(DEFINITION)
    chosen = {
        "SCOPENOTE_CATEGORIES": str(definitions),
        "SCOPENOTE_DATABASE_URL": f"sqlite:///{folder}/store.db",
        "SCOPENOTE_JUDGE": "local",
        **environment,
    }
    command = [sys.executable, "-m", "app", "serve", "--host", "127.0.0.1", "--port", "0"]
    with said.open("w") as log, subprocess.Popen(command, stderr=log, stdout=log, env=chosen) as process:  # noqa: S603 - ours
        try:
            yield Served(_wait_for_address(said, process), process.pid, said)
        finally:
            process.terminate()


def _wait_for_address(said: Path, process: subprocess.Popen[bytes]) -> str:
    until_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < until_s and process.poll() is None:
        told = [line for line in said.read_text().splitlines() if line.startswith(_TOLD)]
        if told:
            return told[0].removeprefix(_TOLD).strip().removesuffix("/classify")
        time.sleep(0.05)
    raise AssertionError(f"the service did not start: {said.read_text()[-2000:]}")
