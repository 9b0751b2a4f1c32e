"""Owns the batched model: a chat model whose replies come with a batch, in some later round."""

from app.domain.errand import Errand
from app.errors import ModelUnavailable
from app.jobs.batches.means import BatchMeans
from app.jobs.batches.room import find_room
from app.llm.batch.request_lines import build_line, identify
from app.llm.batch.result_lines import LineFailure
from app.llm.model import Question, Reply
from app.llm.queue.telling import explain_failure
from app.llm.tab import Tab
from app.store.batches import Line, find_line, keep_line


class BatchedModel:
    """Answers what a batch has answered; any other question it writes down for the next batch, and never answers.

    Whoever asks has to do so in a room (`app.jobs.batches.room`), on an errand of a job.
    """

    def __init__(self, means: BatchMeans) -> None:
        self.name = means.wire.name
        self._means = means

    async def complete(self, question: Question, errand: Errand, tab: Tab) -> Reply:
        """The reply, at half the price on the tab; see `app.llm.model.ChatModel`.

        Raises:
            PromptTooLong: the server cannot read as much.
            ModelUnavailable: the question was given up, or belongs to no batch job.
            StoreUnavailable: what is known of it cannot be looked up.
        """
        room = find_room()
        if room is None or errand.job is None:
            raise ModelUnavailable(f"{self._means.subject} is asked by batch here, which only a job can wait for.")
        line_id = identify(question, self.name)
        with room.looking():
            line = await self._means.database.read(lambda c: find_line(c, errand.job or "", line_id))
            if line is None or line.state == "stale":
                await self._keep(errand.job, line_id, question)
        if line is not None and line.reply is not None:
            reply = Reply.model_validate_json(line.reply)
            tab.add(self._means.accounts.measure(reply, line.tokens))
            return reply
        if line is not None and line.state == "failed":
            raise self._explain(line)
        return await room.wait_for(line_id)

    async def _keep(self, job: str, line_id: str, question: Question) -> None:
        wire, shape = self._means.wire, self._means.capabilities.shape
        body = build_line(line_id, question, shape, server=wire.server, model=wire.name)
        await self._means.database.write(lambda c: keep_line(c, job, line_id, body, question.input_tokens))

    def _explain(self, line: Line) -> ModelUnavailable:
        failure = LineFailure.model_validate_json(line.reason).as_attempt_failed()
        return explain_failure(failure, f"{self._means.subject}, asked by batch,", line.tries)
