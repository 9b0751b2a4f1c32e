"""Owns the pace at which deliveries are worked on: how often is looked, how long is waited, when it is given up."""

from pydantic import PositiveFloat, PositiveInt

from app.domain.value import Value


class DeliveryPace(Value):
    """All in seconds but the counts.

    Deliveries are looked for every `poll_s`, and sooner where one is announced. What failed is
    tried again after `first_wait_s`, three times that the next time, `most_wait_s` at most; it is
    parked after `most_tries`, or after `most_faults` where the fault is our own. Where a budget is
    spent it waits `budget_wait_s`, which counts as no try unless a part of an article was paid for.
    Workers without a sign of life for `ttl_s` are dead. Closing waits `drain_s` for what was begun.
    What is done is kept for `kept_s`, for as long as a repetition of it is known; what was parked or
    given up for `given_up_kept_s`, and what was written to CMSs, which undoing goes by, for
    `writes_kept_s`.
    """

    poll_s: PositiveFloat = 1.0
    first_wait_s: PositiveFloat = 5.0
    most_wait_s: PositiveFloat = 1800.0
    most_tries: PositiveInt = 12
    most_faults: PositiveInt = 3
    budget_wait_s: PositiveFloat = 600.0
    ttl_s: PositiveFloat = 15.0
    drain_s: PositiveFloat = 30.0
    callback_poll_s: PositiveFloat = 2.0
    reconcile_poll_s: PositiveFloat = 30.0
    kept_s: PositiveFloat = 30 * 86_400.0
    given_up_kept_s: PositiveFloat = 90 * 86_400.0
    writes_kept_s: PositiveFloat = 400 * 86_400.0

    def wait_s(self, tries: int) -> float:
        """How long to wait after the n-th try in a row that failed."""
        return min(self.most_wait_s, self.first_wait_s * 3.0 ** min(tries - 1, 16))
