"""Owns what is found out about a request on its way, and told of it in the log."""

from typing import Final

from starlette.types import Scope

_FOUND: Final = "scopenote.found"


def note(scope: Scope, **facts: str) -> None:
    """Write down for the log what is known by now; what was known before is replaced."""
    scope.setdefault(_FOUND, {}).update(facts)


def list_facts(scope: Scope) -> dict[str, str]:
    """All that was written down."""
    return dict(scope.get(_FOUND, {}))
