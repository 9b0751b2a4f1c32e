"""Owns pacing: how fast requests may follow one another at a server that limits them."""

from collections.abc import Callable

WINDOW_S = 60.0
"""Servers state their limits per minute."""
SHORTEST_SPREAD_S = 0.05
LONGEST_SPREAD_S = 1.0
"""Those who waited as long as they were told set off within about this time, and less after a shorter wait."""
FIRST_FILL = 0.1
"""A bucket starts almost empty: what another process has just used is not known here."""


class Bucket:
    """Fills steadily up to a minute's worth, and is drawn from by what is sent.

    Without a capacity nothing is held back. `set_by_hand`: what a server says it allows does not
    replace the capacity. More may be used than was reserved, so a level can be below zero.
    """

    def __init__(self, capacity: float | None, now: float) -> None:
        self.capacity = capacity
        self.set_by_hand = capacity is not None
        self.level = (capacity or 0.0) * FIRST_FILL
        self._filled_at = now

    def measure_wait(self, amount: float, now: float) -> float:
        """Seconds until this amount may be taken; an amount above the capacity waits for a full bucket."""
        if self.capacity is None:
            return 0.0
        self._fill(now)
        missing = min(amount, self.capacity) - self.level
        if missing <= 1e-9:  # what rounding leaves over is not worth waiting for
            return 0.0
        return missing * WINDOW_S / self.capacity

    def take(self, amount: float, now: float) -> None:
        """Reserve an amount; see `measure_wait` for when."""
        self._fill(now)
        self.level -= amount

    def settle(self, reserved: float, used: float, now: float) -> None:
        """Put back what was reserved and not used, or take what was used beyond that."""
        self._fill(now)
        self.level = min(self.capacity or 0.0, self.level + reserved - used)

    def learn(self, limit: int | None, remaining: int | None, now: float) -> None:
        """Follow what the server says: how much it allows a minute, and how much of that is left."""
        if limit and not self.set_by_hand and limit != self.capacity:
            start = limit * FIRST_FILL if self.capacity is None else self.level
            self.capacity, self.level, self._filled_at = float(limit), min(start, float(limit)), now
        if remaining is not None and self.capacity is not None:
            self._fill(now)
            self.level = min(self.level, float(remaining))

    def _fill(self, now: float) -> None:
        if self.capacity is None:
            return
        gained = (now - self._filled_at) * self.capacity / WINDOW_S
        self.level = min(self.capacity, self.level + max(0.0, gained))
        self._filled_at = now


class Gate:
    """A time before which nobody sends, and after which those who waited set off one by one.

    The gaps between them are random, so that neither they nor other processes that were told the
    same time arrive at once.
    """

    def __init__(self, random: Callable[[], float]) -> None:
        self.opens_at = 0.0
        self._random = random
        self._spread_s = 0.0
        self._is_fresh = False
        self._gap_s = 0.0
        self._followers = 0

    def shut(self, for_s: float, now: float) -> None:
        """Nobody sends for so many seconds."""
        spread_s = min(LONGEST_SPREAD_S, max(SHORTEST_SPREAD_S, for_s))
        self.opens_at = max(self.opens_at, now + for_s + self._random() * spread_s)
        self._spread_s = max(spread_s, self._spread_s) if self._is_fresh else spread_s
        self._is_fresh = True

    def measure_wait(self, now: float) -> float:
        """Seconds until the next one may set off."""
        return max(0.0, self.opens_at - now)

    def pass_one(self, waiting: int, now: float) -> None:
        """One has set off; the next of those who still wait, the first time counted, follows after a random gap."""
        if self._is_fresh:
            self._is_fresh = False
            self._followers = waiting
            self._gap_s = 2.0 * self._spread_s / max(1, waiting)
        if self._followers:
            self._followers -= 1
            self.opens_at = now + self._random() * self._gap_s
