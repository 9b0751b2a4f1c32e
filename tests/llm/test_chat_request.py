"""What is sent about a question: by rung, by server and model, and by what was refused before."""

from typing import Any

import pytest

from app.llm.model import Message, Question
from app.llm.server.chat_request import build_request
from app.llm.wire import Rung, Shape

OPENAI = "https://api.openai.com/v1"
AZURE = "https://acme.openai.azure.com/openai/v1"
LOCAL = "http://localhost:8080/v1"
SCHEMA = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}


def _question(*ends_prefix: bool, article: str = "An article.") -> Question:
    contents = [f"Definitions {number}." for number in range(len(ends_prefix))]
    messages = [Message(role="system", content=c, ends_prefix=e) for c, e in zip(contents, ends_prefix, strict=True)]
    return Question(
        messages=(*messages, Message(role="user", content=article)),
        reply_schema=dict(SCHEMA),
        input_tokens=10,
        max_output_tokens=99,
    )


def _build(
    server: str, model: str, question: Question | None = None, *, dropped: str = "", rung: Rung = "strict"
) -> dict[str, Any]:
    shape = Shape(rung=rung, dropped=frozenset(dropped.split()))
    return dict(build_request(question or _question(True), shape, server=server, model=model))


@pytest.mark.parametrize(
    ("rung", "sent"),
    [
        pytest.param(
            "strict",
            {"type": "json_schema", "json_schema": {"name": "verdicts", "strict": True, "schema": SCHEMA}},
            id="strict",
        ),
        pytest.param(
            "schema", {"type": "json_schema", "json_schema": {"name": "verdicts", "schema": SCHEMA}}, id="schema"
        ),
        pytest.param("json_object", {"type": "json_object"}, id="json_object"),
        pytest.param("text", None, id="text"),
    ],
)
def test_a_rung_is_a_response_format(rung: Rung, sent: object) -> None:
    assert _build(LOCAL, "m", rung=rung).get("response_format") == sent


@pytest.mark.parametrize(
    ("server", "dropped", "sent"),
    [
        pytest.param(OPENAI, "", {"max_completion_tokens"}, id="openai refuses the old name"),
        pytest.param(AZURE, "", {"max_completion_tokens"}, id="azure too"),
        pytest.param(LOCAL, "", {"max_completion_tokens", "max_tokens"}, id="ollama reads the old name only"),
        pytest.param(OPENAI, "max_completion_tokens", {"max_tokens"}, id="the old name where the new one is refused"),
        pytest.param(LOCAL, "max_completion_tokens", {"max_tokens"}, id="the same elsewhere"),
        pytest.param(LOCAL, "max_tokens", {"max_completion_tokens"}, id="the new name where the old one is refused"),
    ],
)
def test_the_replys_length_is_always_bounded(server: str, dropped: str, sent: set[str]) -> None:
    request = _build(server, "m", dropped=dropped)
    assert {name: request[name] for name in request if name.startswith("max_")} == dict.fromkeys(sent, 99)


@pytest.mark.parametrize(
    ("most", "sent"),
    [
        pytest.param(None, 99, id="never said"),
        pytest.param(64, 64, id="less than wanted"),
        pytest.param(16_384, 99, id="more than wanted"),
    ],
)
def test_no_more_is_asked_for_than_the_server_allows(most: int | None, sent: int) -> None:
    request = build_request(_question(True), Shape(most_output=most), server=LOCAL, model="m")
    assert (request["max_tokens"], request["max_completion_tokens"]) == (sent, sent)


@pytest.mark.parametrize(
    ("model", "effort"),
    [
        pytest.param("gpt-6-luna", "none", id="gpt-6"),
        pytest.param("gpt-5.4-nano", "none", id="gpt-5.x"),
        pytest.param("openai/gpt-6-luna", "none", id="behind a router"),
        pytest.param("gpt-5-mini", "minimal", id="the first gpt-5 has no none"),
        pytest.param("gpt-5-chat-latest", None, id="does not reason"),
        pytest.param("gpt-4o-mini", None, id="gpt-4"),
        pytest.param("qwen3-8b", None, id="another family"),
    ],
)
def test_models_that_reason_are_told_not_to(model: str, effort: str | None) -> None:
    assert _build(LOCAL, model).get("reasoning_effort") == effort


@pytest.mark.parametrize("name", ["temperature", "reasoning_effort", "prompt_cache_key", "prompt_cache_options"])
def test_what_was_refused_is_left_out(name: str) -> None:
    assert name in _build(OPENAI, "gpt-6-luna")
    assert name not in _build(OPENAI, "gpt-6-luna", dropped=name)


def test_the_end_of_the_prefix_is_marked_where_openai_takes_it() -> None:
    request = _build(OPENAI, "gpt-6-luna")
    assert request["messages"][0]["content"] == [
        {"type": "text", "text": "Definitions 0.", "prompt_cache_breakpoint": {"mode": "explicit"}}
    ]
    assert request["messages"][1]["content"] == "An article."
    assert request["prompt_cache_options"] == {"mode": "explicit", "ttl": "30m"}


@pytest.mark.parametrize(
    ("server", "model", "dropped"),
    [
        pytest.param(OPENAI, "gpt-4o-mini", "", id="an older model"),
        pytest.param(AZURE, "gpt-6-luna", "", id="azure"),
        pytest.param(LOCAL, "gpt-6-luna", "", id="another server"),
        pytest.param(OPENAI, "gpt-6-luna", "prompt_cache_options", id="refused before"),
    ],
)
def test_nobody_else_sees_a_breakpoint(server: str, model: str, dropped: str) -> None:
    request = _build(server, model, dropped=dropped)
    assert "prompt_cache_options" not in request
    assert [message["content"] for message in request["messages"]] == ["Definitions 0.", "An article."]


def test_a_question_without_a_prefix_keeps_openai_from_writing_it_to_the_cache() -> None:
    request = _build(OPENAI, "gpt-6-luna", _question(False))
    assert request["prompt_cache_options"]["mode"] == "explicit"
    assert "prompt_cache_breakpoint" not in str(request["messages"])


def test_no_more_breakpoints_are_sent_than_are_written() -> None:
    request = _build(OPENAI, "gpt-6-luna", _question(*[True] * 6))
    marked = [isinstance(message["content"], list) for message in request["messages"]]
    assert marked == [False, False, True, True, True, True, False]


def test_the_cache_key_names_the_prefix_and_nothing_after_it() -> None:
    one, same = (
        _build(OPENAI, "gpt-4o-mini", _question(True, article=text))["prompt_cache_key"] for text in ("A.", "B.")
    )
    other = _build(OPENAI, "gpt-4o-mini", _question(False, True))["prompt_cache_key"]
    assert one == same != other
    assert len(one) <= 64


@pytest.mark.parametrize(
    ("server", "question"),
    [
        pytest.param(LOCAL, _question(True), id="another server"),
        pytest.param(AZURE, _question(True), id="azure"),
        pytest.param(OPENAI, _question(False), id="nothing is shared"),
    ],
)
def test_there_is_no_cache_key_otherwise(server: str, question: Question) -> None:
    assert "prompt_cache_key" not in _build(server, "gpt-4o-mini", question)
