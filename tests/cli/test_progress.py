"""The bar over several articles: on a terminal's standard error, and nowhere else."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest


def _watch(arguments: list[str]) -> tuple[bytes, bytes]:
    """Standard output of `scopenote classify`, and what a terminal on standard error showed."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "app", "classify", *arguments, "--judge", "local"]
    environment = {"TERM": "xterm", "COLUMNS": "100"}
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=theirs, env=environment, check=True)  # noqa: S603 - ours
    os.close(theirs)
    shown = b""
    try:
        while chunk := os.read(ours, 65536):
            shown += chunk
    except OSError:  # how Linux says that the other end is closed
        pass
    os.close(ours)
    return done.stdout, shown


@pytest.mark.parametrize(("copies", "bar"), [(3, True), (1, False)])
def test_a_terminal_sees_how_far_it_is(tmp_path: Path, copies: int, bar: bool) -> None:
    definition, articles = tmp_path / "baking.md", tmp_path / "articles"
    definition.write_text("---\ntitle: Baking\ndescription: Bread, pastry and ovens.\n---\n")
    articles.mkdir()
    for number in range(copies):
        (articles / f"{number}.txt").write_text("Bread and pastry come out of ovens.")
    out, shown = _watch([str(articles), "--json", "--categories", str(tmp_path)])
    assert len([json.loads(line) for line in out.splitlines()]) == copies
    assert (f"2/{copies}".encode() in shown) == bar
    assert (b"\x1b" in shown) == bar
