"""Request lines: a batch asks exactly what a question by itself would."""

import json

import pytest

from app.llm.batch.request_lines import build_line, identify, read_contents, read_most_output
from app.llm.model import Message, Question
from app.llm.server.chat_request import build_request
from app.llm.server.hosts import OPENAI_URL
from app.llm.wire import Shape

QUESTION = Question(
    messages=(
        Message(role="system", content="Rules.\n\u2028 Größe \ud83d", ends_prefix=True),
        Message(role="user", content="An article."),
    ),
    reply_schema={"type": "object"},
    input_tokens=10,
    max_output_tokens=300,
)


@pytest.mark.parametrize("model", ["gpt-6-luna", "gpt-4o-mini", "llama"])
@pytest.mark.parametrize("shape", [Shape(), Shape(rung="json_object", dropped=frozenset({"temperature"}))])
def test_the_body_is_the_ordinary_request(model: str, shape: Shape) -> None:
    line = json.loads(build_line("l1", QUESTION, shape, server=OPENAI_URL, model=model))
    assert line["body"] == build_request(QUESTION, shape, server=OPENAI_URL, model=model)
    assert (line["custom_id"], line["method"], line["url"]) == ("l1", "POST", "/v1/chat/completions")


def test_a_line_is_one_line_in_ascii() -> None:
    line = build_line("l1", QUESTION, Shape(), server=OPENAI_URL, model="m")
    assert line.isascii()
    assert line.splitlines() == [line]


def test_a_name_stays_the_same() -> None:
    again = Question.model_validate(QUESTION.model_dump())
    assert identify(again, "m") == identify(QUESTION, "m")


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"messages": QUESTION.messages[:1]}, id="messages"),
        pytest.param({"reply_schema": {"type": "array"}}, id="form"),
        pytest.param({"max_output_tokens": 301}, id="length"),
    ],
)
def test_another_question_has_another_name(other: dict[str, object]) -> None:
    assert identify(QUESTION.model_copy(update=other), "m") != identify(QUESTION, "m")


def test_another_model_is_another_question() -> None:
    assert identify(QUESTION, "m") != identify(QUESTION, "n")


def test_an_estimate_that_changes_is_the_same_question() -> None:
    assert identify(QUESTION.model_copy(update={"input_tokens": 11}), "m") == identify(QUESTION, "m")


@pytest.mark.parametrize("model", ["gpt-6-luna", "llama"])
def test_what_was_asked_is_read_back(model: str) -> None:
    line = build_line("l1", QUESTION, Shape(), server=OPENAI_URL, model=model)
    assert read_most_output(line) == 300
    assert read_contents(line) == [message.content for message in QUESTION.messages]
