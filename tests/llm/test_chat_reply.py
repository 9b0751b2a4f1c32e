"""Reading a completion: what is there is read, and what cannot be is never taken for an answer."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.attempt import Tokens
from app.llm.failures import AttemptFailed
from app.llm.model import Reply
from app.llm.server.chat_reply import read_completion, read_json

USAGE = {"prompt_tokens": 11, "completion_tokens": 2}


def _completion(message: object = None, *, finish: object = "stop", usage: object = USAGE) -> dict[str, Any]:
    return {
        "choices": [{"message": {"content": "{}"} if message is None else message, "finish_reason": finish}],
        "usage": usage,
    }


def test_a_completion_becomes_a_reply() -> None:
    usage = {**USAGE, "prompt_tokens_details": {"cached_tokens": 6, "cache_write_tokens": 3}, "cost": 0.0021}
    assert read_completion(_completion(usage=usage)) == Reply(
        text="{}", finish="stop", tokens=Tokens(input=11, cached=6, written=3, output=2), cost_usd=0.0021
    )


@pytest.mark.parametrize(
    ("message", "text"),
    [
        pytest.param({"content": None}, "", id="null"),
        pytest.param({"role": "assistant"}, "", id="missing"),
        pytest.param({"content": "", "reasoning_content": "I think {}"}, "", id="hidden in the reasoning"),
        pytest.param(
            {"content": [{"type": "thinking", "thinking": "?"}, {"type": "text", "text": "{}"}]}, "{}", id="in parts"
        ),
    ],
)
def test_the_text_is_what_was_answered_and_not_what_was_thought(message: object, text: str) -> None:
    assert read_completion(_completion(message)).text == text


@pytest.mark.parametrize(
    ("finish", "read"),
    [
        pytest.param("length", "length", id="as it is"),
        pytest.param("content_filter", "content_filter", id="a filter"),
        pytest.param("model_length", "length", id="another word for length"),
        pytest.param("eos_token", "stop", id="another word for stop"),
        pytest.param(None, "unknown", id="null"),
        pytest.param("x" * 999, "x" * 50, id="endless"),
    ],
)
def test_why_it_stopped(finish: object, read: str) -> None:
    assert read_completion(_completion(finish=finish)).finish == read


def test_a_refusal_is_kept() -> None:
    assert read_completion(_completion({"content": None, "refusal": "I cannot."})).refusal == "I cannot."
    assert read_completion(_completion({"content": "{}", "refusal": ""})).refusal is None


@pytest.mark.parametrize(
    ("usage", "tokens"),
    [
        pytest.param(None, None, id="null"),
        pytest.param({}, None, id="empty"),
        pytest.param({"prompt_tokens": 5}, None, id="half of it"),
        pytest.param("11", None, id="text"),
        pytest.param([], None, id="a list"),
        pytest.param({"prompt_tokens": "9", "completion_tokens": 2}, None, id="counts are text"),
        pytest.param({"prompt_tokens": -1, "completion_tokens": 2}, None, id="negative"),
        pytest.param({"prompt_tokens": 1, "completion_tokens": -1}, None, id="negative output"),
        pytest.param({"prompt_tokens": 1, "completion_tokens": 10_000_001}, None, id="absurd"),
        pytest.param({"prompt_tokens": 10**30, "completion_tokens": 2}, None, id="absurd beyond numbers"),
        pytest.param(
            {"prompt_tokens": 10_000_000, "completion_tokens": 2},
            Tokens(input=10_000_000, output=2),
            id="as many as could be",
        ),
        pytest.param({"prompt_tokens": 1.5, "completion_tokens": 2}, None, id="half a token"),
        pytest.param({"prompt_tokens": True, "completion_tokens": 2}, None, id="a truth value"),
        pytest.param({"prompt_tokens": float("inf"), "completion_tokens": 2}, None, id="infinite"),
        pytest.param({"prompt_tokens": float("nan"), "completion_tokens": 2}, None, id="not a number"),
        pytest.param({"prompt_tokens": 5.0, "completion_tokens": 1}, Tokens(input=5, output=1), id="whole floats"),
        pytest.param({**USAGE, "prompt_tokens_details": None}, Tokens(input=11, output=2), id="no details"),
        pytest.param(
            {**USAGE, "prompt_tokens_details": {"cached_tokens": None}}, Tokens(input=11, output=2), id="null details"
        ),
        pytest.param(
            {**USAGE, "prompt_tokens_details": {"cached_tokens": -4}}, Tokens(input=11, output=2), id="negative details"
        ),
        pytest.param(
            {**USAGE, "prompt_tokens_details": {"cached_tokens": 9, "cache_write_tokens": 9}},
            Tokens(input=11, cached=9, written=2, output=2),
            id="parts beyond the whole",
        ),
    ],
)
def test_what_was_used_is_read_and_an_answer_is_as_good_without(usage: object, tokens: Tokens | None) -> None:
    reply = read_completion(_completion(usage=usage))
    assert (reply.text, reply.tokens) == ("{}", tokens)


@pytest.mark.parametrize("cost", [None, -1.0, 1e9, float("nan"), float("inf"), "0.1", True, {"total": 1}])
def test_a_cost_that_cannot_be_is_left_to_the_price_list(cost: object) -> None:
    assert read_completion(_completion(usage={**USAGE, "cost": cost})).cost_usd is None


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(None, id="no JSON"),
        pytest.param([], id="a list"),
        pytest.param("text", id="a string"),
        pytest.param({}, id="empty"),
        pytest.param({"choices": []}, id="no choices"),
        pytest.param({"choices": "x"}, id="choices of another type"),
        pytest.param({"choices": [7]}, id="a choice of another type"),
        pytest.param({"choices": [{"message": None}]}, id="no message"),
        pytest.param(_completion({"content": 42}), id="content is a number"),
        pytest.param(_completion({"content": {"verdicts": []}}), id="content is an object"),
        pytest.param(_completion({"content": [{"type": "text", "text": 1}]}), id="a part is a number"),
        pytest.param(_completion({"content": "{}", "refusal": 1}), id="refusal is a number"),
        pytest.param(_completion(finish=3), id="finish is a number"),
        pytest.param(_completion(finish="error"), id="broken off"),
    ],
)
def test_what_is_no_completion_is_no_reply(body: object) -> None:
    with pytest.raises(AttemptFailed) as failed:
        read_completion(body)
    assert (failed.value.kind, failed.value.status) == ("unusable_reply", 200)


def test_what_an_unusable_answer_cost_is_not_lost() -> None:
    with pytest.raises(AttemptFailed) as failed:
        read_completion({"choices": [], "usage": USAGE})
    assert failed.value.tokens == Tokens(input=11, output=2)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"<html><body>Sign in</body></html>", id="a web page"),
        pytest.param(b"", id="empty"),
        pytest.param(b'{"choices": [{"message"', id="cut off"),
        pytest.param(b"[" * 200_000, id="nested without end"),
        pytest.param(b"\xff\xfe{}", id="not UTF-8"),
        pytest.param(b'{"text": "\\ud800"}', id="half a character"),
    ],
)
def test_a_body_that_is_no_json_is_none(content: bytes) -> None:
    assert read_json(content) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["message", "content", "usage", "cost"]), inner)
    ),
    max_leaves=8,
)


@given(choices=JSON, message=JSON, content=JSON, usage=JSON, count=JSON)
def test_no_body_does_more_than_fail(
    choices: object, message: object, content: object, usage: object, count: object
) -> None:
    bodies: list[Any] = [
        {"choices": choices, "usage": usage},
        _completion(message, usage={"prompt_tokens": count, "completion_tokens": 1}),
        _completion({"content": content}, finish=choices, usage=usage),
    ]
    for body in bodies:
        try:
            reply = read_completion(read_json(json.dumps(body).encode()))
        except AttemptFailed as failure:
            assert failure.kind == "unusable_reply"  # noqa: PT017 - either outcome is right
        else:
            assert isinstance(reply.text, str)
