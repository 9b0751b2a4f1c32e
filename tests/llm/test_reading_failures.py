"""Which kind of failure a server's refusal is: one row per form that servers are known to use."""

import json
from typing import Any

import pytest

from app.domain.attempt import FailureKind
from app.llm.failures import MAY_PASS, AttemptFailed
from app.llm.server.reading_failures import find_answer, read_failure
from app.llm.server.server_words import read_words


def _error(message: str = "", **fields: object) -> dict[str, Any]:
    return {"error": {"message": message, **fields}}


def _read(status: int, body: object) -> AttemptFailed:
    words = read_words(body if isinstance(body, bytes) else json.dumps(body).encode())
    assert find_answer(status, words) is None
    return read_failure(status, words, {})


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        pytest.param(429, _error("Rate limit reached", type="requests", code="rate_limit_exceeded"), "rate_limited", id="rate limit"),
        pytest.param(429, b"", "rate_limited", id="429 without words"),
        pytest.param(429, b"<html>Too many</html>", "rate_limited", id="429 as a web page"),
        pytest.param(429, _error("Slow down", code="slow_down"), "slow_down", id="slow down"),
        pytest.param(503, _error("Slow down", code="slow_down"), "slow_down", id="slow down as 503"),
        pytest.param(429, _error("You exceeded your current quota", type="insufficient_quota", code="insufficient_quota"), "quota_exhausted", id="quota"),
        pytest.param(429, _error("x", type="insufficient_quota", code="credit_balance_exhausted"), "quota_exhausted", id="quota: credit"),
        pytest.param(429, _error("x", code="organization_spend_limit_exceeded"), "quota_exhausted", id="quota: organization's spend"),
        pytest.param(429, _error("x", code="project_spend_limit_exceeded"), "quota_exhausted", id="quota: project's spend"),
        pytest.param(429, _error("x", code="organization_usage_limit_exceeded"), "quota_exhausted", id="quota: organization's usage"),
        pytest.param(400, _error("x", code="billing_hard_limit_reached"), "quota_exhausted", id="quota as 400"),
        pytest.param(402, _error("Insufficient credits", code=402), "quota_exhausted", id="payment required"),
        pytest.param(429, _error("You exceeded your current quota, retry in 3s", code=429), "rate_limited", id="the word quota alone"),
        pytest.param(503, _error("x", code="server_is_overloaded"), "overloaded", id="overloaded"),
        pytest.param(503, _error("The engine is currently overloaded"), "overloaded", id="overloaded, in words"),
        pytest.param(503, {"error": "server busy, please try again. maximum pending requests exceeded"}, "overloaded", id="ollama's queue is full"),
        pytest.param(429, _error("Resource unavailable", code="resource_unavailable"), "overloaded", id="flex"),
        pytest.param(529, b"", "overloaded", id="529"),
        pytest.param(503, _error("Loading model", type="unavailable_error"), "server_error", id="503 otherwise"),
        pytest.param(500, _error("The server had an error"), "server_error", id="500"),
        pytest.param(502, b"<html>Bad gateway</html>", "server_error", id="502 as a web page"),
        pytest.param(599, b"\xff", "server_error", id="599 in no encoding"),
        pytest.param(409, _error("Conflict"), "server_error", id="conflict"),
        pytest.param(425, _error("Too early"), "server_error", id="too early: later it is not"),
        pytest.param(408, _error("Request timeout"), "timeout", id="408"),
        pytest.param(401, _error("Incorrect API key", code="invalid_api_key"), "unauthorised", id="401"),
        pytest.param(403, _error("Country not supported"), "unauthorised", id="403"),
        pytest.param(403, {"message": "Forbidden"}, "unauthorised", id="403 of a gateway that asks for a key"),
        pytest.param(403, b"<html>Request blocked</html>", "bad_request", id="403 of a firewall: about one text"),
        pytest.param(403, b"Request blocked: SQL grammar", "bad_request", id="403 of a firewall in plain text"),
        pytest.param(403, b"{}", "bad_request", id="403 without an error"),
        pytest.param(403, b"", "bad_request", id="403 without words"),
        pytest.param(500, {"error": "llama runner process has terminated: failed to allocate the model context"}, "server_error", id="the server runs out of memory"),
        pytest.param(400, _error("failed to allocate the model context"), "bad_request", id="the same as 400"),
        pytest.param(400, _error("Error in the model context protocol plugin"), "bad_request", id="another context"),
        pytest.param(500, {"error": {"code": 500, "message": "the request exceeds the available context size", "type": "server_error"}}, "server_error", id="too long in words as 500"),
        pytest.param(503, _error("The maximum context length is being changed"), "server_error", id="too long in words as 503"),
        pytest.param(404, _error("The model does not exist", code="model_not_found"), "not_found", id="404"),
        pytest.param(400, _error("unknown model", code="model_not_found"), "not_found", id="model not found as 400"),
        pytest.param(405, b"", "not_found", id="405"),
        pytest.param(301, b"", "not_found", id="moved"),
        pytest.param(413, b"<html>Request Entity Too Large</html>", "too_long", id="413"),
        pytest.param(400, _error("Invalid value for 'messages'", param="messages"), "bad_request", id="400 otherwise"),
        pytest.param(400, b"null", "bad_request", id="400 with null"),
        pytest.param(418, b"", "bad_request", id="418"),
        pytest.param(400, _error("Failed to generate JSON", code="json_validate_failed"), "unusable_reply", id="groq without what it generated"),
    ],
)  # fmt: skip
def test_a_kind(status: int, body: object, kind: FailureKind) -> None:
    failure = _read(status, body)
    assert (failure.kind, failure.status, failure.parameter) == (kind, status, None)


