"""Owns reading a line of a batch's result files: a reply, or why there is none."""

import json
from typing import Literal

from app.domain.attempt import FailureKind, Tokens
from app.domain.value import Value
from app.llm.failures import AttemptFailed
from app.llm.model import Reply
from app.llm.server.chat_reply import Fields, as_fields, read_completion, read_json
from app.llm.server.reading_failures import find_answer, read_failure
from app.llm.server.server_words import hide, read_words, shorten

MAX_ID = 200

Course = Literal["run", "expired", "cancelled"]


class LineFailure(Value):
    """Why a line has no reply. `limit_tokens` is the most that the server reads at once, where it says so.

    `tokens` are those that it reported nevertheless. `course`: whether the line was run at all, or the
    batch had ended before.
    """

    kind: FailureKind
    message: str
    status: int | None = None
    parameter: str | None = None
    limit_tokens: int | None = None
    most_output: int | None = None
    tokens: Tokens | None = None
    course: Course = "run"

    def as_attempt_failed(self) -> AttemptFailed:
        """The failure as it would have come had the question been asked by itself."""
        return AttemptFailed(
            self.kind,
            self.message,
            status=self.status,
            parameter=self.parameter,
            limit_tokens=self.limit_tokens,
            most_output=self.most_output,
            tokens=self.tokens,
        )


EXPIRED = LineFailure(
    kind="overloaded", message="the batch ran out of time before it came to this question", course="expired"
)
CANCELLED = LineFailure(
    kind="overloaded", message="the batch was cancelled before it came to this question", course="cancelled"
)
MISSING = LineFailure(kind="disconnected", message="the batch ended, and its files say nothing about this question")


class Result(Value):
    """What one line came to: a reply or a failure, never both."""

    line: str
    reply: Reply | None = None
    failure: LineFailure | None = None


def find_line_id(content: bytes) -> str | None:
    """The name of the line that a result is about; None where it cannot be told."""
    named = as_fields(read_json(content)).get("custom_id")
    is_one = isinstance(named, str) and 0 < len(named) <= MAX_ID and named.isascii() and named.isprintable()
    return str(named) if is_one else None


def read_result(content: bytes, contents: list[str]) -> Result | None:
    """A result by its bytes; None where it cannot be told whose it is.

    `contents` are the messages of the line's question, which a failure is not to quote.
    """
    line_id = find_line_id(content)
    if line_id is None:
        return None
    fields = as_fields(read_json(content))
    response = as_fields(fields.get("response"))
    if not response:
        return Result(line=line_id, failure=_read_no_response(as_fields(fields.get("error"))))
    try:
        return Result(line=line_id, reply=_read_response(response, contents))
    except AttemptFailed as failure:
        return Result(line=line_id, failure=_write_down(failure))


def _read_no_response(error: Fields) -> LineFailure:
    code, message = error.get("code"), error.get("message")
    if code == "batch_expired":
        return EXPIRED
    if code == "batch_cancelled":
        return CANCELLED
    told = shorten(": ".join(text for text in (code, message) if isinstance(text, str)))
    return LineFailure(kind="server_error", message=f"the server did not run it{': ' if told else ''}{told}")


def _read_response(response: Fields, contents: list[str]) -> Reply:
    """The reply, also where it comes as a refusal.

    Raises:
        AttemptFailed: there is none.
    """
    status, body = response.get("status_code"), response.get("body")
    if type(status) is not int or not 100 <= status < 600:
        raise AttemptFailed("unusable_reply", "the server's answer has no status")
    fields = as_fields(body)
    if status < 300 and (not fields.get("error") or fields.get("choices")):
        return read_completion(body)
    words = read_words(json.dumps(body).encode())
    words = words.model_copy(update={"message": hide(words.message, secrets=(), contents=contents)})
    answer = find_answer(status, words)
    if answer is None:
        raise read_failure(status, words, {}, is_wrapped=status < 300)
    return answer


def _write_down(failure: AttemptFailed) -> LineFailure:
    return LineFailure(
        kind=failure.kind,
        message=str(failure),
        status=failure.status,
        parameter=failure.parameter,
        limit_tokens=failure.limit_tokens,
        most_output=failure.most_output,
        tokens=failure.tokens,
    )
