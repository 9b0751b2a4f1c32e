"""Owns the scripted wire: attempts whose outcomes are written down beforehand."""

from collections.abc import Awaitable, Callable

from app.llm.failures import AttemptFailed
from app.llm.model import Question
from app.llm.wire import Sent, Shape

WireScript = Callable[[Question, Shape], Sent]
"""What one attempt comes to: an answer, or the `AttemptFailed` that it raises."""


class ScriptedWire:
    """A wire without a server, so that all that stands before one can be rehearsed.

    Every attempt takes `latency_s` of the given sleep, and one that takes longer than its timeout times out.
    `sent` keeps the ids of the attempts, in their order: the log that a server would have.
    """

    server = "scripted://"

    def __init__(
        self,
        script: WireScript,
        *,
        name: str = "scripted",
        sleep: Callable[[float], Awaitable[None]] | None = None,
        latency_s: float = 0.0,
    ) -> None:
        self.name = name
        self.sent: list[str] = []
        self.in_flight = 0
        self._script = script
        self._sleep = sleep
        self._latency_s = latency_s

    async def send(self, question: Question, shape: Shape, *, attempt_id: str, timeout_s: float) -> Sent:
        """What the script has for this attempt; see `app.llm.wire.Wire`."""
        self.sent.append(attempt_id)
        self.in_flight += 1
        try:
            if self._sleep is not None:
                await self._sleep(min(self._latency_s, timeout_s))
            if self._latency_s > timeout_s:
                raise AttemptFailed("timeout", f"no answer within {timeout_s:g} s", shape=shape)
            return self._script(question, shape)
        finally:
            self.in_flight -= 1
