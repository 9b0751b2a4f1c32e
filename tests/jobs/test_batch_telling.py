"""What people are told while a job waits for its batches."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from app.jobs.batches.telling import tell_batches
from app.store.batches import Batch, BatchState, LineState

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def build(name: str, state: BatchState, *, reason: str = "", minutes: int = 5, lines: int = 1_000) -> Batch:
    return Batch(
        id=name, job="j1", state=state, lines=lines, tokens=1, reason=reason, at=NOW - timedelta(minutes=minutes)
    )


@pytest.mark.parametrize(
    ("batches", "lines", "told"),
    [
        pytest.param([], {}, "", id="nothing yet"),
        pytest.param([], {"waiting": 1}, "1 question to be sent", id="to be sent"),
        pytest.param([build("b1", "made")], {"sent": 1_000}, "a batch is being uploaded", id="on the way"),
        pytest.param(
            [build("b1", "sent", reason="in_progress: 40 of 1000 questions answered")],
            {"answered": 2_500, "sent": 1_000},
            "2,500 questions answered, 1,000 in 1 batch at the provider (in_progress: 40 of 1000 questions answered)",
            id="one at the provider",
        ),
        pytest.param(
            [build("b1", "sent", minutes=190), build("b2", "sent"), build("b3", "creating")],
            {"sent": 3_000, "waiting": 7},
            "2,000 in 2 batches at the provider (the oldest for 3 h 10 min), a batch is being created, "
            "7 questions to be sent",
            id="several",
        ),
    ],
)
def test_tell_batches(batches: list[Batch], lines: Mapping[LineState, int], told: str) -> None:
    assert tell_batches(batches, lines, NOW) == told
