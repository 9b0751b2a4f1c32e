"""Owns the key: who may use the service, and for what."""

from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, PositiveFloat, PositiveInt

from app.domain.value import Value

Scope = Literal["classify", "review", "admin"]
"""Each includes the ones before it. classify: ask, and read what was decided. review: say that a decision is right or
wrong. admin: jobs, definitions, sources and keys."""

SCOPES: tuple[Scope, ...] = ("classify", "review", "admin")


class Key(Value):
    """One key. The key itself is shown once and not kept: `digest` is its SHA-256, `id` the part that may be seen.

    `origins` are the pages from which browsers may use it, exact; empty: no page but our own.
    `per_minute` and `budget_day_usd` are its own limits, None: those of the settings.
    """

    id: str
    name: str
    digest: str
    scope: Scope
    created_at: AwareDatetime
    expires_at: AwareDatetime | None = None
    revoked_at: AwareDatetime | None = None
    last_used_at: AwareDatetime | None = None
    origins: tuple[str, ...] = ()
    per_minute: PositiveInt | None = None
    budget_day_usd: PositiveFloat | None = None


def includes(scope: Scope, needed: Scope) -> bool:
    """Whether a scope allows what needs another."""
    return SCOPES.index(scope) >= SCOPES.index(needed)


def tell_end(key: Key, now: datetime) -> str | None:
    """Why a key is over, as what follows its name; None while it holds."""
    if key.revoked_at is not None:
        return "was revoked"
    if key.expires_at is not None and key.expires_at <= now:
        return f"expired at {key.expires_at:%Y-%m-%d %H:%M} UTC"
    return None
