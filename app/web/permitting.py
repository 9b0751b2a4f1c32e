"""Owns what the caller's key allows: pages offer nothing that the door would refuse."""

from app.domain.key import includes
from app.door.callers import get_caller
from app.door.scopes import find_scope


def may(path: str, method: str = "GET") -> bool:
    """Whether the caller is let in there; where no key is needed, everybody is."""
    key, needed = get_caller().key, find_scope(method, path)
    return key is None or needed is None or includes(key.scope, needed)
