"""Owns the protocol of the batch wire: one call about files or batches at one server, no second one."""

from collections.abc import AsyncGenerator, Mapping
from datetime import datetime
from typing import BinaryIO, Literal, Protocol

from pydantic import NonNegativeInt

from app.domain.value import Value

BatchStatus = Literal[
    "validating", "in_progress", "finalizing", "cancelling", "completed", "failed", "expired", "cancelled"
]
ENDED: frozenset[BatchStatus] = frozenset({"completed", "failed", "expired", "cancelled"})
"""Nothing happens to such a batch any more. A failed one was refused as a whole: none of its lines were run."""


class BatchFault(Value):
    """Why a batch was refused. `line` counts from 1 in its file, None where no line is meant."""

    code: str
    message: str
    line: int | None = None


class ServerBatch(Value):
    """A batch as its server tells it; `label` is what we wrote on it when it was created, "" where nothing.

    Both files may be missing: one holds the answers, the other the lines that got none.
    """

    id: str
    status: BatchStatus
    label: str
    created_at: datetime
    output_file: str | None = None
    error_file: str | None = None
    total: NonNegativeInt = 0
    done: NonNegativeInt = 0
    failed: NonNegativeInt = 0
    faults: tuple[BatchFault, ...] = ()


class BatchPage(Value):
    """Some of a server's batches, newest first. `after` asks for the next ones, None where there are no more."""

    batches: tuple[ServerBatch, ...]
    after: str | None


class BatchWire(Protocol):
    """Files and batches at one server, for one model. `server` is its base URL without credentials.

    Every call raises `AttemptFailed`, whose kind says what may help, where it comes to nothing.
    """

    name: str
    server: str

    async def upload(self, file: BinaryIO, filename: str) -> str:
        """The id of the file that these bytes are now at the server; it is let go there after some days."""
        ...

    async def create(self, file_id: str, label: str, about: Mapping[str, str]) -> ServerBatch:
        """A new batch over an uploaded file. `label` finds it again; `about` stands beside it, for people.

        There is no way to do this once only: where the outcome is unknown, look before doing it again.
        """
        ...

    async def retrieve(self, batch_id: str) -> ServerBatch:
        """The batch as it stands."""
        ...

    async def list_page(self, after: str | None = None) -> BatchPage:
        """The server's batches, newest first, behind the one with the id `after`."""
        ...

    async def cancel(self, batch_id: str) -> ServerBatch:
        """The batch, which is going to end; what was answered until then is paid."""
        ...

    def read_lines(self, file_id: str) -> AsyncGenerator[bytes, None]:
        """The lines of a result file as they come in. One that is longer than any result comes as b""."""
        ...

    async def delete_file(self, file_id: str) -> None:
        """Let go of a file; it is no failure where there is none."""
        ...
