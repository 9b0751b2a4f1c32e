"""Owns telling the same trouble seldom: however often it comes up, once in a while, with how often it did."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

SILENCE_S: Final = 600.0
"""From one telling of a trouble to the next."""
MOST: Final = 100
"""Troubles that are told in such a time: so many different ones are a flood of their own."""


class Repeats:
    """Remembers what was told, and when by `timer_s`, which counts seconds."""

    def __init__(self, timer_s: Callable[[], float], *, silence_s: float = SILENCE_S, most: int = MOST) -> None:
        self._timer_s = timer_s
        self._silence_s = silence_s
        self._most = most
        self._told: OrderedDict[str, tuple[float, int]] = OrderedDict()
        """When each was told, and how often it came up since; the longest ago first."""

    def take(self, trouble: str) -> int | None:
        """How often this came up since it was told, where it is to be told now; None where it is not."""
        now_s = self._timer_s()
        told_s, untold = self._told.get(trouble, (float("-inf"), 0))
        if now_s - told_s < self._silence_s:
            self._told[trouble] = told_s, untold + 1
            return None
        if trouble not in self._told and len(self._told) >= self._most:
            oldest_s, _ = next(iter(self._told.values()))
            if now_s - oldest_s < self._silence_s:
                return None
            self._told.popitem(last=False)
        self._told[trouble] = now_s, 0
        self._told.move_to_end(trouble)
        return untold
