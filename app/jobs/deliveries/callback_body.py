"""Owns the message that a classification is finished, as publishers' own addresses are sent it."""

import hashlib
import json

from app.domain.decision import Decision
from app.domain.delivery import Delivery, Outcome
from app.domain.source import Source
from app.jobs.deliveries.means import Means
from app.store.callbacks import Callback

FINISHED = "classification.finished"


def build_callback(
    means: Means, source: Source, delivery: Delivery, outcome: Outcome, decision: Decision | None
) -> Callback | None:
    """What is to be told of one article; None where nobody is told, or nothing was decided anew.

    Its id goes by what it says, so that a delivery that is worked on again tells it once.
    """
    if source.callback is None or decision is None or outcome.fate not in {"classified", "parked"}:
        return None
    now = means.now()
    said = {"delivery": delivery.id, "article": outcome.article, "decision": decision.id}
    body = {"type": FINISHED, "timestamp": now.isoformat(), "data": _describe(means, delivery, outcome, decision)}
    return Callback(
        id="msg_" + hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32],
        source=source.name,
        decision=decision.id,
        body=json.dumps(body),
        created_at=now,
        due_at=now,
    )


def _find_address(means: Means, decision: Decision) -> str | None:
    """Where the decision is; None where the service does not know what it is called from outside.

    A path alone would lead the receiver to a place of its own.
    """
    link = means.link_decision(decision.id)
    return link if link.startswith(("https://", "http://")) else None


def _describe(means: Means, delivery: Delivery, outcome: Outcome, decision: Decision) -> dict[str, object]:
    excluded = [
        {"category": one.category, "rule": finding.id}
        for one in decision.assignments
        if one.status == "excluded"
        for finding in one.exclusions
        if finding.finding == "triggered"
    ]
    return {
        "delivery": delivery.id,
        "article": outcome.article,
        "decision": decision.id,
        "classification_url": _find_address(means, decision),
        "tag": decision.first.category if decision.first else None,
        "tags": list(decision.tags),
        "review": [one.category for one in decision.assignments if one.status == "review"],
        "excluded": excluded,
        "written": None if outcome.written is None else list(outcome.written),
    }
