"""Owns sending a batch: chosen, put in a file, uploaded and created, each step once however often it is begun."""

import re
import tempfile
from functools import partial
from typing import BinaryIO

from app.domain.attempt import FailureKind
from app.domain.errand import Errand
from app.errors import BudgetSpent, ModelUnavailable, StoreUnavailable
from app.jobs.batches.attempts import Attempts
from app.jobs.batches.calls import NO_API, Caller
from app.jobs.batches.finding import find_created
from app.jobs.batches.means import BatchMeans
from app.llm.failures import MAY_PASS, AttemptFailed
from app.store.batches import Batch, BatchState, Sendable, change_batch, list_sendable, make_batch

PAGE = 1_000
MOST_FILE_WAIT_S = 10.0
_NOT_MADE: frozenset[FailureKind] = frozenset({"rate_limited", "slow_down", "unreachable"})
"""After these there is no batch for sure; after any other it is looked for."""
_FILE_MISSING = re.compile(
    r"(?:cannot|can't|could not|couldn't|unable to) find (?:the |an? )?(?:input )?file|no such file"
    r"|file\b.{0,80}\b(?:not found|does not exist|not (?:yet )?(?:ready|processed))",
    re.IGNORECASE,
)


class Sender:
    """Makes the batches of one job and brings them to the server."""

    def __init__(self, means: BatchMeans, attempts: Attempts, caller: Caller) -> None:
        self._means = means
        self._attempts = attempts
        self._caller = caller

    async def make(self, job: str, room_tokens: int | None, *, may_exceed: bool) -> Batch | None:
        """A batch of lines that wait, within the limits; None where none waits or none fits.

        `may_exceed`: one line goes all the same. Nothing has left yet.
        """
        chosen = await self._choose(job, room_tokens, may_exceed=may_exceed)
        if not chosen:
            return None
        batch = Batch(
            id=self._means.new_id(),
            job=job,
            state="made",
            lines=len(chosen),
            tokens=sum(line.tokens for line in chosen),
            at=self._means.clock.now(),
        )
        await self._means.database.write(lambda c: make_batch(c, batch, [line.id for line in chosen]))
        return batch

    async def send(self, batch: Batch, errand: Errand) -> tuple[Batch | None, BudgetSpent | None]:
        """The batch as it lies at the server, None where the caps allow none of it; and what they said to the rest.

        Raises:
            ModelUnavailable: it cannot be sent; its lines wait again.
            JobStopped: the job was stopped; the batch is as far as it came.
        """
        spent: BudgetSpent | None = None
        try:
            if batch.state == "made":
                opened, spent = await self._attempts.open_all(batch, errand)
                if opened is None:
                    return None, spent
                batch = await self._upload(opened)
            if batch.state in {"uploaded", "creating"}:
                batch = await self._create(batch)
        except AttemptFailed as failure:
            if failure.kind not in MAY_PASS:
                await self._attempts.give_back(batch)
            raise self._explain(failure) from failure
        return batch, spent

    def _explain(self, failure: AttemptFailed) -> ModelUnavailable:
        is_missing = failure.kind in NO_API and not _FILE_MISSING.search(str(failure))
        return self._caller.explain_no_api() if is_missing else self._caller.explain(failure)

    async def _choose(self, job: str, room_tokens: int | None, *, may_exceed: bool) -> list[Sendable]:
        limits, chosen = self._means.limits, list[Sendable]()
        size = tokens = 0
        after = ""
        while page := await self._means.database.read(partial(list_sendable, job=job, after=after, limit=PAGE)):
            for line in page:
                size, tokens = size + line.size, tokens + line.tokens
                fits = size <= limits.bytes and (room_tokens is None or tokens <= room_tokens)
                if len(chosen) >= limits.lines or not (fits or (may_exceed and not chosen)):
                    return chosen
                chosen.append(line)
            after = page[-1].id
        return chosen

    async def _upload(self, batch: Batch) -> Batch:
        try:
            with tempfile.TemporaryFile() as file:
                async for line in self._attempts.read_lines(batch):
                    file.write(line.body.encode("ascii") + b"\n")
                file_id = await self._caller.insist(lambda: self._upload_once(batch, file))
        except OSError as error:
            raise StoreUnavailable(
                f"The file of a batch cannot be written to {tempfile.gettempdir()} ({error.strerror}). Make room there."
            ) from error
        return await self._change(batch, "uploaded", input_file=file_id)

    async def _upload_once(self, batch: Batch, file: BinaryIO) -> str:
        file.seek(0)
        return await self._means.wire.upload(file, f"scopenote-{batch.id}.jsonl")

    async def _create(self, batch: Batch) -> Batch:
        """The batch once it is at the server. Where it may be there already it is looked for first."""
        may_be_there = batch.state == "creating"
        tries, began_s = 0, self._means.clock.count()
        while True:
            if may_be_there and (found := await find_created(self._means, self._caller, batch)):
                return await self._change(batch, "sent", provider_id=found[0].id)
            batch = await self._change(batch, "creating", tries=batch.tries + 1)
            try:
                made = await self._means.wire.create(batch.input_file or "", batch.id, {"scopenote_job": batch.job})
            except AttemptFailed as failure:
                tries += 1
                wait_s = self._plan_wait(failure, tries, self._means.clock.count() - began_s)
                if wait_s is None:
                    raise
                may_be_there = may_be_there or (failure.kind in MAY_PASS and failure.kind not in _NOT_MADE)
            else:
                return await self._change(batch, "sent", provider_id=made.id)
            await self._caller.wait(wait_s)

    def _plan_wait(self, failure: AttemptFailed, tries: int, waited_s: float) -> float | None:
        """A server that does not see the file it was just given mostly does so within a minute."""
        if failure.kind not in MAY_PASS and _FILE_MISSING.search(str(failure)):
            left_s = self._means.limits.file_patience_s - waited_s
            return min(MOST_FILE_WAIT_S, 0.5 * 2.0 ** min(tries, 8), left_s) if left_s > 0 else None
        return self._caller.plan_wait(failure, tries) if waited_s < self._means.limits.patience_s else None

    async def _change(self, batch: Batch, state: BatchState, **changed: object) -> Batch:
        await self._means.database.write(lambda c: change_batch(c, batch.id, state=state, **changed))
        return batch.model_copy(update={"state": state, **changed})
