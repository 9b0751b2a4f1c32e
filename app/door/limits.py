"""Owns how many requests a minute are let in: a bucket of them for each key and for each address."""

import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from app.errors import TooMany

MOST_BUCKETS: Final = 10_000
MINUTE_S: Final = 60.0


class Buckets:
    """Token buckets in memory: each holds a minute's worth, and fills up as time goes by.

    The bucket that was asked longest ago makes room for a new one: most of those are full again,
    which is what a new one is.
    """

    def __init__(self, timer_s: Callable[[], float], most: int = MOST_BUCKETS) -> None:
        self._timer_s = timer_s
        self._most = most
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, name: str, per_minute: int, remedy: str) -> None:
        """Count a request.

        Raises:
            TooMany: the bucket of this name is empty; the request is not counted.
        """
        now_s = self._timer_s()
        left, at_s = self._buckets.pop(name, (float(per_minute), now_s))
        left = min(float(per_minute), left + (now_s - at_s) * per_minute / MINUTE_S)
        is_let_in = left >= 1
        self._buckets[name] = (left - 1 if is_let_in else left), now_s
        while len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        if not is_let_in:
            wait_s = (1 - left) * MINUTE_S / per_minute
            raise TooMany(
                f"More than {per_minute:,} requests a minute. Come back in {math.ceil(wait_s)} s{remedy}.", wait_s
            )


@dataclass(frozen=True)
class Limits:
    """Addresses and keys are counted apart: many addresses, which come cheap, drive out the bucket of no key."""

    addresses: Buckets
    keys: Buckets
