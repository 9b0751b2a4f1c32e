"""Owns the end of a batch: whether it has come, and what each kind of it means."""

from functools import partial

from app.errors import ModelUnavailable, Unavailable
from app.jobs.batches.absorbing import Absorber
from app.jobs.batches.attempts import Attempts
from app.jobs.batches.calls import Caller, stop_batch
from app.jobs.batches.finding import list_labelled
from app.jobs.batches.means import BatchMeans
from app.jobs.batches.pressure import Pressure, is_full
from app.llm.batch.batch_wire import ENDED, BatchFault, ServerBatch
from app.llm.failures import AttemptFailed
from app.llm.server.reading_failures import read_failure
from app.llm.server.server_words import ServerWords
from app.store.batches import Batch, change_batch, keep_double


class Ending:
    """Looks after one batch at the server.

    `settled` are the lines that wait for it no more, `trouble` is why no further batches can be
    sent now, `doubles` are batches that turned out to have been created beside it. `is_called_off`:
    what it did is only to be counted.
    """

    def __init__(
        self,
        means: BatchMeans,
        attempts: Attempts,
        caller: Caller,
        batch: Batch,
        pressure: Pressure | None = None,
        *,
        is_called_off: bool = False,
    ) -> None:
        self.settled: set[str] = set()
        self.trouble: Unavailable | None = None
        self.doubles: list[Batch] = []
        self._means = means
        self._attempts = attempts
        self._caller = caller
        self._batch = batch
        self._pressure = pressure
        self._is_called_off = is_called_off

    async def look(self, other_tokens: int = 0) -> bool:
        """Whether the batch has ended; then it has been taken in. `other_tokens` lie at the server beside it.

        Raises:
            ModelUnavailable: the server cannot be asked, or knows no such batch.
            JobStopped: the job was stopped meanwhile.
        """
        try:
            told = await self._caller.insist(lambda: self._means.wire.retrieve(self._batch.provider_id or ""))
            if told.status not in ENDED:
                await self._note(told)
                return False
            if told.status == "failed":
                await self._take_refusal(told, other_tokens)
            else:
                await self._take_in(told)
        except AttemptFailed as failure:
            raise self._explain(failure) from failure
        return True

    async def _note(self, told: ServerBatch) -> None:
        """Keep how far it is, for those who wait."""
        reason = f"{told.status}: {told.done} of {told.total} questions answered"
        if reason != self._batch.reason:
            await self._means.database.write(lambda c: change_batch(c, self._batch.id, reason=reason))

    async def _take_in(self, told: ServerBatch) -> None:
        await self._find_doubles()
        absorber = Absorber(self._means, self._attempts, self._caller, self._batch, may_be_gone=self._is_called_off)
        await absorber.absorb(told, keeps_input=bool(self.doubles))
        self.settled, self.trouble = absorber.settled, absorber.trouble
        if told.status == "cancelled" and self._batch.lines:
            self.trouble = self.trouble or ModelUnavailable(
                f"The batch {told.id} at {self._means.wire.server} was cancelled there. "
                "Resume the job to ask again what it left open, or cancel the job."
            )
        if self._pressure is not None:
            self._pressure.note_ended()

    async def _take_refusal(self, told: ServerBatch, other_tokens: int) -> None:
        if is_full(told.faults):
            await self._attempts.give_back(self._batch, "refused: the server holds too many tokens already")
            if self._pressure is not None:
                now = self._means.clock.count()
                self.trouble = self._pressure.note_refused(self._batch.tokens, other_tokens, told.faults, now)
            return
        no_money = next(
            (failure for failure in map(_as_failure, told.faults) if failure.kind == "quota_exhausted"), None
        )
        if no_money is not None:
            await self._attempts.give_back(self._batch, "refused: the account has no allowance left")
            self.trouble = self._caller.explain(no_money)
            return
        absorber = Absorber(self._means, self._attempts, self._caller, self._batch)
        await absorber.absorb_refusal(told)
        self.settled = absorber.settled

    async def _find_doubles(self) -> None:
        """Where the batch was created more than once, perhaps: what the others cost is to be counted too."""
        if self._batch.tries < 2:
            return
        for told in await list_labelled(self._means, self._caller, self._batch):
            if told.id == self._batch.provider_id or told.status == "failed":
                continue
            double = self._batch.model_copy(
                update={
                    "id": f"{self._batch.id}-{told.id}",
                    "provider_id": told.id,
                    "lines": 0,
                    "tokens": 0,
                    "tries": 0,
                }
            )
            if await self._means.database.write(partial(keep_double, double=double)):
                self.doubles.append(double)
                if told.status not in ENDED:
                    await stop_batch(self._means, self._caller, told.id)

    def _explain(self, failure: AttemptFailed) -> ModelUnavailable:
        if failure.kind == "not_found":
            return ModelUnavailable(
                f"{self._means.wire.server} does not know the batch {self._batch.provider_id}. "
                "Check that OPENAI_API_KEY is of the project that sent it, and resume the job, or cancel it."
            )
        return self._caller.explain(failure)


def _as_failure(fault: BatchFault) -> AttemptFailed:
    """A fault as if a question sent by itself had met it."""
    return read_failure(400, ServerWords(message=fault.message, codes=frozenset({fault.code}), is_json=True), {})
