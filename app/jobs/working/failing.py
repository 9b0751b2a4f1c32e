"""Owns what a failure means for an item: try again, wait, give up on the item, or pause its job."""

from typing import Literal

from app.domain.value import Value
from app.errors import BadInput, BudgetSpent, PromptTooLong, QuotaExhausted, StoreUnavailable, Unavailable

Remedy = Literal["again", "outage", "wait", "park", "pause"]


class Failure(Value):
    """Why an item could not be decided.

    again: it is tried again, up to the recipe's number of tries; where one article after another
    fails like this the fault is not theirs. outage: likewise, and every try says so. wait: it is
    nobody's fault that counts. park: trying again cannot help this item. pause: it cannot help any
    item.
    """

    reason: str
    remedy: Remedy


def read_failure(error: Exception) -> Failure:
    """What is to be done about an item that failed like this."""
    for kinds, remedy in _REMEDIES:
        if isinstance(error, kinds):
            return Failure(reason=str(error)[:2000], remedy=remedy)
    name = type(error).__name__
    return Failure(reason=f"It failed in a way that nobody foresaw: {name}. The log says more.", remedy="again")


_REMEDIES: tuple[tuple[type[Exception] | tuple[type[Exception], ...], Remedy], ...] = (
    (StoreUnavailable, "wait"),
    ((QuotaExhausted, BudgetSpent), "pause"),
    ((BadInput, PromptTooLong), "park"),
    (Unavailable, "outage"),
)
"""The first that fits counts."""
