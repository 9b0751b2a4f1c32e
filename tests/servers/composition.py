"""Owns composing what asks a server of ours: the real classifier, with a ledger and a clock of the test's."""

import asyncio
import random
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path

from app.bootstrap.asking import ModelInUse
from app.domain.attempt import Allow, Attempt
from app.judges.turns import Turns
from app.llm.asking import build_asker
from app.llm.clock import Clock, SystemClock
from app.llm.queue.scheduler import Limits
from app.llm.server.capabilities import Capabilities
from app.llm.server.capability_memory import CapabilityMemory
from app.llm.server.openai_wire import OpenAIWire
from app.llm.spending.budgets import Caps
from app.prompting.composing import Composer
from app.prompting.counting import Counter
from app.store.database import Database
from app.store.ledger import SQLLedger

PROMPTS = Path(__file__).parents[2] / "prompts"
MODEL = "faulty-1"


class QuickClock:
    """A clock on which seconds pass faster, so that what waits a second waits a moment."""

    def __init__(self, times: float) -> None:
        self._times = times

    def now(self) -> datetime:
        """See `Clock.now`."""
        return datetime.now(UTC)

    def count(self) -> float:
        """See `Clock.count`."""
        return time.monotonic() * self._times

    async def sleep(self, seconds: float) -> None:
        """See `Clock.sleep`."""
        await asyncio.sleep(seconds / self._times)


class WholeLedger(SQLLedger):
    """The ledger in a store, with every attempt as it stands now, by its id, and every entry in the order it was made.

    Only what this process writes is in the two.
    """

    def __init__(self, database: Database) -> None:
        super().__init__(database, lambda: datetime.now(UTC))
        self.attempts: dict[str, Attempt] = {}
        self.entries: list[Attempt] = []

    async def open(self, attempt: Attempt, allow: Allow) -> None:
        """See `Ledger.open`."""
        await super().open(attempt, allow)
        self._note(attempt)

    async def close(self, attempt: Attempt) -> None:
        """See `Ledger.close`."""
        try:
            await super().close(attempt)
        finally:  # also for whoever is called off in there
            self._note(attempt)

    def _note(self, attempt: Attempt) -> None:
        self.attempts[attempt.id] = attempt
        self.entries.append(attempt)


def open_model_at(
    base_url: str,
    *,
    counter: Counter,
    ledger: WholeLedger,
    timeout_s: float,
    clock: Clock | None = None,
    in_flight: int = 16,
    seed: int = 7,
) -> ModelInUse:
    """A model at this server, with nothing kept but in its ledger. `seed` is that of the jitter."""
    clock = clock or SystemClock()
    wire = OpenAIWire(MODEL, api_key="none", base_url=base_url)
    composer = Composer(PROMPTS, secret=b"a secret of thirty-two bytes, no")
    capabilities = Capabilities(wire.server, wire.name, CapabilityMemory(None), clock.now, probe_text=composer.probe)
    asker = build_asker(
        wire,
        capabilities,
        ledger,
        clock,
        random=random.Random(seed).random,
        new_id=lambda: uuid.uuid4().hex,
        limits=Limits(max_concurrency=in_flight),
        caps=Caps(),
        price=None,
        timeout_s=timeout_s,
    )
    return ModelInUse(
        wire=wire,
        asker=asker,
        composer=composer,
        counter=counter,
        ledger=ledger,
        capabilities=capabilities,
        price=None,
        turns=Turns(),
    )


def build_word_counter() -> Counter:
    """Counts three words as four tokens: as near as a test needs, and at once."""
    return Counter("words", lambda text: len(text.split()) * 4 // 3 + 1, exact=False)
