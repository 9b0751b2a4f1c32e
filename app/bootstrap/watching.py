"""Owns composing what watches the service: the witness of all that is done, and who answers for it."""

import logging
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version

from app.bootstrap.services import Services
from app.jobs.working.pace import Pace
from app.settings import Settings
from app.watching.readiness import Readiness
from app.watching.standing_figures import StandingFigures
from app.watching.tracing import open_tracing
from app.watching.witness import Witness

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Monitor:
    """What the service tells of itself: what is counted, and whether it is ready."""

    witness: Witness
    readiness: Readiness


def open_witness(settings: Settings) -> Witness:
    """A witness for all that one process does; its tracing is to be closed.

    Raises:
        BadSetting: traces are to be sent to an address that cannot be used.
    """
    return Witness(tracing=open_tracing(settings.otel_exporter_otlp_endpoint, _LOG.warning))


def build_monitor(services: Services) -> Monitor:
    """What is told of these services; where no witness saw them, only what stands is told."""
    witness = services.witness or Witness()
    figures = StandingFigures(
        services.database,
        lambda: services.taxonomy,
        lambda: services.scheduler,
        now=lambda: datetime.now(UTC),
        version=_find_version(),
        ttl_s=Pace().ttl_s,
    )
    witness.meters.registry.register(figures)
    readiness = Readiness(
        services.database,
        lambda: services.taxonomy,
        lambda: services.scheduler,
        services.office.has_worker,
        stands_in=services.settings.judge != "llm",
        count_s=time.monotonic,
    )
    return Monitor(witness, readiness)


def _find_version() -> str:
    try:
        return version("scopenote")
    except PackageNotFoundError:  # run from its sources
        return "unknown"
