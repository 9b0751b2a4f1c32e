"""Owns what an item says once its article is decided."""

from app.domain.decision import Decision
from app.domain.job import Item
from app.domain.verdict import Usage
from app.llm.tab import Tab


def note_decision(item: Item, decision: Decision) -> Item:
    """The item once it is decided, also where its file cannot be written.

    What an earlier try has used stays on its account: the same decision costs nothing the second
    time.
    """
    stood_before = decision.cached and decision.id == item.before
    tab = Tab()
    tab.add(item.usage)
    tab.add(Usage() if stood_before else decision.usage)
    return item.model_copy(
        update={
            "state": "unchanged" if stood_before else "decided",
            "reason": "",
            "after": decision.id,
            "usage": tab.usage,
        }
    )
