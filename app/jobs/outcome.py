"""Owns what an item says once its article is decided."""

from app.domain.decision import Decision
from app.domain.job import Item
from app.domain.verdict import Usage


def note_decision(item: Item, decision: Decision) -> Item:
    """The item once it is decided, also where its file cannot be written."""
    stood_before = decision.cached and decision.id == item.before
    return item.model_copy(
        update={
            "state": "unchanged" if stood_before else "decided",
            "reason": "",
            "after": decision.id,
            "usage": Usage() if stood_before else decision.usage,
        }
    )
