"""Owns absorbing a batch that has ended: every line of its result files, and every line that has none."""

import logging
from collections.abc import Sequence
from contextlib import aclosing
from functools import partial

from app.domain.attempt import FailureKind
from app.errors import ModelUnavailable, Unavailable
from app.jobs.batches.attempts import Attempts
from app.jobs.batches.calls import Caller, let_go
from app.jobs.batches.means import BatchMeans
from app.llm.batch.batch_wire import BatchFault, ServerBatch
from app.llm.batch.request_lines import read_contents
from app.llm.batch.result_lines import CANCELLED, EXPIRED, MISSING, LineFailure, Result, find_line_id, read_result
from app.llm.failures import MAY_PASS, AttemptFailed
from app.store.batches import Batch, Line, Settled, change_batch, find_lines, name_attempt, settle_lines

MOST_TRIES = 3
CHUNK = 100
MAX_CHUNK_BYTES = 8_000_000
MOST_FILE_WAIT_S = 15.0
_FOR_MONEY: FailureKind = "quota_exhausted"

log = logging.getLogger(__name__)


class Absorber:
    """Takes in what one batch came to. What was taken in before is not taken in again.

    `settled` are the lines that have a reply, or never will, and those that must be put differently;
    `trouble` is why no more batches can be sent. `may_be_gone`: what it did is only to be counted,
    so that nobody waits for results which cannot be found.
    """

    def __init__(
        self, means: BatchMeans, attempts: Attempts, caller: Caller, batch: Batch, *, may_be_gone: bool = False
    ) -> None:
        self.settled: set[str] = set()
        self.trouble: Unavailable | None = None
        self._means = means
        self._attempts = attempts
        self._caller = caller
        self._batch = batch
        self._may_be_gone = may_be_gone or not batch.lines
        self._lessons: dict[str, bool] = {}

    async def absorb(self, told: ServerBatch, *, keeps_input: bool) -> None:
        """Take in a batch that was run, to its end or not; its files are let go afterwards.

        Where a result file cannot be found, the batch is left as it is: what its questions came to was
        paid, and they are not to be paid again before somebody has looked.

        `keeps_input`: another batch still reads the same file.

        Raises:
            AttemptFailed: a result file cannot be read now; what was read is kept.
            JobStopped: the job was stopped meanwhile; likewise.
        """
        files = [file_id for file_id in (told.output_file, told.error_file) if file_id is not None]
        gone = [file_id for file_id in files if not await self._find_file(file_id)]
        if gone and not self._may_be_gone:
            self.trouble = self._explain_gone(gone[0])
            return
        left = {"expired": EXPIRED, "cancelled": CANCELLED}.get(told.status, MISSING)
        await self._settle_rest(left)
        reason = f"{told.status}: {told.done} of {told.total} questions answered"
        await self._means.database.write(lambda c: change_batch(c, self._batch.id, state="ended", reason=reason))
        for file_id in (None if keeps_input else self._batch.input_file, told.output_file, told.error_file):
            await let_go(self._means, file_id)

    async def absorb_refusal(self, told: ServerBatch) -> None:
        """Take in a batch that was refused as a whole, for what its lines are: none of them was run."""
        named = {fault.line: fault for fault in told.faults if fault.line and fault.line <= self._batch.lines}
        reason = "; ".join(f"{fault.code}: {fault.message}" for fault in told.faults[:3]) or "no reason was given"
        number = 0
        settled: list[Settled] = []
        async for line in self._attempts.read_lines(self._batch):
            number += 1
            settled.append(self._judge_refused(line, named.get(number), is_for_others=bool(named), reason=reason))
            await self._means.accounts.close_unrun(self._attempts.begin(self._batch, line))
        # In one go: the numbers of what is left would be others.
        await self._keep(settled)
        told_reason = f"refused: {reason}"
        await self._means.database.write(lambda c: change_batch(c, self._batch.id, state="ended", reason=told_reason))
        await let_go(self._means, self._batch.input_file)

    def _judge_refused(self, line: Line, fault: BatchFault | None, *, is_for_others: bool, reason: str) -> Settled:
        if fault is not None:
            failure = LineFailure(kind="bad_request", message=f"the batch was refused for it: {fault.message}")
            return self._judge(line, failure)
        if is_for_others:
            return Settled(id=line.id, state="waiting", counts=False)
        return self._judge(line, LineFailure(kind="server_error", message=f"the whole batch was refused: {reason}"))

    async def _find_file(self, file_id: str) -> bool:
        """Take in a result file; whether there is one. A server may take a moment to see a file that it made."""
        clock, tries = self._means.clock, 0
        give_up_at = clock.count() + (0 if self._may_be_gone else self._means.limits.file_patience_s)
        while True:
            try:
                await self._caller.insist(partial(self._read_file, file_id))
            except AttemptFailed as failure:
                if failure.kind != "not_found":
                    raise
                left_s = give_up_at - clock.count()
                if left_s <= 0:
                    log.warning("result file %s of batch %s is gone: %s", file_id, self._batch.id, failure)
                    return False
            else:
                return True
            tries += 1
            await self._caller.wait(min(MOST_FILE_WAIT_S, 0.5 * 2.0 ** min(tries, 8), left_s))

    def _explain_gone(self, file_id: str) -> ModelUnavailable:
        told = f"{self._means.wire.server} ran the batch {self._batch.provider_id}, but has no result file {file_id}."
        return ModelUnavailable(
            f"{told} Its {self._batch.lines:,} questions were paid, and are not asked again by themselves. See that "
            "OPENAI_API_KEY is of the project that sent them and that the server hands out files, then resume the job; "
            "or cancel it, and run it again to ask and pay once more."
        )

    async def _read_file(self, file_id: str) -> None:
        chunk: list[bytes] = []
        size = 0
        async with aclosing(self._means.wire.read_lines(file_id)) as contents:
            async for content in contents:
                chunk.append(content)
                size += len(content)
                if len(chunk) == CHUNK or size > MAX_CHUNK_BYTES:
                    await self._take(chunk)
                    chunk, size = [], 0
        await self._take(chunk)

    async def _take(self, contents: Sequence[bytes]) -> None:
        """Some results. What each cost is in the ledger before it is kept, so that nothing is paid and not counted."""
        by_id = {line_id: content for content in reversed(contents) if (line_id := find_line_id(content))}
        if len(by_id) < len(contents):
            log.warning("batch %s: %d results cannot be told apart", self._batch.id, len(contents) - len(by_id))
        known = await self._means.database.read(lambda c: find_lines(c, self._batch.job, list(by_id)))
        settled = []
        for line_id, content in by_id.items():
            line = known.get(line_id)
            is_mine = line is not None and line.batch == self._batch.id and line.state == "sent"
            result = read_result(content, read_contents(line.body) if line and is_mine else [])
            if result is None:
                continue
            if line is not None and is_mine:
                await self._account(line, result)
                settled.append(self._conclude(line, result))
            elif line is not None:
                await self._account_found(result)
        await self._keep(settled)

    async def _account(self, line: Line, result: Result) -> None:
        attempt = self._attempts.begin(self._batch, line)
        if result.reply is not None:
            await self._means.accounts.close_answered(attempt, result.reply)
        elif result.failure is not None:
            await self._means.accounts.close_failed(attempt, result.failure)

    async def _account_found(self, result: Result) -> None:
        """A result that nobody waits for was paid all the same; one that is in the ledger stays as it is there."""
        if result.reply is None:
            return
        attempt = self._means.accounts.begin(
            name_attempt(self._batch.id, result.line), self._batch.at, self._batch.job, input_tokens=0, output_tokens=0
        )
        await self._means.accounts.open_found(attempt)
        await self._means.accounts.close_answered(attempt, result.reply)

    def _conclude(self, line: Line, result: Result) -> Settled:
        if result.reply is not None:
            return Settled(id=line.id, state="answered", reply=result.reply.model_dump_json())
        return self._judge(line, result.failure or MISSING)

    def _judge(self, line: Line, failure: LineFailure) -> Settled:
        """Whether a line without a reply goes once more, is put differently, or is given up."""
        reason = failure.model_dump_json()
        if failure.course == "cancelled":
            return Settled(id=line.id, state="waiting", reason=reason, counts=False)
        if failure.kind == _FOR_MONEY:
            error = self._caller.explain(failure.as_attempt_failed())
            self.trouble = error
            return Settled(id=line.id, state="waiting", reason=reason, counts=False)
        if failure.kind == "parameter_refused" and self._learn(failure):
            return Settled(id=line.id, state="stale", reason=reason)
        if failure.kind in MAY_PASS and line.tries + 1 < MOST_TRIES:
            return Settled(id=line.id, state="waiting", reason=reason)
        return Settled(id=line.id, state="failed", reason=reason)

    def _learn(self, failure: LineFailure) -> bool:
        """Whether it can be put so that the server takes it. All lines of a batch teach a lesson once."""
        lesson = failure.parameter or ""
        if lesson not in self._lessons:
            self._lessons[lesson] = self._means.capabilities.learn(failure.as_attempt_failed())
        return self._lessons[lesson]

    async def _settle_rest(self, failure: LineFailure) -> None:
        """The lines of which the files say nothing."""
        async for page in self._attempts.read_pages(self._batch):
            for line in page:
                await self._means.accounts.close_failed(self._attempts.begin(self._batch, line), failure)
            await self._keep([self._judge(line, failure) for line in page])

    async def _keep(self, settled: Sequence[Settled]) -> None:
        await self._means.database.write(lambda c: settle_lines(c, self._batch, settled))
        self.settled |= {line.id for line in settled if line.state != "waiting"}
