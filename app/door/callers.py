"""Owns the caller: who sends the request that is being answered, as the door has found."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from app.domain.errand import Errand, Payer
from app.domain.key import Key
from app.domain.value import Value


class Caller(Value):
    """Who asks. `key` is None where nobody needs one; `has_session`: a browser that has shown it before."""

    address: str = ""
    key: Key | None = None
    has_session: bool = False

    @property
    def name(self) -> str:
        """The name that an editor's word goes by, "" where nobody signed in."""
        return self.key.name if self.key else ""

    @property
    def errand(self) -> Errand:
        """On whose behalf an article is classified for this caller: somebody waits, and the key pays."""
        if self.key is None:
            return Errand()
        payer = Payer(key=self.key.id, name=self.key.name, most_day_usd=self.key.budget_day_usd)
        return Errand(payer=payer)

    def bound(self, cost_usd: float | None) -> float | None:
        """The cap of a job that this caller orders, None for no cap.

        What a job spends is not counted under a key: one with a budget orders no job that may spend more than that.
        """
        budget = self.key.budget_day_usd if self.key else None
        return min((cap for cap in (cost_usd, budget) if cap is not None), default=None)


_CALLER: ContextVar[Caller] = ContextVar("caller")
_NOBODY = Caller()


def get_caller() -> Caller:
    """Who sends the request that is being answered; nobody in particular outside of one."""
    return _CALLER.get(_NOBODY)


@contextmanager
def answering(caller: Caller) -> Iterator[None]:
    """While a request of this caller is answered, in all that is done for it."""
    token = _CALLER.set(caller)
    try:
        yield
    finally:
        _CALLER.reset(token)
