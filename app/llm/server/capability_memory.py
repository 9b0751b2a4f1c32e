"""Owns what was learned about servers, kept on disk for a day."""

import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, PositiveInt, ValidationError

from app.domain.value import Value
from app.llm.wire import Rung

LIFE = timedelta(days=1)
MAX_FILE_BYTES = 500_000
MAX_ENTRIES = 200
MAX_SERVER = 500
MAX_MODEL = 300

Droppable = Literal[
    "max_tokens",
    "max_completion_tokens",
    "temperature",
    "reasoning_effort",
    "prompt_cache_key",
    "prompt_cache_options",
]
"""The parameters that a question can do without."""


class Known(Value):
    """What one server and model was seen to take, last changed `at`.

    `dropped`: parameters that it refused. `left`: rungs that it refused or did not keep to.
    `proven`: the rung that a probe showed to be kept, None before. `most_output`: see `app.llm.wire.Shape`.
    """

    at: AwareDatetime
    dropped: frozenset[Droppable] = frozenset()
    left: frozenset[Rung] = frozenset()
    proven: Rung | None = None
    most_output: PositiveInt | None = None

    def is_fresh(self, now: datetime) -> bool:
        """Whether it is at most a day old, and not from the future."""
        return timedelta(0) <= now - self.at < LIFE


class _Entry(Value):
    server: Annotated[str, Field(max_length=MAX_SERVER)]
    model: Annotated[str, Field(max_length=MAX_MODEL)]
    known: Known


class _File(Value):
    version: Literal[1] = 1
    entries: Annotated[tuple[_Entry, ...], Field(max_length=MAX_ENTRIES)] = ()


class CapabilityMemory:
    """Remembers by server and model: in a file of `folder`, or as long as it lives where that is None.

    The file is only a convenience: one that cannot be read is taken for empty, and one that cannot
    be written is not complained about. Two processes that write at once lose one's news at most.
    """

    def __init__(self, folder: Path | None) -> None:
        self._path = None if folder is None else folder / "capabilities.json"
        self._kept: dict[tuple[str, str], Known] = {}

    def find(self, server: str, model: str) -> Known | None:
        """What is known, however old it is."""
        return self._kept.get((server, model)) or self._read().get((server, model))

    def keep(self, server: str, model: str, known: Known) -> None:
        """Remember from now on; what is oldest makes room."""
        self._kept = _bound({**self._kept, (server, model): known})
        if self._path is not None and len(server) <= MAX_SERVER and len(model) <= MAX_MODEL:
            _write(self._path, _bound({**self._read(), (server, model): known}))

    def _read(self) -> dict[tuple[str, str], Known]:
        if self._path is None:
            return {}
        try:
            with self._path.open("rb") as file:
                text = file.read(MAX_FILE_BYTES + 1)
            entries = _File.model_validate_json(text).entries if len(text) <= MAX_FILE_BYTES else ()
        except (OSError, ValidationError):
            return {}
        return {(entry.server, entry.model): entry.known for entry in entries}


def _bound(kept: dict[tuple[str, str], Known]) -> dict[tuple[str, str], Known]:
    newest = sorted(kept.items(), key=lambda item: item[1].at, reverse=True)
    return dict(newest[:MAX_ENTRIES])


def _write(path: Path, kept: dict[tuple[str, str], Known]) -> None:
    part: Path | None = None
    try:
        entries = tuple(_Entry(server=server, model=model, known=known) for (server, model), known in kept.items())
        text = _File(entries=entries).model_dump_json(indent=1)
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, suffix=".part", delete=False) as file:
            part = Path(file.name)
            file.write(text)
        part.replace(path)
    except (OSError, ValueError):
        if part is not None:
            part.unlink(missing_ok=True)
