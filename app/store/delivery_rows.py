"""Owns how a delivery lies in its row."""

from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import RowMapping

from app.domain.article_event import ArticleEvent
from app.domain.delivery import Delivery, Outcome, find_turn
from app.domain.value import Value
from app.store.documents import reading, write_document
from app.store.storable import make_storable

NO_EVENTS = "[]"

_EVENTS = TypeAdapter(tuple[ArticleEvent, ...])
_OUTCOMES = TypeAdapter(tuple[Outcome, ...])


def write_delivery(delivery: Delivery) -> dict[str, Any]:
    """The row of a delivery."""
    row = delivery.model_dump(exclude={"events", "outcomes"})
    clean = {name: make_storable(value) if isinstance(value, str) else value for name, value in row.items()}
    lists = {"events": _write_list(delivery.events), "outcomes": _write_list(delivery.outcomes)}
    return {**clean, **lists, "turn": find_turn(delivery)}


def read_delivery(row: RowMapping) -> Delivery:
    """The delivery of a row.

    Raises:
        Damaged: it cannot be read.
    """
    with reading(f"the delivery {row['id']!r}"):
        events, outcomes = _EVENTS.validate_json(row["events"]), _OUTCOMES.validate_json(row["outcomes"])
        told = {name: value for name, value in row.items() if name != "turn"}  # which the key says already
        return Delivery(**{**told, "events": events, "outcomes": outcomes})


def _write_list(values: Sequence[Value]) -> str:
    return f"[{','.join(write_document(value) for value in values)}]"
