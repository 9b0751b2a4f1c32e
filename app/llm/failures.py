"""Owns what can go wrong with one attempt at a model server, told apart by what to do about it."""

from app.domain.attempt import FailureKind, Tokens
from app.llm.wire import RateLimits, Shape

MAY_PASS: frozenset[FailureKind] = frozenset(
    {"rate_limited", "slow_down", "overloaded", "server_error", "timeout", "unreachable", "disconnected",
     "unusable_reply"}
)  # fmt: skip
UNKNOWN_OUTCOME: frozenset[FailureKind] = frozenset({"timeout", "disconnected"})
"""The server may have answered, and billed, without our seeing it: the estimate is counted."""


class AttemptFailed(Exception):
    """One attempt gave no reply. `status` is the HTTP status, None without an answer.

    The text says what happened, as a clause without a full stop; neither the key nor the article is
    in it. `parameter` is the one that a server refused by name. `retry_after_s` is how long the
    server asks to wait. `limit_tokens` is the most it reads at once, where it says so, and `most_output`
    the longest reply that may be asked for: then that was refused, and not the parameter as such. `tokens`
    are those that it reported nevertheless, `limits` what its headers say is left. `shape` is how it was
    asked, None where that is not known.
    """

    def __init__(
        self,
        kind: FailureKind,
        message: str,
        *,
        status: int | None = None,
        parameter: str | None = None,
        retry_after_s: float | None = None,
        limit_tokens: int | None = None,
        most_output: int | None = None,
        tokens: Tokens | None = None,
        limits: RateLimits | None = None,
        shape: Shape | None = None,
    ) -> None:
        self.kind = kind
        self.status = status
        self.parameter = parameter
        self.retry_after_s = retry_after_s
        self.limit_tokens = limit_tokens
        self.most_output = most_output
        self.tokens = tokens
        self.limits = limits or RateLimits()
        self.shape = shape
        super().__init__(message)
