"""The scripted model and wire: rehearsals that count like the real thing."""

import asyncio

import pytest

from app.domain.errand import Errand
from app.domain.verdict import Usage
from app.llm.failures import AttemptFailed
from app.llm.model import Message, Question
from app.llm.scripted_model import ScriptedModel
from app.llm.scripted_wire import ScriptedWire
from app.llm.tab import Tab
from app.llm.wire import Shape
from tests.llm.askers import QUESTION, answer
from tests.llm.sleepless import run

pytestmark = pytest.mark.anyio


async def test_a_scripted_model_answers_from_its_script_and_counts_words() -> None:
    model, tab = ScriptedModel(lambda messages: messages[-1].content.upper()), Tab()
    messages = (Message(role="system", content="Check this."), Message(role="user", content="An article"))
    question = Question(messages=messages, reply_schema={}, input_tokens=1, max_output_tokens=1)
    reply = await model.complete(question, Errand(), tab)
    assert (reply.text, reply.finish, model.asked) == ("AN ARTICLE", "stop", [messages])
    assert tab.usage == Usage(calls=1, input_tokens=4, output_tokens=2, cost_usd=None)


async def test_a_scripted_wire_keeps_a_log() -> None:
    wire = ScriptedWire(lambda question, _: answer(question.messages[0].content))
    sent = await wire.send(QUESTION, Shape(), attempt_id="a1", timeout_s=1.0)
    assert (sent.reply.text, wire.sent, wire.in_flight) == ("Is it about X?", ["a1"], 0)


def test_a_scripted_wire_times_out() -> None:
    wire = ScriptedWire(lambda *_: answer(), sleep=asyncio.sleep, latency_s=5.0)
    with pytest.raises(AttemptFailed) as caught:
        run(wire.send(QUESTION, Shape(), attempt_id="a1", timeout_s=1.0))
    assert caught.value.kind == "timeout"
