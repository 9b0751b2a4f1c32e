"""Owns the line: who waits for one server, in the order in which they are let in."""

import asyncio
import heapq
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(order=True)
class Turn:
    """One question's place in the order, which it keeps while it is asked again.

    The lower rank goes first; within one, who came first. `give_up_at` is a count of the clock,
    None where the question has time. `attempts` counts those that were let in.
    """

    rank: int
    number: int
    give_up_at: float | None = field(compare=False)
    attempts: int = field(compare=False, default=0)


@dataclass(frozen=True)
class Pass:
    """Leave to send one request of so many tokens; handed back when it is over. A `trial` tries a server anew."""

    tokens: int
    started_at: float
    trial: bool


@dataclass(order=True)
class Waiter:
    """One request that waits until its pass is granted."""

    turn: Turn
    tokens: int = field(compare=False)
    granted: asyncio.Future[Pass] = field(compare=False)


class Line:
    """Those who wait, the next one first."""

    def __init__(self) -> None:
        self._waiting: list[Waiter] = []

    def __len__(self) -> int:
        return len(self._waiting)

    def join(self, turn: Turn, tokens: int) -> Waiter:
        """Take one's place, which an earlier turn or lower rank puts further to the front."""
        waiter = Waiter(turn, tokens, asyncio.get_running_loop().create_future())
        heapq.heappush(self._waiting, waiter)
        return waiter

    def find_first(self) -> Waiter | None:
        """Who is next; those who were called off meanwhile are dropped."""
        while self._waiting and self._waiting[0].granted.done():
            heapq.heappop(self._waiting)
        return self._waiting[0] if self._waiting else None

    def remove(self, waiter: Waiter) -> None:
        """Leave the line, from any place; whoever has left it already stays out."""
        if self._waiting and self._waiting[0] is waiter:
            heapq.heappop(self._waiting)
            return
        self._waiting = [other for other in self._waiting if other is not waiter]
        heapq.heapify(self._waiting)

    def turn_away(self, explain: Callable[[], Exception]) -> None:
        """Let nobody in who waits now, each with an explanation of its own."""
        waiting, self._waiting = self._waiting, []
        for waiter in waiting:
            if not waiter.granted.done():
                waiter.granted.set_exception(explain())
