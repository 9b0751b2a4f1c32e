"""Owns files of JSON lines: one article as it would be submitted on each."""

from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from pydantic import ValidationError

from app.errors import BadFile
from app.parsing.submission import Submission

LINES: Final = frozenset({".jsonl", ".ndjson"})
_MARK: Final = b"\xef\xbb\xbf"
_WRITE: Final = 'Write one object per line, with "text", "html" or "markdown", and if you like "id", "title", "url".'


def list_lines(path: Path, *, max_bytes: int) -> Iterator[tuple[str, bytes | BadFile]]:
    """The lines of a file with the names that messages call them by (`path:line`); empty ones are left out.

    No more than one line is in memory, and of one over `max_bytes` only so much.
    """
    try:
        with path.open("rb") as file:
            for number, line in enumerate(_cut(file, max_bytes), start=1):
                bare = (line.removeprefix(_MARK) if number == 1 else line).strip()
                if len(line) > max_bytes:
                    remedy = "Shorten it, or raise SCOPENOTE_MAX_BODY_BYTES."
                    yield f"{path}:{number}", BadFile(path, f"is over {max_bytes:,} bytes", remedy, line=number)
                elif bare:
                    yield f"{path}:{number}", bare
    except OSError as error:
        remedy = "Let it be read, or leave it out."
        yield str(path), BadFile(path, f"cannot be read: {error.strerror}", remedy)


def read_line(line: bytes, name: str) -> Submission:
    """The article on a line, as it was submitted.

    Raises:
        BadFile: it is none.
    """
    try:
        return Submission.model_validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(map(str, first["loc"])) or None
        raise BadFile(name, first["msg"].removeprefix("Value error, "), _WRITE, field=field) from error


def _cut(file: IO[bytes], max_bytes: int) -> Iterator[bytes]:
    """Lines without their ends; one that is longer comes one byte longer than allowed."""
    while line := file.readline(max_bytes + 2):
        if not line.endswith(b"\n") and len(line) > max_bytes:
            while (rest := file.readline(1 << 20)) and not rest.endswith(b"\n"):
                pass
        yield line.removesuffix(b"\n")[: max_bytes + 1]
