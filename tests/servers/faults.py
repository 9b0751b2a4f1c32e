"""Owns what the faulty server does wrong, and when: kinds of faults, and plans that deal them out."""

import random
from collections.abc import Callable, Sequence
from typing import Literal, get_args

Fault = Literal[
    "none",
    "rate_limited",  # 429 with retry-after
    "rate_limited_ms",  # 429 with retry-after-ms
    "slow_down",  # 429: the ramp is too fast
    "quota",  # 429: the account has no money; nothing but time and people mend it
    "server_error",  # 500
    "overloaded",  # 503
    "hang",  # the request is taken, the answer never comes
    "disconnect",  # closed before the first byte of an answer
    "disconnect_midway",  # closed in the middle of the body
    "html",  # a proxy's page, with status 200
    "no_choices",
    "no_usage",
    "fenced",  # the right JSON inside a Markdown fence
    "truncated",  # JSON that ends early, though the server says "stop"
    "length",  # the same, and the server says so
    "wrong_types",
    "prose",
    "invented_category",
    "invented_quote",
    "refusal",
    "content_filter",  # as a finish reason, with half an answer
    "content_filter_400",  # as an error about the prompt
    "prompt_truncated",  # only a part of the prompt was read, as the usage shows
    "very_long",  # the limit on tokens is ignored
]
Plan = Callable[[int], Fault]
"""The fault for the nth request for a completion, from 0."""

ALL: tuple[Fault, ...] = tuple(kind for kind in get_args(Fault) if kind != "none")
PASSING: tuple[Fault, ...] = tuple(kind for kind in ALL if kind != "quota")
"""Every fault after which the server can be asked again."""


def always(fault: Fault = "none") -> Plan:
    """The same every time."""
    return lambda _: fault


def in_order(*faults: Fault, then: Fault = "none") -> Plan:
    """These, one per request, and `then` for every further one."""
    return lambda number: faults[number] if number < len(faults) else then


def at_random(share: float, *, seed: int, kinds: Sequence[Fault] = PASSING) -> Plan:
    """A fault for this share of the requests, all kinds alike often; the same for the same seed and request."""

    def choose(number: int) -> Fault:
        dice = random.Random(f"{seed}/{number}")
        return dice.choice(kinds) if dice.random() < share else "none"

    return choose


def spread(share: float, *, kinds: Sequence[Fault] = PASSING) -> Plan:
    """A fault at even distances, each kind in its turn, so that a short run meets every kind."""
    return lambda number: (
        kinds[int(number * share) % len(kinds)] if int((number + 1) * share) > int(number * share) else "none"
    )


def out_of_money(after: int, plan: Plan | None = None) -> Plan:
    """The plan for so many requests; from then on the quota is gone for ever."""
    before = plan or always()
    return lambda number: before(number) if number < after else "quota"
