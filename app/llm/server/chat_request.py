"""Owns how a question becomes the parameters of a chat-completions request."""

import hashlib
from collections.abc import Sequence
from typing import Literal

from openai.types.chat import ChatCompletionContentPartTextParam, ChatCompletionMessageParam
from openai.types.chat.completion_create_params import CompletionCreateParamsNonStreaming

from app.llm.model import Message, Question
from app.llm.server.caching import MAX_BREAKPOINTS, takes_breakpoints
from app.llm.server.hosts import find_gpt_version, is_azure, is_openai
from app.llm.wire import Shape

SCHEMA_NAME = "verdicts"
"""The same always: the schema, its name included, is part of what providers cache."""


def build_request(question: Question, shape: Shape, *, server: str, model: str) -> CompletionCreateParamsNonStreaming:
    """All that is sent about one question, without what the shape drops and what this server or model does not know."""
    breakpoints = takes_breakpoints(server, model) and "prompt_cache_options" not in shape.dropped
    marked = _choose_breakpoints(question.messages) if breakpoints else frozenset()
    request: CompletionCreateParamsNonStreaming = {
        "model": model,
        "messages": [_as_param(message, marked=place in marked) for place, message in enumerate(question.messages)],
    }
    for bound in _choose_bounds(shape, server):
        request[bound] = min(question.max_output_tokens, shape.most_output or question.max_output_tokens)
    if "temperature" not in shape.dropped:
        request["temperature"] = 0
    effort = _find_effort(model)
    if effort is not None and "reasoning_effort" not in shape.dropped:
        request["reasoning_effort"] = effort
    if breakpoints:
        # Explicit also where nothing is marked: the implicit way would write every article to the cache, for money.
        request["prompt_cache_options"] = {"mode": "explicit", "ttl": "30m"}
    key = _find_cache_key(question.messages, model)
    if key is not None and is_openai(server) and "prompt_cache_key" not in shape.dropped:
        request["prompt_cache_key"] = key
    _set_response_format(request, question, shape)
    return request


def _choose_bounds(shape: Shape, server: str) -> list[Literal["max_completion_tokens", "max_tokens"]]:
    """Ollama reads "max_tokens" only, OpenAI's newer models refuse it; where one is dropped, the other stays."""
    left: list[Literal["max_completion_tokens", "max_tokens"]] = [
        bound for bound in ("max_completion_tokens", "max_tokens") if bound not in shape.dropped
    ]
    return left[:1] if is_openai(server) or is_azure(server) else left


def _find_effort(model: str) -> Literal["none", "minimal"] | None:
    """As little reasoning as a model can: its tokens are paid as output. The first GPT-5 does not know "none"."""
    version = find_gpt_version(model)
    if version is None or version < (5, 0) or "chat" in model:
        return None
    return "minimal" if version == (5, 0) else "none"


def _choose_breakpoints(messages: Sequence[Message]) -> frozenset[int]:
    ends = [place for place, message in enumerate(messages) if message.ends_prefix]
    return frozenset(ends[-MAX_BREAKPOINTS:])


def _find_cache_key(messages: Sequence[Message], model: str) -> str | None:
    """Names the shared prefix, so that questions which have it reach the same cache; None where nothing is shared."""
    ends = [place for place, message in enumerate(messages) if message.ends_prefix]
    if not ends:
        return None
    digest = hashlib.sha256(model.encode())
    for message in messages[: ends[-1] + 1]:
        content = message.content.encode("utf-8", "surrogatepass")
        digest.update(message.role.encode() + len(content).to_bytes(8) + content)
    return f"scopenote-{digest.hexdigest()[:32]}"


def _as_param(message: Message, *, marked: bool) -> ChatCompletionMessageParam:
    part: ChatCompletionContentPartTextParam = {"type": "text", "text": message.content}
    if marked:
        part["prompt_cache_breakpoint"] = {"mode": "explicit"}
    match message.role:
        case "system":
            return {"role": "system", "content": [part] if marked else message.content}
        case "user":
            return {"role": "user", "content": [part] if marked else message.content}
        case "assistant":
            return {"role": "assistant", "content": [part] if marked else message.content}


def _set_response_format(request: CompletionCreateParamsNonStreaming, question: Question, shape: Shape) -> None:
    schema: dict[str, object] = {**question.reply_schema}
    match shape.rung:
        case "strict":
            request["response_format"] = {
                "type": "json_schema",
                "json_schema": {"name": SCHEMA_NAME, "strict": True, "schema": schema},
            }
        case "schema":
            request["response_format"] = {
                "type": "json_schema",
                "json_schema": {"name": SCHEMA_NAME, "schema": schema},
            }
        case "json_object":
            request["response_format"] = {"type": "json_object"}
        case "text":
            return
