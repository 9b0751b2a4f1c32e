"""Owns the caller: who sends the request that is being answered, as the door has found."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from app.domain.errand import Errand, Payer, bill_key
from app.domain.key import Key
from app.domain.value import Value


class Caller(Value):
    """Who asks. `key` is None where nobody needs one; `has_session`: a browser that has shown it before.

    `is_here`: somebody on this machine, who is let in without a key as there are none.
    """

    address: str = ""
    key: Key | None = None
    has_session: bool = False
    is_here: bool = False

    @property
    def name(self) -> str:
        """The name that an editor's word goes by, "" where nobody signed in."""
        return self.key.name if self.key else ""

    @property
    def errand(self) -> Errand:
        """On whose behalf an article is classified for this caller: somebody waits, and the key pays."""
        return Errand(payer=self.payer)

    @property
    def payer(self) -> Payer | None:
        """Whose budget pays for what this caller orders; None where nobody needs a key."""
        return bill_key(self.key) if self.key else None


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
