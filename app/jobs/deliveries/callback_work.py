"""Owns the worker of callbacks: each is sent until the receiver has it, wants no more, or the tries are used up."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import httpx

from app.domain.source import Source
from app.errors import Damaged, NotKept, StoreUnavailable
from app.fetching.connecting import Resolve
from app.jobs.deliveries.calling import MOST_WAIT_S, TIMEOUT_S, Answer, call
from app.jobs.deliveries.options import allows_private
from app.jobs.deliveries.pace import DeliveryPace
from app.jobs.deliveries.receivers import tell_host, tell_place
from app.jobs.deliveries.troubles import Troubles
from app.store.callbacks import Callback, CallbackState, claim_callbacks, settle_callback, stop_callbacks
from app.store.connection import Connection
from app.store.database import Database
from app.store.sources import keep_source, list_secrets, load_source

SCHEDULE_S: Final = (5.0, 300.0, 1800.0, 7200.0, 18_000.0, 36_000.0)
"""From each try that failed to the next; the first comes at once, and there is one more than there are waits."""
HOLD = timedelta(seconds=6 * TIMEOUT_S)
"""For as long a callback is this worker's; after it, a worker that died meanwhile is taken for granted."""
AT_ONCE: Final = 8

_LOG = logging.getLogger(__name__)


class CallbackWork:
    """Sends what is due, beside the workers of other processes. `woken` is set where something was queued."""

    def __init__(
        self,
        database: Database,
        *,
        transport: httpx.AsyncBaseTransport,
        resolve: Resolve,
        woken: asyncio.Event,
        pace: DeliveryPace,
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._transport = transport
        self._resolve = resolve
        self._woken = woken
        self._pace = pace
        self._now = now
        self._troubles = Troubles(now)
        self._looking: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to send."""
        self._looking = asyncio.create_task(self._look())

    async def close(self) -> None:
        """Send nothing more. What was under way is sent again by whoever comes next, under the same id."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    async def send_due(self) -> int:
        """Send what is due now, some at the same time; how many those were.

        Raises:
            StoreUnavailable: the store cannot be reached; what was sent meanwhile may be sent again.
        """
        now = self._now()
        claimed = await self._database.write(lambda c: claim_callbacks(c, now, now + HOLD, limit=AT_ONCE))
        results = await asyncio.gather(*(self._send(one) for one in claimed), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result
        return len(claimed)

    async def _look(self) -> None:
        is_away = False
        while True:
            self._woken.clear()
            sent = 0
            try:
                sent = await self.send_due()
                is_away = False
            except StoreUnavailable as error:
                if not is_away:
                    _LOG.warning("Callbacks cannot be looked for: %s", error)
                is_away = True
            except Exception:  # noqa: BLE001 - no callback would be sent any more
                _LOG.exception("Sending callbacks failed, and goes on")
            if not sent:
                await self._rest()

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(self._pace.callback_poll_s):
                await self._woken.wait()
        except TimeoutError:
            return

    async def _send(self, callback: Callback) -> None:
        try:
            source = await self._database.read(lambda c: load_source(c, callback.source))
        except (NotKept, Damaged) as error:
            await self._settle(callback, "stopped", str(error))
            return
        if source.callback is None:
            await self._settle(callback, "stopped", "The source has no callback any more.")
            return
        url, now = source.callback, self._now()
        secrets = await self._database.read(lambda c: list_secrets(c, source.name, "callback", now))
        answer = await call(
            callback,
            url,
            [secret.value for secret in secrets],
            transport=self._transport,
            resolve=self._resolve,
            allows_private=allows_private(source),
            now=now,
        )
        if answer.fate == "gone":
            await self._stop(callback, source, url)
        else:
            await self._settle_answer(callback, answer, tell_host(url))

    async def _settle_answer(self, callback: Callback, answer: Answer, host: str) -> None:
        if answer.fate == "taken":
            await self._settle(callback, "done", "")
            return
        if callback.tries > len(SCHEDULE_S):
            reason = f"Given up after {callback.tries} tries. {answer.reason}"
            self._troubles.tell_dead(callback.model_copy(update={"reason": reason}), host)
            await self._settle(callback, "dead", reason)
            return
        wait_s = min(max(SCHEDULE_S[callback.tries - 1], answer.wait_s or 0.0), MOST_WAIT_S)
        due_at = self._now() + timedelta(seconds=wait_s)
        later = callback.model_copy(update={"due_at": due_at, "reason": answer.reason})
        self._troubles.tell_callback(later, host)
        await self._database.write(lambda c: settle_callback(c, later))

    async def _settle(self, callback: Callback, state: CallbackState, reason: str) -> None:
        settled = callback.model_copy(update={"state": state, "reason": reason})
        await self._database.write(lambda c: settle_callback(c, settled))

    async def _stop(self, callback: Callback, source: Source, url: str) -> None:
        reason = (
            f"{tell_place(url)} answered 410: it wants no more, so the source has no callback since. "
            "Give it one again, then send what was stopped again."
        )
        _LOG.warning("Callbacks of %s are stopped: %s", source.name, reason)
        await self._database.write(lambda c: _stop(c, callback, url, reason))


def _stop(c: Connection, callback: Callback, url: str, reason: str) -> None:
    source = load_source(c, callback.source)
    settle_callback(c, callback.model_copy(update={"state": "stopped", "reason": reason}))
    if source.callback == url:  # else it was given another meanwhile
        keep_source(c, source.model_copy(update={"callback": None}))
        stop_callbacks(c, source.name, reason)
