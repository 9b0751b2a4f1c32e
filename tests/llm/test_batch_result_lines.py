"""Result lines: what each of a batch's answers comes to, whatever stands in the file."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.attempt import FailureKind, Tokens
from app.llm.batch.result_lines import CANCELLED, EXPIRED, LineFailure, find_line_id, read_result

COMPLETION = {
    "choices": [{"message": {"content": '{"a": 1}'}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 100, "completion_tokens": 7, "prompt_tokens_details": {"cached_tokens": 64}},
}


def write(response: object = None, error: object = None) -> bytes:
    return json.dumps({"id": "r1", "custom_id": "l1", "response": response, "error": error}).encode()


def refuse(status: int, **error: object) -> bytes:
    return write({"status_code": status, "body": {"error": error}})


def test_an_answer_is_read_as_any_other() -> None:
    result = read_result(write({"status_code": 200, "body": COMPLETION}), [])
    assert result is not None
    assert result.reply is not None
    assert (result.line, result.reply.text, result.reply.finish) == ("l1", '{"a": 1}', "stop")
    assert result.reply.tokens == Tokens(input=100, cached=64, output=7)


def test_a_filter_is_an_answer() -> None:
    result = read_result(refuse(400, message="Filtered.", code="content_filter"), [])
    assert result is not None
    assert result.reply is not None
    assert result.reply.finish == "content_filter"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        pytest.param(refuse(500, message="Oh."), "server_error", id="500"),
        pytest.param(refuse(429, message="Quota.", type="insufficient_quota"), "quota_exhausted", id="no money"),
        pytest.param(refuse(400, message="maximum context length is 4096"), "too_long", id="too long"),
        pytest.param(refuse(400, message="'temperature' is not supported"), "parameter_refused", id="parameter"),
        pytest.param(refuse(400, message="no"), "bad_request", id="400"),
        pytest.param(write({"status_code": 200, "body": {"choices": []}}), "unusable_reply", id="no choices"),
        pytest.param(write({"status_code": 200, "body": None}), "unusable_reply", id="no body"),
        pytest.param(write({"status_code": "200", "body": COMPLETION}), "unusable_reply", id="no status"),
        pytest.param(write(None, {"code": "odd", "message": "Who knows."}), "server_error", id="an odd error"),
        pytest.param(write(None, None), "server_error", id="neither"),
    ],
)
def test_what_is_no_answer_says_what_may_help(content: bytes, kind: FailureKind) -> None:
    result = read_result(content, [])
    assert result is not None
    assert result.failure is not None
    assert (result.reply, result.failure.kind, result.failure.course) == (None, kind, "run")


@pytest.mark.parametrize(
    ("code", "failure"),
    [pytest.param("batch_expired", EXPIRED, id="expired"), pytest.param("batch_cancelled", CANCELLED, id="cancelled")],
)
def test_a_line_that_was_never_run_is_told_apart(code: str, failure: LineFailure) -> None:
    result = read_result(write(None, {"code": code, "message": "Too late."}), [])
    assert result is not None
    assert result.failure == failure


def test_tokens_of_an_answer_that_cannot_be_used_are_kept() -> None:
    result = read_result(write({"status_code": 200, "body": {**COMPLETION, "choices": []}}), [])
    assert result is not None
    assert result.failure is not None
    assert result.failure.tokens == Tokens(input=100, cached=64, output=7)


def test_a_failure_does_not_quote_the_article() -> None:
    article = "The minister of tides has signed a treaty with seven bakeries in the old harbour."
    result = read_result(refuse(400, message=f"cannot parse: {article}"), [article])
    assert result is not None
    assert result.failure is not None
    assert "bakeries" not in result.failure.message


def test_a_failure_survives_being_written_down() -> None:
    result = read_result(refuse(400, message="maximum context length is 4096"), [])
    assert result is not None
    assert result.failure is not None
    failed = LineFailure.model_validate_json(result.failure.model_dump_json()).as_attempt_failed()
    assert (failed.kind, failed.limit_tokens, failed.status) == ("too_long", 4096, 400)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b'{"custom_id": "l1"', id="half a line"),
        pytest.param(b'{"custom_id": 7}', id="a number"),
        pytest.param(b'{"custom_id": ""}', id="empty"),
        pytest.param(b'["l1"]', id="a list"),
        pytest.param(b'{"custom_id": "l\\u0000"}', id="what no database takes"),
        pytest.param(b'{"custom_id": "' + b"x" * 300 + b'"}', id="too long a name"),
        pytest.param(b"[" * 100_000, id="nested"),
        pytest.param(b"\xff\xfe", id="no text"),
    ],
)
def test_a_line_that_cannot_be_told_whose_it_is_comes_to_nothing(content: bytes) -> None:
    assert find_line_id(content) is None
    assert read_result(content, []) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(status=JSON | st.sampled_from([200, 400, 500]), body=JSON, error=JSON)
def test_whatever_stands_there_is_a_reply_or_a_failure(status: object, body: object, error: object) -> None:
    result = read_result(write({"status_code": status, "body": body}, error), [])
    assert result is not None
    assert (result.reply is None) != (result.failure is None)
