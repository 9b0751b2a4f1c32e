"""Owns what people are told while a job waits for its batches."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from app.domain.telling import tell_count
from app.store.batches import Batch, LineState, count_lines, list_batches
from app.store.connection import Connection

_ON_THE_WAY = {"made": "being uploaded", "uploaded": "being created", "creating": "being created"}


def tell_job(c: Connection, job: str, now: datetime) -> str:
    """How far a job's batches are, in a line; "" where it has none."""
    return tell_batches(list_batches(c, job, only_open=True), count_lines(c, job), now)


def tell_batches(open_batches: Sequence[Batch], lines: Mapping[LineState, int], now: datetime) -> str:
    """Such as "1,200 questions answered, 800 in 2 batches at the provider (the oldest for 3 h 10 min)"."""
    parts = []
    if answered := lines.get("answered", 0):
        parts.append(f"{tell_count(answered, 'question')} answered")
    there = [batch for batch in open_batches if batch.state == "sent"]
    if there:
        since = _tell_span(now - min(batch.at for batch in there))
        count = sum(batch.lines for batch in there)
        how_far = there[0].reason if len(there) == 1 and there[0].reason else f"the oldest for {since}"
        parts.append(f"{count:,} in {_count_batches(len(there))} at the provider ({how_far})")
    on_the_way = [_ON_THE_WAY[batch.state] for batch in open_batches if batch.state in _ON_THE_WAY]
    parts += [f"a batch is {state}" for state in dict.fromkeys(on_the_way)]
    if waiting := lines.get("waiting", 0):
        parts.append(f"{tell_count(waiting, 'question')} to be sent")
    return ", ".join(parts)


def _count_batches(count: int) -> str:
    return "1 batch" if count == 1 else f"{count:,} batches"


def _tell_span(span: timedelta) -> str:
    minutes = max(0, int(span.total_seconds() // 60))
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"