@pytest.mark.parametrize(
    ("status", "body", "parameter"),
    [
        pytest.param(400, _error("Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", param="max_tokens", code="unsupported_parameter"), "max_tokens", id="openai: the other is named too"),
        pytest.param(400, _error("Unrecognized request argument supplied: max_completion_tokens"), "max_completion_tokens", id="openai, older"),
        pytest.param(400, _error("Unsupported value: 'temperature' does not support 0 with this model.", param="temperature", code="unsupported_value"), "temperature", id="openai: a value"),
        pytest.param(400, _error("Unsupported value: 'reasoning_effort'", param="reasoning_effort"), "reasoning_effort", id="effort"),
        pytest.param(400, _error("Unknown parameter: 'reasoning.effort'.", param="reasoning.effort"), "reasoning_effort", id="effort by its other name"),
        pytest.param(400, _error("Unknown parameter", param="prompt_cache_key"), "prompt_cache_key", id="cache key"),
        pytest.param(400, _error("Unknown parameter", param="prompt_cache_options.ttl"), "prompt_cache_options", id="cache options"),
        pytest.param(400, _error("Unknown parameter", param="messages[0].content[0].prompt_cache_breakpoint"), "prompt_cache_options", id="breakpoint"),
        pytest.param(400, _error("Invalid schema for response_format 'verdicts'", param="response_format"), "response_format", id="openai: the schema"),
        pytest.param(400, _error("Invalid", param="response_format.json_schema.strict"), "response_format", id="a part of the response format"),
        pytest.param(400, {"error": "'response_format.type' must be 'json_schema' or 'text'"}, "response_format", id="lm studio"),
        pytest.param(400, _error("This model does not support response format `json_schema`.", type="invalid_request_error"), "response_format", id="groq"),
        pytest.param(400, {"object": "error", "message": "Failed to compile grammar", "code": 400}, "response_format", id="vllm, older"),
        pytest.param(422, {"detail": [{"loc": ["body", "temperature"], "msg": "Extra inputs are not permitted", "input": 0}]}, "temperature", id="fastapi"),
        pytest.param(422, {"object": "error", "message": {"detail": [{"loc": ["body", "max_completion_tokens"], "msg": "Extra inputs"}]}}, "max_completion_tokens", id="mistral"),
        pytest.param(400, _error("property 'temperature' is unsupported"), "temperature", id="in words"),
        pytest.param(400, _error("Provider returned error", code=400, metadata={"raw": '{"detail": "`response_format` is not supported"}'}), "response_format", id="behind a router"),
        pytest.param(501, _error("response_format is not implemented"), "response_format", id="not implemented"),
    ],
)  # fmt: skip
def test_a_refused_parameter_is_named(status: int, body: object, parameter: str) -> None:
    failure = _read(status, body)
    assert (failure.kind, failure.parameter) == ("parameter_refused", parameter)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(_error("The temperature of the article is too high"), id="a plain word"),
        pytest.param(
            _error("'temperature' stands in it", param="messages[1].content"), id="another parameter is the one"
        ),
        pytest.param(_error("my_max_tokens"), id="a part of another name"),
    ],
)
def test_no_parameter_is_taken_for_refused_that_is_not_named(body: object) -> None:
    assert _read(400, body).kind == "bad_request"


