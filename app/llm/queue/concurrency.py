"""Owns how many requests are in flight at one server: more while it copes, fewer when it does not."""

START = 8
MOST = 16
CUT = 0.6


class Concurrency:
    """A limit that grows by what is answered and shrinks by what is overloaded.

    Until the first cut every answer adds one, so that the limit doubles in each round; after it,
    a whole clean round adds one. Overload cuts once: of requests that were in flight at the cut,
    no other one cuts again.
    """

    def __init__(self, *, start: int = START, most: int = MOST) -> None:
        self.limit = max(1, min(start, most))
        self.most = max(1, most)
        self.in_flight = 0
        self._clean = 0
        self._cut_at: float | None = None

    @property
    def is_full(self) -> bool:
        """Whether no more may set off now."""
        return self.in_flight >= self.limit

    def record_answer(self) -> None:
        """One came back well, and is still counted as in flight.

        A limit of which not even half is used has not been tried, and does not grow.
        """
        if 2 * self.in_flight <= self.limit or self.limit >= self.most:
            return
        self._clean += 1
        if self._cut_at is None or self._clean >= self.limit:
            self.limit += 1
            self._clean = 0

    def record_overload(self, *, started_at: float, now: float) -> None:
        """One was refused for load, or timed out."""
        if self._cut_at is not None and started_at < self._cut_at:
            return
        self.limit = max(1, int(self.limit * CUT))
        self._cut_at = now
        self._clean = 0
