"""Owns the server's answers: an honest chat completion, and each way in which one can be wrong."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.servers import honest_answer
from tests.servers.faults import Fault
from tests.servers.honest_answer import INVENTED_CATEGORY, INVENTED_QUOTE, read_text
from tests.servers.request_log import Billed

CHARACTERS_PER_TOKEN = 4
CACHED_FROM, CACHED_STEP = 1024, 128
READ_AT_MOST = 256
"""Tokens of a prompt that a server reads which silently leaves out the rest."""
PLENTY = {
    "x-ratelimit-limit-requests": "10000000",
    "x-ratelimit-remaining-requests": "9999999",
    "x-ratelimit-reset-requests": "1ms",
    "x-ratelimit-limit-tokens": "10000000000",
    "x-ratelimit-remaining-tokens": "9999999999",
    "x-ratelimit-reset-tokens": "1ms",
}

Ending = Literal["whole", "cut", "closed", "never"]
"""How much of an answer is sent: all, half of the body, nothing and goodbye, nothing at all."""


@dataclass(frozen=True)
class Answer:
    """What goes back. `billed` is on the bill whether or not the answer says so (`told`)."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    ending: Ending = "whole"
    billed: Billed = field(default_factory=Billed)
    told: bool = False


def refuse(status: int, message: str, *, kind: str, code: str | None, parameter: str | None = None) -> Answer:
    """An error as OpenAI words them."""
    error = {"message": message, "type": kind, "param": parameter, "code": code}
    return Answer(status, json.dumps({"error": error}).encode())


ERRORS: dict[Fault, Answer] = {
    "quota": refuse(
        429,
        "You exceeded your current quota, please check your plan and billing details.",
        kind="insufficient_quota",
        code="insufficient_quota",
    ),
    "server_error": refuse(
        500, "The server had an error while processing your request.", kind="server_error", code=None
    ),
    "overloaded": refuse(
        503,
        "The server is currently overloaded with other requests.",
        kind="server_error",
        code="server_is_overloaded",
    ),
    "content_filter_400": refuse(
        400,
        "The response was filtered due to the prompt triggering the content management policy.",
        kind="invalid_request_error",
        code="content_filter",
        parameter="prompt",
    ),
    "html": Answer(
        200,
        b"<!DOCTYPE html><html><body><h1>Sign in to the guest network</h1></body></html>",
        {"content-type": "text/html; charset=utf-8"},
    ),
}


class PrefixCache:
    """Remembers the messages it has seen, so that a prompt's known beginning counts as cached."""

    def __init__(self) -> None:
        self._seen: set[int] = set()

    def measure(self, request: Mapping[str, Any]) -> tuple[int, int]:
        """The prompt's tokens, and how many of them were read before; the prompt is known from now on."""
        read = cached = 0
        path: tuple[str, ...] = (str(request.get("model")), json.dumps(request.get("response_format")))
        for message in request["messages"]:
            text = read_text(message["content"])
            read += len(text)
            path = (*path, message["role"], text)
            if hash(path) in self._seen:
                cached = read
            self._seen.add(hash(path))
        tokens, known = read // CHARACTERS_PER_TOKEN, cached // CHARACTERS_PER_TOKEN
        return tokens, known // CACHED_STEP * CACHED_STEP if known >= CACHED_FROM else 0


def hold_off(fault: Fault, retry_after_s: float) -> Answer:
    """A 429 of the kind that passes, with its headers."""
    code = "slow_down" if fault == "slow_down" else "rate_limit_exceeded"
    answer = refuse(429, "Rate limit reached for requests. Please try again later.", kind="requests", code=code)
    wait_ms = round(retry_after_s * 1000)
    wait = {"retry-after-ms": str(wait_ms)} if fault == "rate_limited_ms" else {"retry-after": f"{retry_after_s:g}"}
    left = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": f"{wait_ms}ms"}
    return Answer(429, answer.body, {**PLENTY, **left, **wait})