@pytest.mark.parametrize(
    ("status", "body", "limit"),
    [
        pytest.param(400, _error("This model's maximum context length is 128000 tokens. However, your messages resulted in 130001 tokens.", code="context_length_exceeded", param="messages"), 128_000, id="openai"),
        pytest.param(400, _error("Input tokens exceed the configured limit of 272000 tokens. Your messages resulted in 300000 tokens.", code="context_length_exceeded"), 272_000, id="openai, newer"),
        pytest.param(400, _error("the request exceeds the available context size, try increasing it", type="exceed_context_size_error", code=400, n_prompt_tokens=5000, n_ctx=4096), 4096, id="llama.cpp"),
        pytest.param(400, {"error": "the request exceeds the available context size"}, None, id="llama.cpp, older"),
        pytest.param(422, _error("This model's context window is 8192 tokens"), 8192, id="as 422"),
        pytest.param(400, {"error": "the input length exceeds the context length"}, None, id="ollama"),
        pytest.param(400, _error("Your prompt exceeds the model's context window"), None, id="the model's"),
        pytest.param(400, _error("Input is too long for requested model."), None, id="bedrock"),
        pytest.param(400, {"object": "error", "message": "'max_tokens' or 'max_completion_tokens' is too large: 8000. This model's maximum context length is 4096 tokens and your request has 100 input tokens", "code": 400}, 4096, id="vllm names parameters too"),
        pytest.param(400, {"error": "Trying to keep the first 5000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens"}, 4096, id="lm studio"),
        pytest.param(400, _error("Prompt contains 40,000 tokens, too large for model with 32,768 maximum context length"), 32_768, id="mistral"),
        pytest.param(400, _error("Please reduce the length of the messages or completion.", code="context_length_exceeded"), None, id="groq does not say"),
        pytest.param(413, _error("Request too large for model on tokens per minute (TPM): Limit 6000, Requested 8000", code="rate_limit_exceeded"), 6000, id="groq: more than a minute allows"),
        pytest.param(429, _error("Request too large for gpt-x on tokens per min (TPM): Limit 30000, Requested 40000", code="rate_limit_exceeded"), 30_000, id="openai: more than a minute allows"),
        pytest.param(400, _error("x", type="exceed_context_size_error", n_ctx=-5), None, id="a negative size"),
        pytest.param(400, _error("x", type="exceed_context_size_error", n_ctx=10**40), None, id="an absurd size"),
    ],
)  # fmt: skip
def test_a_prompt_that_is_too_long_says_how_long_it_may_be(status: int, body: object, limit: int | None) -> None:
    failure = _read(status, body)
    assert (failure.kind, failure.limit_tokens) == ("too_long", limit)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        pytest.param(400, _error("The response was filtered due to the prompt triggering Azure OpenAI's content management policy.", code="content_filter", param="prompt", innererror={"code": "ResponsibleAIPolicyViolation"}), id="azure"),
        pytest.param(400, _error("x", code=None, innererror={"code": "ResponsibleAIPolicyViolation"}), id="azure, by the inner code"),
        pytest.param(400, _error("Invalid prompt: your prompt was flagged as potentially violating our usage policy.", code="invalid_prompt"), id="openai"),
        pytest.param(403, _error("Your chosen model requires moderation and your input was flagged", code=403), id="openrouter"),
    ],
)  # fmt: skip
def test_what_a_content_filter_refuses_is_an_answer_about_the_article(status: int, body: object) -> None:
    reply = find_answer(status, read_words(json.dumps(body).encode()))
    assert reply is not None
    assert (reply.finish, reply.text) == ("content_filter", "")


def test_what_groq_refuses_of_its_own_models_is_a_reply_to_be_mended() -> None:
    body = _error("Failed to generate JSON", code="json_validate_failed", failed_generation="Sure! {}")
    reply = find_answer(400, read_words(json.dumps(body).encode()))
    assert reply is not None
    assert reply.text == "Sure! {}"


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
def test_a_value_that_is_too_large_says_how_large_it_may_be(name: str) -> None:
    words = f"{name} is too large: 20000. This model supports at most 16384 completion tokens, you provided 20000."
    failure = _read(400, _error(words, param=name, code="invalid_value"))
    assert (failure.kind, failure.parameter, failure.most_output) == ("parameter_refused", name, 16_384)


def test_a_value_that_is_too_large_by_nobody_knows_how_much_is_no_refusal_of_the_parameter() -> None:
    failure = _read(400, _error("Invalid value: 'max_tokens' is too large", param="max_tokens"))
    assert (failure.kind, failure.parameter, failure.most_output) == ("bad_request", None, None)


def test_no_other_parameter_bounds_the_reply() -> None:
    failure = _read(400, _error("'temperature' must be at most 20", param="temperature"))
    assert (failure.kind, failure.parameter, failure.most_output) == ("parameter_refused", "temperature", None)


def test_the_wait_a_server_asks_for_goes_along() -> None:
    words = read_words(json.dumps(_error("Rate limit reached")).encode())
    assert read_failure(429, words, {"retry-after": "3"}).retry_after_s == 3
    assert read_failure(503, words, {"retry-after": "4"}).retry_after_s == 4
    assert read_failure(425, words, {"retry-after": "6"}).retry_after_s == 6
    assert read_failure(400, words, {"retry-after": "5"}).retry_after_s is None


def test_every_failure_that_may_carry_a_wait_may_pass() -> None:
    words = read_words(json.dumps(_error("x")).encode())
    failures = [read_failure(status, words, {"retry-after": "3"}) for status in range(400, 600)]
    assert {failure.kind for failure in failures if failure.retry_after_s is not None} <= MAY_PASS


def test_the_text_is_a_clause_in_the_servers_words() -> None:
    assert str(_read(429, _error("Rate limit reached."))) == "the server answered 429: Rate limit reached"
    assert str(_read(500, b"")) == "the server answered 500"
