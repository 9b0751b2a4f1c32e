"""Owns which scope each address needs. What is not named here needs the widest one."""

import re
from typing import Final

from app.domain.key import Scope

OPEN: Final = re.compile(r"/healthz|/readyz|/login|/logout|/webhooks/[^/]+|/static/.+")
"""Answered without a key. Webhooks carry proofs of their own, health tells nothing about articles,
and whoever is to sign in needs the page for it."""

_ANSWERS: Final = (
    r"/|/classify|/classify/page|/classifications/[^/]+|/classifications/[^/]+/feedback/page|/articles/.+/history"
    r"|/categories|/categories/[^/]+|/deliveries/[^/]+|/docs|/openapi\.json"
)
_NEEDS: Final[tuple[tuple[str, re.Pattern[str], Scope], ...]] = (
    ("GET", re.compile(_ANSWERS, re.DOTALL), "classify"),
    ("POST", re.compile(r"/classify|/classify/plan|/classify/page"), "classify"),
    ("GET", re.compile(r"/metrics"), "watch"),
    ("GET", re.compile(r"/review"), "review"),
    ("POST", re.compile(r"/classifications/[^/]+/feedback|/classifications/[^/]+/feedback/page"), "review"),
)


def find_scope(method: str, path: str) -> Scope | None:
    """The scope that a request needs; None where it needs no key."""
    if OPEN.fullmatch(path):
        return None
    for named, pattern, scope in _NEEDS:
        if method == named and pattern.fullmatch(path):
            return scope
    return "admin"


def is_webhook(path: str) -> bool:
    """Whether this is where CMSs knock: programs on other machines, which prove themselves by what they send."""
    return path.startswith("/webhooks/")
