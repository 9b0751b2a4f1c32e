"""Builds attempts for the tests of ledgers, whichever it is that keeps them."""

from datetime import UTC, datetime

from app.domain.attempt import Attempt, Status, Sums, Tokens

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def build_attempt(
    name: str = "a", status: Status = "sent", *, tokens: int = 100, cost_usd: float | None = 0.5,
    job: str | None = None, key: str | None = None, source: str | None = None, at: datetime = NOON,
) -> Attempt:  # fmt: skip
    """An attempt of so many tokens, of which the last ten were given out."""
    output = min(10, tokens)
    return Attempt(
        id=name, at=at, server="s", model="m", urgency="job", job=job, key=key, source=source,
        purpose="question", status=status,
        tokens=Tokens(input=tokens - output, output=output), estimated=status in {"sent", "unknown"},
        cost_usd=cost_usd, prices_as_of="2026-10-21",
    )  # fmt: skip


def allow(sums: Sums) -> None:
    """Everything is allowed."""
