"""Builds an archive of files, the definitions for it and a store of its own, and calls commands on them."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app.bootstrap.embeddings import find_embeddings
from app.cli.program import program
from tests.api.job_app import put_queues
from tests.api.kept_app import ABOUT_GOVERNANCE, write_definitions

_find_embeddings_once = cache(find_embeddings)

BREAD = "---\ntitle: Bread\ntags:\n  - old  # by hand\n---\nBread and pastry come out of ovens. The ovens are hot.\n"
BOARDS = f"---\ntitle: Boards\ntags: []\n---\n{ABOUT_GOVERNANCE}\n"


class Archive:
    """Two files in `content`, and commands over them as somebody calls them in a pipe."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.content = folder / "content"
        self.bread, self.boards = self.content / "bread.md", self.content / "boards.md"
        self.content.mkdir()
        self.bread.write_text(BREAD)
        self.boards.write_text(BOARDS)
        self.environment = {
            "SCOPENOTE_CATEGORIES": str(write_definitions(folder / "definitions")),
            "SCOPENOTE_DATABASE_URL": f"sqlite:///{folder / 'store.db'}",
            "SCOPENOTE_JUDGE": "local",
            "XDG_DATA_HOME": str(folder / "data"),
            "XDG_CACHE_HOME": str(folder / "cache"),
        }
        put_queues(folder)

    def call(self, *arguments: str, env: Mapping[str, str] | None = None) -> tuple[int, str, str]:
        """The exit code of a command, and what it wrote to standard output and to standard error."""
        result = CliRunner().invoke(program, list(arguments), env=self.environment | dict(env or {}))
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.stdout, result.stderr

    def read(self, *arguments: str, code: int = 0) -> Any:  # noqa: ANN401 - JSON
        """The one JSON text that a command writes."""
        left, out, err = self.call(*arguments, "--json")
        assert left == code, err
        return json.loads(out)

    def detach(self, *options: str) -> str:
        """The id of a job over all files that nobody works on yet."""
        code, _, err = self.call("reclassify", str(self.content), "--detach", *options)
        assert code == 0, err
        return str(self.read("jobs", "list")[0]["id"])


def build_archive(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Archive:
    """An archive; the embedding model is loaded once for all tests."""
    monkeypatch.setattr("app.bootstrap.services.find_embeddings", _find_embeddings_once)
    return Archive(folder)
