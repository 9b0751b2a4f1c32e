"""Owns what a failure means for a delivery: when it is tried again, and when it is parked."""

from datetime import datetime, timedelta

from app.domain.delivery import Delivery
from app.domain.value import Value
from app.errors import BudgetSpent, CmsUnavailable
from app.jobs.deliveries.pace import DeliveryPace
from app.jobs.working.failing import read_failure


class Later(Value):
    """A delivery as it is to be kept. `is_spent`: no money or allowance is left. `is_fault`: nobody foresaw it."""

    delivery: Delivery
    is_spent: bool = False
    is_fault: bool = False


def put_off(delivery: Delivery, error: Exception, pace: DeliveryPace, now: datetime) -> Later:
    """When a delivery that failed like this is tried again; parked, with the reason, where that cannot help."""
    failure = read_failure(error)
    reason = f"{failure.cause} {failure.advice}." if failure.cause and failure.advice else failure.reason
    is_spent = failure.remedy == "pause"
    # Half an article that is paid for time and again would never come to an end.
    was_paid = isinstance(error, BudgetSpent) and error.was_paid
    if failure.remedy == "wait" or (is_spent and not (was_paid and delivery.tries + 1 >= pace.most_tries)):
        wait_s = pace.budget_wait_s if is_spent else pace.first_wait_s
        waiting = _wait(delivery, reason, now, wait_s, tries=delivery.tries + was_paid)
        return Later(delivery=waiting, is_spent=is_spent)
    tries, is_fault = delivery.tries + 1, failure.remedy == "again"
    most = pace.most_faults if is_fault else pace.most_tries
    if failure.remedy == "park" or tries >= most:
        told = reason if failure.remedy == "park" else f"It failed {tries} times. {reason}"
        parked = {"state": "parked", "reason": told, "tries": tries}
        return Later(delivery=delivery.model_copy(update=parked), is_fault=is_fault)
    asked_s = error.wait_s if isinstance(error, CmsUnavailable) and error.wait_s is not None else 0.0
    wait_s = max(asked_s, pace.wait_s(tries))
    return Later(delivery=_wait(delivery, reason, now, wait_s, tries=tries), is_fault=is_fault)


def _wait(delivery: Delivery, reason: str, now: datetime, wait_s: float, *, tries: int) -> Delivery:
    later = {"state": "waiting", "due_at": now + timedelta(seconds=wait_s), "tries": tries, "reason": reason}
    return delivery.model_copy(update=later)
