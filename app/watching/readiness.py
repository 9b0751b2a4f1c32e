"""Owns readiness: whether requests can be answered and work gets done, part by part, and what to do where not."""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable
from typing import Final, Literal

from app.domain.category import Taxonomy
from app.domain.value import Value
from app.errors import ScopenoteError
from app.llm.queue.scheduler import Scheduler
from app.store.database import Database
from app.store.standing import try_writing

PATIENCE_S: Final = 3.0
"""How long the database may take: whoever asks whether all is well does not wait for long."""

_LOG = logging.getLogger(__name__)

PartName = Literal["database", "taxonomy", "model", "worker"]
State = Literal["ok", "degraded", "failed"]


class Part(Value):
    """One part, and what is to be done about it where it is not "ok". Degraded: there is a way around it."""

    name: PartName
    state: State
    says: str


class Readiness:
    """Looks at all parts. `find_scheduler` gives the one of the LLM, None where none judges.

    `stands_in`: the local judge answers while the LLM cannot, so that its absence is no reason to
    send requests elsewhere.
    """

    def __init__(
        self,
        database: Database,
        find_taxonomy: Callable[[], Taxonomy],
        find_scheduler: Callable[[], Scheduler | None],
        has_worker: Callable[[], Awaitable[bool]],
        *,
        stands_in: bool,
        count_s: Callable[[], float],
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._database = database
        self._find_taxonomy = find_taxonomy
        self._find_scheduler = find_scheduler
        self._has_worker = has_worker
        self._stands_in = stands_in
        self._count_s = count_s
        self._patience_s = patience_s
        self._looking = asyncio.Lock()
        self._found: tuple[Part, ...] = ()
        self._looked_at = -math.inf
        self._said = ""

    async def look(self) -> tuple[Part, ...]:
        """Every part as it is now. Those who ask while somebody looks share the next look, however many they are."""
        came_at = self._count_s()
        async with self._looking:
            if self._looked_at < came_at:
                self._looked_at = self._count_s()
                database = await self._look_at_database()
                worker = await self._look_at_worker(database)
                self._found = database, self._look_at_taxonomy(), self._look_at_model(), worker
            return self._found

    async def _look_at_database(self) -> Part:
        try:
            async with asyncio.timeout(self._patience_s):
                await self._database.write(try_writing)
        except TimeoutError:
            says = f"it was not written within {self._patience_s:g} s. See whether another process holds it"
            return Part(name="database", state="failed", says=says)
        except ScopenoteError as error:
            # Whoever asks has shown no key: where the store lies is for the log, once for each reason.
            if self._said != str(error):
                self._said = str(error)
                _LOG.warning("The service is not ready: %s", error)
            says = "it cannot be written. The service's log says why, and what to do"
            return Part(name="database", state="failed", says=says)
        self._said = ""
        return Part(name="database", state="ok", says="it can be read and written")

    def _look_at_taxonomy(self) -> Part:
        """Always there: a service without any category does not start, and none takes its place by reloading."""
        return Part(name="taxonomy", state="ok", says=f"{len(self._find_taxonomy().categories):,} in all")

    def _look_at_model(self) -> Part:
        scheduler = self._find_scheduler()
        if scheduler is None:
            return Part(name="model", state="ok", says="the local judge decides")
        # Once it may be tried again it is asked: by requests that come here, if they do.
        if scheduler.circuit.measure_wait(self._count_s()) == 0.0:
            return Part(name="model", state="ok", says="the LLM is asked")
        why = f"the LLM is left alone for now ({scheduler.circuit.reason.kind})"
        if self._stands_in:
            return Part(name="model", state="degraded", says=f"{why}; the local judge stands in")
        says = f"{why}, and nobody stands in. Mend what its kind says, or set SCOPENOTE_JUDGE=auto"
        return Part(name="model", state="failed", says=says)

    async def _look_at_worker(self, database: Part) -> Part:
        if database.state == "failed":
            return Part(name="worker", state="degraded", says="it is not known while the database is away")
        try:
            async with asyncio.timeout(self._patience_s):
                alive = await self._has_worker()
        except (TimeoutError, ScopenoteError):
            return Part(name="worker", state="failed", says="its signs of life cannot be read")
        if not alive:
            says = "none gives a sign of life, so that deliveries and jobs wait. Start `scopenote worker` or `serve`"
            return Part(name="worker", state="failed", says=says)
        return Part(name="worker", state="ok", says="one is at work")
