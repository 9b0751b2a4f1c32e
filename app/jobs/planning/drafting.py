"""Owns the draft of a job: its articles, on disk from the moment they are selected until the job is made."""

import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from app.domain.job import Item


@dataclass(frozen=True, slots=True)
class Draft:
    """An article that is to be worked on. `before` is the id of the decision that stands for it.

    `is_unchanged`: nothing has to be decided, but its tags may have to be written to its file.
    """

    article: str
    digest: str
    path: str | None
    raw: str | None
    before: str | None
    is_unchanged: bool

    def to_item(self, job: str, number: int) -> Item:
        """The item that it is in a job."""
        return Item(
            job=job,
            number=number,
            article=self.article,
            digest=self.digest,
            path=self.path,
            raw=self.raw,
            before=self.before,
        )


class Drafts:
    """The articles of a job in their order, in a file without a name that is gone when this is closed."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - `close` ends it
        self._digest = sha256()
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Draft]:
        """Every article, from the first; one goes through them at a time."""
        self._file.flush()
        self._file.seek(0)
        for line in self._file:
            yield Draft(*json.loads(line))

    @property
    def digest(self) -> str:
        """Covers which articles with which texts and files these are, and their order."""
        return f"sha256:{self._digest.hexdigest()}"

    def add(self, drafts: Sequence[Draft]) -> None:
        """Put more behind those that are there."""
        for one in drafts:
            row = (one.article, one.digest, one.path, one.raw, one.before, one.is_unchanged)
            self._file.write(json.dumps(row).encode() + b"\n")
            self._digest.update(json.dumps((one.article, one.digest, one.raw)).encode() + b"\n")
            self._length += 1

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
