"""Owns having a delivery worked on that was parked, or that waits for another try."""

from app.domain.delivery import Delivery
from app.errors import BadInput
from app.store.connection import Connection
from app.store.deliveries import load_delivery, settle_delivery
from app.store.due_deliveries import have_go_on


def work_again(c: Connection, id: str) -> Delivery:  # noqa: A002 - the word for it
    """Let a delivery have its turn now: a parked one with all of its articles, one that waits with what is left.

    Those that went well cost nothing and are not written again.

    Raises:
        NotKept: there is no such delivery.
        BadInput: it is worked on or done, or brought no article.
    """
    delivery = load_delivery(c, id)
    if delivery.state == "waiting":
        have_go_on(c, id)  # unless a worker has just taken it, which is as good
        return load_delivery(c, id)
    if delivery.state != "parked":
        told = "is worked on now" if delivery.state == "working" else "is done"
        raise BadInput(f"The delivery {id!r} {told}. Only one that waits or is parked can be given another try.")
    if not delivery.events:
        raise BadInput(f"The delivery {id!r} could not be read. Have the CMS send it again.")
    again = {"state": "waiting", "due_at": delivery.received_at, "tries": 0, "outcomes": (), "reason": ""}
    reopened = delivery.model_copy(update={**again, "executor": None})
    settle_delivery(c, reopened)
    return reopened
