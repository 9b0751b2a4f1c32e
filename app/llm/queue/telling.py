"""Owns what people are told when no reply came: what happened, and what to do about it."""

from datetime import datetime

from app.domain.attempt import FailureKind
from app.errors import ModelUnavailable, PromptTooLong, QuotaExhausted
from app.llm.failures import AttemptFailed
from app.llm.queue.circuit import Reason

_INSTEAD = "or set SCOPENOTE_JUDGE=local"
_REMEDIES: dict[FailureKind, str] = {
    "rate_limited": "Wait a while, or lower SCOPENOTE_MAX_IN_FLIGHT",
    "slow_down": "Wait a while, or lower SCOPENOTE_MAX_IN_FLIGHT",
    "quota_exhausted": "Top up the account or raise its limit",
    "overloaded": "Wait a while",
    "server_error": "Wait a while",
    "timeout": "Raise SCOPENOTE_TIMEOUT_S if the server is slow",
    "unreachable": "Check OPENAI_BASE_URL and that the server runs",
    "disconnected": "Check the server and the way to it",
    "parameter_refused": "Choose a server or SCOPENOTE_MODEL that takes it",
    "too_long": "Set SCOPENOTE_CONTEXT_TOKENS to what it reads, choose a SCOPENOTE_MODEL that reads more",
    "bad_request": "Check that SCOPENOTE_MODEL is a chat model",
    "unauthorised": "Check OPENAI_API_KEY and what it may use",
    "not_found": "Check SCOPENOTE_MODEL and OPENAI_BASE_URL",
    "unusable_reply": "Check that OPENAI_BASE_URL leads to a chat-completions server",
}


def explain_failure(failure: AttemptFailed, subject: str, attempts: int) -> ModelUnavailable:
    """Why a question was given up after its last attempt. `subject` names model and server."""
    tried = f" (asked {attempts} times)" if attempts > 1 else ""
    cause = f"{subject} gave no answer{tried}: {_end(str(failure))}"
    if failure.kind == "too_long":
        return PromptTooLong(f"{cause} {_tell_remedy(failure.kind)}", limit_tokens=failure.limit_tokens)
    return _build(failure.kind, cause)


def explain_left_alone(reason: Reason, subject: str, until: datetime) -> ModelUnavailable:
    """Why a question is not even sent: what happened before, and when the server is tried again."""
    tried = f" {reason.times} times in a row" if reason.times > 1 else ""
    cause = f"{subject} gave no answer{tried}: {_end(reason.message)}"
    return _build(reason.kind, cause, f" It is not asked before {until:%H:%M:%S} UTC.")


def explain_told_to_wait(subject: str, wait_s: float) -> ModelUnavailable:
    """An editor's question was not sent: the server named a time that lies beyond what an editor waits."""
    return ModelUnavailable(
        f"{subject} asks to be left alone for another {wait_s:.0f} s, longer than an editor's question waits. "
        "Ask again then, or set SCOPENOTE_JUDGE=local."
    )


def explain_no_turn(subject: str, waited_s: float) -> ModelUnavailable:
    """Why a question that waited was not sent."""
    return ModelUnavailable(
        f"{subject} had no room for this question within {waited_s:.0f} s. "
        f"Ask again later, raise SCOPENOTE_MAX_IN_FLIGHT if the server can bear it, {_INSTEAD}."
    )


def explain_cut(subject: str, read_tokens: int, sent_tokens: int) -> PromptTooLong:
    """Why an answer is not believed: the server did not read all that it was sent, and did not say so."""
    return PromptTooLong(
        f"{subject} read only {read_tokens:,} of about {sent_tokens:,} tokens and dropped the rest without saying so. "
        f"Raise the server's context size (OLLAMA_CONTEXT_LENGTH, --ctx-size), {_INSTEAD}.",
        limit_tokens=read_tokens,
    )


def _build(kind: FailureKind, cause: str, so: str = "") -> ModelUnavailable:
    """`so` is what follows from the cause for other questions, for as long as those wait."""
    error = QuotaExhausted if kind == "quota_exhausted" else ModelUnavailable
    return error(f"{cause}{so} {_tell_remedy(kind)}", cause=cause, remedy=_REMEDIES[kind])


def _tell_remedy(kind: FailureKind) -> str:
    return f"{_REMEDIES[kind]}, {_INSTEAD}."


def _end(text: str) -> str:
    """The text as a sentence of its own."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."