def answer_fault(
    fault: Fault, request: Mapping[str, Any], cache: PrefixCache, *, retry_after_s: float, held_share: float
) -> Answer:
    """What the server says to this request if this is what goes wrong."""
    if fault in {"rate_limited", "rate_limited_ms", "slow_down"}:
        return hold_off(fault, retry_after_s)
    return ERRORS.get(fault) or complete(fault, request, cache, held_share)


def complete(fault: Fault, request: Mapping[str, Any], cache: PrefixCache, held_share: float) -> Answer:
    """A chat completion, whole or spoilt."""
    honest = honest_answer.answer(request, held_share)
    message, finish = write_message(fault, honest)
    message, finish = cut_to_limit(message, finish, request) if fault != "very_long" else (message, finish)
    tokens, cached = cache.measure(request)
    if fault == "prompt_truncated":
        tokens, cached = min(tokens, READ_AT_MOST), 0
    billed = Billed(tokens, cached, count_tokens(message["content"] or message.get("refusal") or ""))
    choice = {"index": 0, "message": message, "finish_reason": finish, "logprobs": None}
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": request["model"],
        "choices": [] if fault == "no_choices" else [choice],
        "usage": tell_usage(billed),
    }
    if fault == "no_usage":
        del body["usage"]
    ends: dict[Fault, Ending] = {"hang": "never", "disconnect": "closed", "disconnect_midway": "cut"}
    ending = ends.get(fault, "whole")
    told = "usage" in body and ending == "whole"
    return Answer(200, json.dumps(body).encode(), PLENTY, ending, billed, told)


def write_message(fault: Fault, honest: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """The assistant's message and why it ended."""
    whole = json.dumps(spoil(fault, honest))
    texts: dict[Fault, tuple[str | None, str]] = {
        "fenced": (f"Here is the answer:\n```json\n{whole}\n```", "stop"),
        "truncated": (whole[: len(whole) * 2 // 3], "stop"),
        "length": (whole[: len(whole) * 2 // 3], "length"),
        "content_filter": (whole[: len(whole) // 3], "content_filter"),
        "prose": ("I would say that this article is mostly about how work is organised.", "stop"),
        "refusal": (None, "stop"),
        "very_long": (whole[:-1] + " " * 60_000 + whole[-1:], "stop"),
    }
    text, finish = texts.get(fault, (whole, "stop"))
    message: dict[str, Any] = {"role": "assistant", "content": text}
    if fault == "refusal":
        message["refusal"] = "I'm sorry, I cannot help with that."
    return message, finish


def spoil(fault: Fault, honest: dict[str, Any]) -> dict[str, Any]:
    """The honest reply, with what this fault makes of its values."""
    verdicts = [dict(verdict) for verdict in honest.get("verdicts", [])]
    match fault:
        case "wrong_types":
            return {**honest, "verdicts": "see above", "not_applicable": 7}
        case "invented_category":
            made_up = [{**verdict, "category": INVENTED_CATEGORY} for verdict in verdicts[:1]]
            return {**honest, "verdicts": made_up + verdicts}
        case "invented_quote":
            for verdict in verdicts:
                verdict["topics"] = [{**check, "quote": INVENTED_QUOTE} for check in verdict["topics"]]
            return {**honest, "verdicts": verdicts}
    return honest


def cut_to_limit(message: dict[str, Any], finish: str, request: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """The message as far as the request's limit on tokens lets it come."""
    limit = request.get("max_completion_tokens") or request.get("max_tokens")
    text = message["content"]
    if not limit or not text or count_tokens(text) <= limit:
        return message, finish
    return {**message, "content": text[: limit * CHARACTERS_PER_TOKEN]}, "length"


def count_tokens(text: str) -> int:
    """As many tokens as this server says a text has."""
    return -(-len(text) // CHARACTERS_PER_TOKEN)


def tell_usage(billed: Billed) -> dict[str, Any]:
    """The bill as a completion tells it."""
    return {
        "prompt_tokens": billed.input,
        "completion_tokens": billed.output,
        "total_tokens": billed.input + billed.output,
        "prompt_tokens_details": {"cached_tokens": billed.cached},
    }
