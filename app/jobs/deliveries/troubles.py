"""Owns warning of what is tried again or given up: a receiver or a CMS that is down for long floods no log."""

import logging
from collections.abc import Callable
from datetime import datetime

from app.domain.delivery import Delivery
from app.domain.quotes import leave_out_quotes
from app.jobs.deliveries.putting_off import Later
from app.jobs.repeats import Repeats
from app.store.callbacks import Callback

_LOG = logging.getLogger(__name__)


class Troubles:
    """Tells each receiver's and each source's trouble once in a while; `untold` is how often it came up between."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._repeats = Repeats(lambda: now().timestamp())

    def tell_callback(self, callback: Callback, host: str) -> None:
        """Warn of a callback that failed and waits for its next try, by its cause; of the address the host is told."""
        untold = self._repeats.take(f"callback {callback.source} {host} {callback.reason}")
        if untold is not None:
            _LOG.warning(
                "A callback failed, and is sent again",
                extra={
                    **_describe(callback, host),
                    "next_try": f"{callback.due_at:%Y-%m-%dT%H:%M:%SZ}",
                    "untold": untold,
                },
            )

    def tell_dead(self, callback: Callback, host: str) -> None:
        """Warn of a callback that is given up: each, as none of them is sent again by itself."""
        again = f"`scopenote sources callbacks {callback.source} --again {callback.id}` sends it again"
        _LOG.warning("A callback is given up", extra={**_describe(callback, host), "remedy": again})

    def tell_parked(self, delivery: Delivery) -> None:
        """Warn of a delivery that nobody works on any more by itself: each, with what is in the way."""
        _LOG.warning("A delivery is parked", extra=_describe_delivery(delivery))

    def tell_delivery(self, later: Later, error: Exception) -> None:
        """Warn of a delivery that was put off for another reason than money, which is told elsewhere, or parked."""
        delivery = later.delivery
        if delivery.state == "parked":
            self.tell_parked(delivery)
            return
        if later.is_spent or later.is_fault:
            return
        untold = self._repeats.take(f"delivery {delivery.source} {type(error).__name__}")
        if untold is not None:
            told = {"next_try": f"{delivery.due_at:%Y-%m-%dT%H:%M:%SZ}", "untold": untold}
            _LOG.warning("A delivery waits for another try", extra=_describe_delivery(delivery) | told)


def _describe(callback: Callback, host: str) -> dict[str, object]:
    return {
        "callback": callback.id,
        "source": callback.source,
        "host": host,
        "reason": callback.reason,
        "tries": callback.tries,
    }


def _describe_delivery(delivery: Delivery) -> dict[str, object]:
    return {
        "delivery": delivery.id,
        "source": delivery.source,
        "reason": leave_out_quotes(delivery.reason),
        "tries": delivery.tries,
    }
