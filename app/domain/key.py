"""Owns the key: who may use the service, and for what."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal

from pydantic import AwareDatetime, PositiveFloat, PositiveInt

from app.domain.value import Value

Scope = Literal["classify", "review", "admin", "watch"]
"""classify: ask, and read what was decided. review: say that a decision is right or wrong, too. admin: all that there
is. watch: read figures and nothing else, for a program that collects them."""

ALLOWED: Final[Mapping[Scope, frozenset[Scope]]] = {
    "classify": frozenset({"classify"}),
    "review": frozenset({"classify", "review"}),
    "admin": frozenset({"classify", "review", "admin", "watch"}),
    "watch": frozenset({"watch"}),
}
"""What a key of each scope may be used for."""

SCOPES: Final[tuple[Scope, ...]] = tuple(ALLOWED)


class Key(Value):
    """One key. The key itself is shown once and not kept: `digest` is its SHA-256, `id` the part that may be seen.

    `replaced_by` is the id of the key that follows it since it was rotated. `origins` are the pages from
    which browsers may use it, exact; empty: no page but our own. `per_minute` and `budget_day_usd` are
    its own limits, None: those of the settings.
    """

    id: str
    name: str
    digest: str
    scope: Scope
    created_at: AwareDatetime
    expires_at: AwareDatetime | None = None
    revoked_at: AwareDatetime | None = None
    replaced_by: str | None = None
    last_used_at: AwareDatetime | None = None
    origins: tuple[str, ...] = ()
    per_minute: PositiveInt | None = None
    budget_day_usd: PositiveFloat | None = None


def includes(scope: Scope, needed: Scope) -> bool:
    """Whether a scope allows what needs another."""
    return needed in ALLOWED[scope]


def tell_end(key: Key, now: datetime) -> str | None:
    """Why a key is over, as what follows its name; None while it holds."""
    if key.revoked_at is not None:
        return "was revoked"
    if key.expires_at is not None and key.expires_at <= now:
        return f"expired at {key.expires_at:%Y-%m-%d %H:%M} UTC"
    return None
