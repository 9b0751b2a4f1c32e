"""Owns reading a server's 200: a chat completion, of whose types none is taken on trust."""

import math
from collections.abc import Mapping
from typing import cast

from pydantic_core import from_json

from app.domain.attempt import Tokens
from app.llm.failures import AttemptFailed
from app.llm.model import Reply

MAX_COUNT = 10_000_000
"""Tokens of one call: no model reads or writes as many."""
MAX_COST_USD = 10_000.0
MAX_FINISH = 50
MAX_REFUSAL = 1_000

_FINISHES = {
    "max_tokens": "length",
    "model_length": "length",
    "eos": "stop",
    "eos_token": "stop",
    "end_turn": "stop",
    "stop_sequence": "stop",
}
"""What other servers call it."""

Fields = Mapping[str, object]


def read_json(content: bytes) -> object:
    """The body as JSON; None where it is none, or nested beyond reason."""
    try:
        return cast(object, from_json(content))
    except ValueError:
        return None


def as_fields(value: object) -> Fields:
    """An object's fields; none where it is something else."""
    return cast(Fields, value) if isinstance(value, dict) else {}


def read_completion(body: object) -> Reply:
    """The first choice of a completion, and what it cost.

    Raises:
        AttemptFailed: it is no completion ("unusable_reply"), with the tokens where they could be read.
    """
    fields = as_fields(body)
    if not fields:
        raise AttemptFailed("unusable_reply", "the server's answer is not a JSON object", status=200)
    tokens = _read_tokens(fields.get("usage"))
    choices = fields.get("choices")
    if not isinstance(choices, list) or not choices:
        raise _refuse("has no choices", tokens)
    choice = as_fields(choices[0])
    message = as_fields(choice.get("message"))
    if not message:
        raise _refuse("has a choice without a message", tokens)
    return Reply(
        text=_read_text(message.get("content"), tokens),
        finish=_read_finish(choice.get("finish_reason"), tokens),
        refusal=_read_refusal(message.get("refusal"), tokens),
        tokens=tokens,
        cost_usd=_find_cost(fields.get("usage")),
    )


def _refuse(what: str, tokens: Tokens | None) -> AttemptFailed:
    return AttemptFailed("unusable_reply", f"the server's answer {what}", status=200, tokens=tokens)


def _read_text(content: object, tokens: Tokens | None) -> str:
    """What was thought before ("reasoning_content") is not part of the answer."""
    if content is None or isinstance(content, str):
        return content or ""
    if not isinstance(content, list):
        raise _refuse(f"has a content that is no text but {type(content).__name__}", tokens)
    parts = [as_fields(part) for part in content]
    texts = [part.get("text", "") for part in parts if part.get("type") == "text"]
    if not all(isinstance(text, str) for text in texts):
        raise _refuse("has a part of its content that is no text", tokens)
    return "".join(str(text) for text in texts)


def _read_finish(finish: object, tokens: Tokens | None) -> str:
    if finish is None:
        return "unknown"
    if not isinstance(finish, str):
        raise _refuse(f"has a finish_reason that is no text but {type(finish).__name__}", tokens)
    if finish == "error":  # OpenRouter, where a provider broke off midway
        raise _refuse("broke off with an error", tokens)
    return _FINISHES.get(finish, finish[:MAX_FINISH])


def _read_refusal(refusal: object, tokens: Tokens | None) -> str | None:
    if refusal is None or isinstance(refusal, str):
        return refusal[:MAX_REFUSAL] if refusal else None
    raise _refuse(f"has a refusal that is no text but {type(refusal).__name__}", tokens)


def _read_tokens(usage: object) -> Tokens | None:
    """None where the server does not say, or says what cannot be: the answer is as good without.

    Parts that do not fit into their whole are not counted.
    """
    fields = as_fields(usage)
    put_in, given_out = _find_count(fields.get("prompt_tokens")), _find_count(fields.get("completion_tokens"))
    if put_in is None or given_out is None:
        return None
    details = as_fields(fields.get("prompt_tokens_details"))
    cached = min(put_in, _find_count(details.get("cached_tokens")) or 0)
    written = min(put_in - cached, _find_count(details.get("cache_write_tokens")) or 0)
    return Tokens(input=put_in, cached=cached, written=written, output=given_out)


def _find_count(value: object) -> int | None:
    """A count of tokens; None where it is none, or no count that could be."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not 0 <= value <= MAX_COUNT or value != int(value):
        return None
    return int(value)


def _find_cost(usage: object) -> float | None:
    """What OpenRouter says it charged; an amount that cannot be is left to the price list."""
    cost = as_fields(usage).get("cost")
    if isinstance(cost, bool) or not isinstance(cost, int | float):
        return None
    return float(cost) if 0 <= cost <= MAX_COST_USD and math.isfinite(cost) else None
