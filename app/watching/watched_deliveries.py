"""Owns watching deliveries: each is counted, logged and traced where it is worked on, and ends as before."""

import logging
from collections.abc import Callable

from structlog.contextvars import bound_contextvars

from app.domain.delivery import Delivery
from app.jobs.deliveries.means import Means
from app.jobs.deliveries.seeing_through import Seen, SeeThrough
from app.jobs.working.failing import read_failure
from app.watching.meters import Meters
from app.watching.tracing import Tracing

_LOG = logging.getLogger(__name__)


def watch_deliveries(
    see_through: SeeThrough, meters: Meters, tracing: Tracing, timer_s: Callable[[], float]
) -> SeeThrough:
    """The same, while every line of the log carries the delivery's id; what the articles are is not told."""

    async def see_and_tell(means: Means, delivery: Delivery) -> Seen:
        begun_s = timer_s()
        about = {"scopenote.delivery": delivery.id, "scopenote.source": delivery.source}
        with (
            bound_contextvars(delivery=delivery.id, source=delivery.source),
            tracing.open("delivery", about) as span,
        ):
            seen = await see_through(means, delivery)
            new = seen.delivery.outcomes[len(delivery.outcomes) :]
            for outcome in new:
                meters.outcomes.labels(delivery.source, outcome.fate).inc()
            error = type(seen.error).__name__ if seen.error else ""
            if error:
                span.fail(error)
            span.note({"scopenote.fates": tuple(outcome.fate for outcome in new)})
            told = {
                "state": _name_state(seen),
                "fates": ",".join(sorted({outcome.fate for outcome in new})),
                "articles": len(delivery.events),
                "decisions": ",".join(outcome.decision for outcome in new if outcome.decision),
                "tries": delivery.tries,
                "failed": error,
                "ms": round((timer_s() - begun_s) * 1000, 1),
            }
            _LOG.info("delivery", extra=told)
            return seen

    return see_and_tell


def _name_state(seen: Seen) -> str:
    """The state that a delivery is in once nobody works on it any more."""
    if seen.error is None:
        return seen.delivery.state
    return "parked" if read_failure(seen.error).remedy == "park" else "waiting for another try"
