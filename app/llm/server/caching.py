"""Owns what is known about prompt caches: who keeps one, from which size on, and how it is asked for."""

from typing import Literal

from pydantic import NonNegativeInt, PositiveInt

from app.domain.value import Value
from app.llm.server.hosts import find_gpt_version, is_azure, is_groq, is_openai

MIN_PREFIX = 1_024
MIN_PREFIX_5_5 = 2_048
FIRST_WITH_BREAKPOINTS = (5, 6)
MAX_BREAKPOINTS = 4
"""So many of a request's breakpoints are written; the latest count."""

Mode = Literal["breakpoints", "implicit", "none"]


class PrefixCache(Value):
    """How a server treats a prefix that stays the same from question to question.

    breakpoints: the prefix is cached up to where we mark it, and nothing else is written.
    implicit: whatever was sent lately is read again by itself. none: nothing may be counted on.

    `min_prefix` is the fewest tokens that are cached; hits come in steps of `step` tokens.
    `is_cheaper`: cached tokens have a price of their own; elsewhere they only come sooner.
    `is_reported`: the usage of a reply says how many there were.
    """

    mode: Mode
    min_prefix: NonNegativeInt = 0
    step: PositiveInt = 1
    is_cheaper: bool = False
    is_reported: bool = False


def takes_breakpoints(server: str, model: str) -> bool:
    """Whether cache breakpoints may be sent: older models and other servers refuse what they do not know."""
    version = find_gpt_version(model)
    return is_openai(server) and version is not None and version >= FIRST_WITH_BREAKPOINTS


def get_min_prefix(model: str) -> int:
    """The fewest tokens of a prefix that OpenAI caches."""
    return MIN_PREFIX_5_5 if find_gpt_version(model) == (5, 5) else MIN_PREFIX


def get_prefix_cache(server: str, model: str) -> PrefixCache:
    """What a planner may count on.

    From GPT-5.6 on the implicit way writes the whole prompt, article included, at a higher price
    and never reads it again, so only marked prefixes count there. What runs on one's own machines (vLLM,
    llama.cpp, Ollama) reads a prefix again for free and mostly does not report it.
    """
    version, min_prefix = find_gpt_version(model), get_min_prefix(model)
    if takes_breakpoints(server, model):
        return PrefixCache(mode="breakpoints", min_prefix=min_prefix, is_cheaper=True, is_reported=True)
    if is_openai(server) or is_azure(server):
        if version is None or version >= FIRST_WITH_BREAKPOINTS:
            return PrefixCache(mode="none")
        return PrefixCache(mode="implicit", min_prefix=min_prefix, step=128, is_cheaper=True, is_reported=True)
    if is_groq(server):
        return PrefixCache(mode="implicit", min_prefix=min_prefix, is_cheaper=True, is_reported=True)
    return PrefixCache(mode="implicit")
