"""Owns the attempts of a batch's lines: opened before the batch leaves, given back where it never does."""

from collections.abc import AsyncIterator
from functools import partial

from app.domain.attempt import Attempt
from app.domain.errand import Errand
from app.errors import BudgetSpent
from app.jobs.batches.calls import let_go
from app.jobs.batches.means import BatchMeans
from app.llm.batch.request_lines import read_most_output
from app.store.batches import Batch, Line, Settled, change_batch, drop_batch, list_sent, name_attempt, settle_lines


class Attempts:
    """Keeps the ledger in step with what is in a batch, as often as it is done."""

    def __init__(self, means: BatchMeans) -> None:
        self._means = means

    async def open_all(self, batch: Batch, errand: Errand) -> tuple[Batch | None, BudgetSpent | None]:
        """The batch with those of its lines that the caps allow, None for none; and what was said to the rest.

        Raises:
            ModelUnavailable: the ledger cannot be written.
        """
        spent: BudgetSpent | None = None
        lines = tokens = 0
        refused: list[str] = []
        async for line in self.read_lines(batch):
            try:
                if spent is None:
                    await self._means.accounts.open(self.begin(batch, line), errand)
                    lines, tokens = lines + 1, tokens + line.tokens
                    continue
            except BudgetSpent as error:
                spent = error
            refused.append(line.id)
        if refused:
            await self._leave_out(batch, refused, lines, tokens)
        return (batch.model_copy(update={"lines": lines, "tokens": tokens}) if lines else None), spent

    async def give_back(self, batch: Batch, reason: str = "") -> None:
        """Have all lines of a batch that was never run wait again; it is over, or forgotten where it never left."""
        async for page in self.read_pages(batch):
            for line in page:
                await self._means.accounts.close_unrun(self.begin(batch, line))
            waiting = [Settled(id=line.id, state="waiting", counts=False) for line in page]
            await self._means.database.write(partial(settle_lines, batch=batch, settled=waiting))
        if batch.provider_id is None:
            await self._means.database.write(lambda c: drop_batch(c, batch.id))
        else:
            await self._means.database.write(lambda c: change_batch(c, batch.id, state="ended", reason=reason))
        await let_go(self._means, batch.input_file)

    def begin(self, batch: Batch, line: Line) -> Attempt:
        """The attempt that a line makes in a batch, at the most that it may take: always the same."""
        return self._means.accounts.begin(
            name_attempt(batch.id, line.id),
            batch.at,
            batch.job,
            input_tokens=line.tokens,
            output_tokens=read_most_output(line.body) if line.body else 0,
        )

    async def read_pages(self, batch: Batch) -> AsyncIterator[list[Line]]:
        """The lines that are outstanding in a batch, some at a time, in the order in which they stand in its file."""
        after = ""
        while page := await self._means.database.read(partial(list_sent, batch=batch, after=after)):
            after = page[-1].id
            yield page

    async def read_lines(self, batch: Batch) -> AsyncIterator[Line]:
        """The same lines one by one."""
        async for page in self.read_pages(batch):
            for line in page:
                yield line

    async def _leave_out(self, batch: Batch, refused: list[str], lines: int, tokens: int) -> None:
        waiting = [Settled(id=id_, state="waiting", counts=False) for id_ in refused]
        await self._means.database.write(lambda c: settle_lines(c, batch, waiting))
        if lines:
            await self._means.database.write(lambda c: change_batch(c, batch.id, lines=lines, tokens=tokens))
        else:
            await self._means.database.write(lambda c: drop_batch(c, batch.id))
