"""Owns what a failure means for an item: try again, wait, give up on the item, or pause its job."""

from typing import Literal

from app.domain.value import Value
from app.errors import (
    BadInput,
    BudgetSpent,
    Damaged,
    ModelUnavailable,
    PromptTooLong,
    QuotaExhausted,
    StoreUnavailable,
    Unavailable,
)

Remedy = Literal["again", "outage", "wait", "park", "pause"]
MOST_SHOWN = 2000


class Failure(Value):
    """Why an item could not be decided.

    again: it is tried again, up to the recipe's number of tries; where one article after another
    fails like this the fault is not theirs. outage: likewise, and every try says so. wait: it is
    nobody's fault that counts. park: trying again cannot help this item. pause: it cannot help any
    item. `cause` and `advice` are the reason in two parts, "" where it is not told like that.
    """

    reason: str
    remedy: Remedy
    cause: str = ""
    advice: str = ""


def read_failure(error: Exception) -> Failure:
    """What is to be done about an item that failed like this."""
    parts = {"cause": error.cause, "advice": error.remedy} if isinstance(error, ModelUnavailable) else {}
    for kinds, remedy in _REMEDIES:
        if isinstance(error, kinds):
            return Failure(reason=str(error)[:MOST_SHOWN], remedy=remedy, **parts)
    name = type(error).__name__
    return Failure(reason=f"It failed in a way that nobody foresaw: {name}. The log says more.", remedy="again")


def tell_pause(failure: Failure, *, in_a_row: bool = False) -> str:
    """Why a job cannot go on: what went wrong, that the job rests, and what can be done, in this order.

    `in_a_row`: it went wrong for so many articles that the fault is not theirs.
    """
    cause = (failure.cause or failure.reason)[:MOST_SHOWN]
    told = f"{cause} It is so for one article after another, so the job rests." if in_a_row else cause
    return f"{told} {failure.advice}, then resume the job." if failure.advice else told


_REMEDIES: tuple[tuple[type[Exception] | tuple[type[Exception], ...], Remedy], ...] = (
    (Damaged, "park"),
    (StoreUnavailable, "wait"),
    ((QuotaExhausted, BudgetSpent), "pause"),
    ((BadInput, PromptTooLong), "park"),
    (Unavailable, "outage"),
)
"""The first that fits counts."""
