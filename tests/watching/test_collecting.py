"""An exporter behind the outbox: that its collector is away is told once, and the end does not wait for it."""

import threading
import time

import pytest
from opentelemetry.sdk.trace.export import SpanExportResult

from app.watching.collecting import AWAY, BACK, Outbox

SUCCESS, FAILURE = SpanExportResult.SUCCESS, SpanExportResult.FAILURE


class Played:
    """An exporter whose results are given. Where they are used up it hangs, and a request under way knows no end."""

    def __init__(self, *results: SpanExportResult) -> None:
        self._results = iter(results)
        self.released = threading.Event()
        self.is_shut = False

    def export(self, _spans: object) -> SpanExportResult:
        """The next result."""
        result = next(self._results, None)
        if result is None:
            self.released.wait(20)
        return result or FAILURE

    def shutdown(self) -> None:
        """Take nothing more."""
        self.is_shut = True

    def force_flush(self, _timeout_millis: int = 0) -> bool:
        """Nothing is held back."""
        return True


@pytest.mark.parametrize(
    ("results", "told"),
    [
        pytest.param([SUCCESS] * 3, [], id="all is well"),
        pytest.param([FAILURE] * 9, [AWAY], id="away all the time"),
        pytest.param([SUCCESS, FAILURE, FAILURE, SUCCESS, SUCCESS], [AWAY, BACK], id="away for a while"),
    ],
)
def test_that_a_collector_is_away_is_told_once(results: list[SpanExportResult], told: list[str]) -> None:
    said: list[str] = []
    outbox = Outbox(Played(*results), said.append)
    assert [outbox.export(()) for _ in results] == results
    assert said == told


@pytest.mark.parametrize(
    ("results", "closing_s"),
    [pytest.param([FAILURE], 60.0, id="away"), pytest.param([SUCCESS], 0.1, id="hangs at the end")],
)
def test_the_end_does_not_wait_for_a_collector_that_takes_nothing(
    results: list[SpanExportResult], closing_s: float
) -> None:
    played, said = Played(*results), list[SpanExportResult]()
    outbox = Outbox(played, lambda _: None, closing_s)
    outbox.export(())
    begun_s = time.monotonic()
    outbox.close(lambda: said.append(outbox.export(())))
    took_s = time.monotonic() - begun_s
    played.released.set()
    assert took_s < 5
    assert played.is_shut


def test_the_end_leaves_a_collector_the_time_that_it_needs() -> None:
    played = Played(SUCCESS, SUCCESS)
    outbox = Outbox(played, lambda _: None, 60.0)
    said: list[SpanExportResult] = []
    outbox.close(lambda: said.append(outbox.export(())))
    assert said == [SUCCESS]
