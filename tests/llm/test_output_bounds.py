"""How long a reply may be asked for, in the words of the servers that say it."""

import time

import pytest

from app.llm.server.output_bounds import find_most_output, says_too_much


@pytest.mark.parametrize(
    ("message", "most"),
    [
        pytest.param("max_completion_tokens is too large: 20000. This model supports at most 16384 completion tokens, whereas you provided 20000.", 16_384, id="openai"),
        pytest.param("Invalid 'max_tokens': integer above maximum value. Expected a value <= 4096, but got 90000 instead.", 4_096, id="openai, another"),
        pytest.param("`max_completion_tokens` must be less than or equal to `8192`, the maximum value for `max_completion_tokens` is less than the `context_window` for this model", 8_192, id="groq"),
        pytest.param("max_tokens: 90000 > 8192, which is the maximum allowed number of output tokens for this model", 8_192, id="anthropic"),
        pytest.param("Invalid max_tokens value, the valid range of max_tokens is [1, 8192]", 8_192, id="deepseek"),
        pytest.param("Range of max_tokens should be [1, 8192]", 8_192, id="qwen"),
        pytest.param("The supported range is from 1 (inclusive) to 8193 (exclusive) but max_tokens is 20000", 8_192, id="gemini"),
        pytest.param("The maximum tokens you requested exceeds the model limit of 4096.", 4_096, id="bedrock"),
        pytest.param("body.max_tokens: Input should be less than or equal to 8192", 8_192, id="fastapi"),
        pytest.param("max_tokens must be less than 4097", 4_096, id="below"),
        pytest.param("max_tokens must not be greater than 4096", 4_096, id="not above"),
        pytest.param("max_tokens must be between 1 and 4096", 4_096, id="between"),
        pytest.param("max_tokens (20,000) exceeds the maximum of 8,192.", 8_192, id="with commas"),
        pytest.param("max_tokens must be at least 16 and at most 4096", 4_096, id="from and to"),
        pytest.param("max_tokens is too large", None, id="no number"),
        pytest.param("max_tokens 20000 is too large", None, id="our own number"),
        pytest.param("max_tokens must be > 0", None, id="the other end"),
        pytest.param("max_tokens must be at most 15", None, id="too few for any reply"),
        pytest.param("max_tokens must be at most 1000001", None, id="more than any reply"),
        pytest.param("max_tokens must be at most 99999999999999", None, id="absurd"),
        pytest.param("max_tokens must be at most 4096.5", None, id="no whole number"),
        pytest.param("max_tokens is too large, your limit is 3600s", None, id="a time"),
        pytest.param("Unsupported parameter: 'max_tokens'. Limit: 4096", None, id="not about a value"),
    ],
)  # fmt: skip
def test_what_a_server_allows(message: str, most: int | None) -> None:
    assert find_most_output(message) == most


@pytest.mark.parametrize(
    "message",
    [
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
        "Unrecognized request argument supplied: max_completion_tokens",
        "body.max_completion_tokens: Extra inputs are not permitted",
        "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
    ],
)
def test_a_parameter_that_is_refused_as_such_is_not_too_large(message: str) -> None:
    assert not says_too_much(message)


@pytest.mark.parametrize("unit", ["max ", "[1,", "at most ", "< ", "at most 1,", "9,"])
def test_words_without_end_are_read_soon(unit: str) -> None:
    start = time.process_time()
    find_most_output("too large " + unit * 4_000)
    assert time.process_time() - start < 1.0
