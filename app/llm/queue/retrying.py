"""Owns retrying: how long to wait before another attempt, and how many of them a server is put to."""

FIRST_S = 0.5
LONGEST_S = 20.0
LONGEST_TOLD_S = 120.0
"""A server that asks for a longer wait is tried after this."""

SHARE = 0.1
FLOOR = 10.0
REFILL_S = 5.0
MOST_SAVED = 50.0


def compute_backoff(failures: int, chance: float) -> float:
    """Seconds to wait after so many failures in a row: anything up to a bound that doubles. `chance` is 0 to 1."""
    return chance * min(LONGEST_S, FIRST_S * 2.0 ** min(failures, 16))


class RetryBudget:
    """Retries are a tenth of traffic at most, beyond a few: when much fails, asking again makes it worse.

    Every first attempt saves up a tenth of a retry. The few come back with time, one in `REFILL_S`.
    """

    def __init__(self, now: float) -> None:
        self.balance = FLOOR
        self._filled_at = now

    def record_first(self) -> None:
        """A question is sent for the first time."""
        self.balance = min(MOST_SAVED, self.balance + SHARE)

    def take(self, now: float) -> bool:
        """Whether one more retry is allowed; it counts from now on."""
        if self.balance < FLOOR:
            self.balance = min(FLOOR, self.balance + (now - self._filled_at) / REFILL_S)
        self._filled_at = now
        if self.balance < 1.0:
            return False
        self.balance -= 1.0
        return True
