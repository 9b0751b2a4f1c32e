"""Owns what the parts of a batch job are made with, and the bounds that they keep to."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, PositiveFloat, PositiveInt

from app.domain.value import Value
from app.llm.batch.batch_wire import BatchWire
from app.llm.batch.line_accounts import LineAccounts
from app.llm.clock import Clock
from app.llm.server.capabilities import Capabilities
from app.store.database import Database


class BatchLimits(Value):
    """How much is put into one batch, how many are open at once, and how long is waited for what.

    The API takes 50,000 lines and 200 MB; smaller batches come back sooner, and cost the same.
    `enqueued_tokens` bounds all open batches together, None: until the server says so. `poll_s`
    is the first wait between two looks, `most_poll_s` the longest. `patience_s` is how long a server that
    cannot be reached is tried again, `ending_s` how long a batch that was cancelled is waited for.
    """

    lines: Annotated[int, Field(ge=1, le=50_000)] = 5_000
    bytes: Annotated[int, Field(ge=1_000, le=200_000_000)] = 100_000_000
    open: PositiveInt = 20
    enqueued_tokens: PositiveInt | None = None
    at_once: PositiveInt = 16
    poll_s: PositiveFloat = 1.0
    most_poll_s: PositiveFloat = 60.0
    patience_s: PositiveFloat = 3_600.0
    file_patience_s: PositiveFloat = 60.0
    ending_s: PositiveFloat = 900.0


LIMITS = BatchLimits()


@dataclass(frozen=True)
class BatchMeans:
    """`random` gives 0 to 1, for waits that are not all the same."""

    database: Database
    wire: BatchWire
    accounts: LineAccounts
    capabilities: Capabilities
    clock: Clock
    new_id: Callable[[], str]
    random: Callable[[], float]
    limits: BatchLimits = LIMITS

    @property
    def subject(self) -> str:
        """Whom a message is about."""
        return f"model {self.wire.name!r} at {self.wire.server}"
