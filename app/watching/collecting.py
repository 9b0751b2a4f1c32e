"""Owns handing spans to whoever collects them, who may be away: that is told once, and nothing waits for long."""

import threading
from collections.abc import Callable, Sequence
from typing import Any, Final

CLOSING_S: Final = 5.0
"""For handing over what is left at the end."""
AWAY: Final = (
    "Traces are not taken by who is named in OTEL_EXPORTER_OTLP_ENDPOINT, and are dropped meanwhile. "
    "See whether it answers there; the service works on."
)
BACK: Final = "Traces are taken again."


class Outbox:
    """An exporter of OpenTelemetry's, seen from outside; see its `SpanExporter`. It works in a thread of its own.

    The exporter itself says the same again for every few spans, and tries so long at each of them
    that a process could not end.
    """

    def __init__(
        self,
        exporter: Any,  # noqa: ANN401 - of OpenTelemetry, which may not be installed
        tell: Callable[[str], None],
        closing_s: float = CLOSING_S,
    ) -> None:
        self._exporter = exporter
        self._tell = tell
        self._closing_s = closing_s
        self._is_away = False

    def export(self, spans: Sequence[Any]) -> Any:  # noqa: ANN401 - as above
        """Hand spans over; what could not be is gone."""
        result = self._exporter.export(spans)
        is_away = result.name != "SUCCESS"
        if is_away != self._is_away:
            self._is_away = is_away
            self._tell(AWAY if is_away else BACK)
        return result

    def shutdown(self) -> None:
        """Hand over nothing more; what is under way is broken off."""
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Hand over what is held back here, which is nothing."""
        return bool(self._exporter.force_flush(timeout_millis))

    def close(self, hand_over: Callable[[], None]) -> None:
        """Hand over the rest: not at all to who is away, and not for longer than `closing_s`.

        Nothing breaks off a request that is under way: whatever hangs is left to a thread that ends with the process.
        """
        rest = threading.Thread(target=hand_over, name="traces-rest", daemon=True)
        rest.start()
        rest.join(0.0 if self._is_away else self._closing_s)
        self._exporter.shutdown()
