"""Owns having a delivery worked on again that was parked."""

from datetime import datetime

from app.domain.delivery import Delivery
from app.errors import BadInput
from app.store.connection import Connection
from app.store.deliveries import load_delivery, settle_delivery


def work_again(c: Connection, id: str, now: datetime) -> Delivery:  # noqa: A002 - the word for it
    """Let a parked delivery wait for its turn again, all of its articles with it.

    Those that went well cost nothing and are not written again.

    Raises:
        NotKept: there is no such delivery.
        BadInput: it is not parked, or brought no article.
    """
    delivery = load_delivery(c, id)
    if delivery.state != "parked":
        raise BadInput(f"The delivery {id!r} is {delivery.state}. Only a parked one can be worked on again.")
    if not delivery.events:
        raise BadInput(f"The delivery {id!r} could not be read. Have the CMS send it again.")
    again = {"state": "waiting", "due_at": now, "tries": 0, "outcomes": (), "reason": "", "executor": None}
    reopened = delivery.model_copy(update=again)
    settle_delivery(c, reopened)
    return reopened
