"""Owns processes that work on a batch job and are killed at a chosen step."""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import AsyncGenerator, Mapping
from typing import BinaryIO, Literal, NoReturn, get_args

from app.domain.attempt import Attempt
from app.jobs.batches import absorbing as batch_absorbing
from app.jobs.batches.model import BatchedModel
from app.jobs.batches.run import BatchRunner
from app.llm.batch.batch_wire import BatchPage, ServerBatch
from app.llm.batch.openai_batches import OpenAIBatches
from app.store.ledger import SQLLedger
from app.store.opening import open_database
from tests.jobs.batch_work import Questions, build_means
from tests.servers.composition import MODEL

Step = Literal[
    "before upload",
    "after upload",
    "before create",
    "after create",
    "after retrieve",
    "amid results",
    "after close",
    "before delete",
    "after decide",
]
STEPS: tuple[Step, ...] = get_args(Step)
"""Where a process may die. amid results: some lines of a file are taken in, others not. after close: what a line
cost is in the ledger, and its reply is not kept. after decide: some articles are decided, others not."""


class Deadly:
    """Counts down the times that a step is come to, and kills this process at the last."""

    def __init__(self, step: Step, times: int) -> None:
        self._step = step
        self._left = times

    def come_to(self, step: Step) -> None:
        if step == self._step:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


class DeadlyWire:
    """The wire, with death before or after its calls."""

    def __init__(self, wire: OpenAIBatches, death: Deadly) -> None:
        self.name, self.server = wire.name, wire.server
        self._wire = wire
        self._death = death

    async def upload(self, file: BinaryIO, filename: str) -> str:
        self._death.come_to("before upload")
        file_id = await self._wire.upload(file, filename)
        self._death.come_to("after upload")
        return file_id

    async def create(self, file_id: str, label: str, about: Mapping[str, str]) -> ServerBatch:
        self._death.come_to("before create")
        made = await self._wire.create(file_id, label, about)
        self._death.come_to("after create")
        return made

    async def retrieve(self, batch_id: str) -> ServerBatch:
        told = await self._wire.retrieve(batch_id)
        self._death.come_to("after retrieve")
        return told

    async def list_page(self, after: str | None = None) -> BatchPage:
        return await self._wire.list_page(after)

    async def cancel(self, batch_id: str) -> ServerBatch:
        return await self._wire.cancel(batch_id)

    async def read_lines(self, file_id: str) -> AsyncGenerator[bytes, None]:
        async for line in self._wire.read_lines(file_id):
            self._death.come_to("amid results")
            yield line

    async def delete_file(self, file_id: str) -> None:
        self._death.come_to("before delete")
        await self._wire.delete_file(file_id)


class DeadlyLedger(SQLLedger):
    """The ledger, with death once an attempt is closed."""

    death: Deadly

    async def close(self, attempt: Attempt) -> None:
        await super().close(attempt)
        self.death.come_to("after close")


class DeadlyQuestions(Questions):
    """The desk, with death once an article is decided."""

    death: Deadly

    async def note(self) -> None:
        self.death.come_to("after decide")


async def _work(url: str, base_url: str, step: Step, times: int) -> None:
    batch_absorbing.CHUNK = 2
    database, death = open_database(url), Deadly(step, times)
    means = build_means(database, DeadlyWire(OpenAIBatches(MODEL, api_key="none", base_url=base_url), death))
    ledger = DeadlyLedger(database, means.clock.now)
    ledger.death = death
    means.accounts._ledger = ledger  # noqa: SLF001 - the one that lives
    desk = DeadlyQuestions(database, BatchedModel(means))
    desk.death = death
    await BatchRunner(means, desk).run("j1")


def live(url: str, base_url: str, step: Step, times: int) -> NoReturn:
    """Work on the job until death comes; who gets to the end leaves with another code."""
    asyncio.run(_work(url, base_url, step, times))
    os._exit(3)


def die(url: str, base_url: str, step: Step, times: int = 1) -> int | None:
    """The exit code of a process of its own that worked on the job: -9 where death came."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.jobs.batch_deaths"])
    process = context.Process(target=live, args=(url, base_url, step, times))
    process.start()
    process.join(30)
    code = process.exitcode
    process.kill()
    process.join()
    process.close()
    return code
