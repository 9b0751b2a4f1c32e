"""Owns the witness: one for each application, whom all that is to be watched is handed to."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, fields

from app.classifier.way import Classifier
from app.jobs.deliveries.seeing_through import SeeThrough
from app.jobs.desk import Desk
from app.llm.clock import Clock
from app.llm.model import ChatModel
from app.llm.queue.scheduler import Limits, Scheduler
from app.llm.spending.ledger import Ledger
from app.llm.wire import Wire
from app.watching.meters import Meters
from app.watching.stand_ins import StandIns
from app.watching.tracing import Tracing
from app.watching.watched_deliveries import watch_deliveries
from app.watching.watched_model import CountingLedger, WatchedModel, WatchedScheduler, WatchedWire
from app.watching.watched_work import WatchedClassifier, WatchedDesk


@dataclass(frozen=True)
class Witness:
    """Gives back what it is handed, watched; it behaves as before."""

    meters: Meters = field(default_factory=Meters)
    tracing: Tracing = field(default_factory=Tracing)
    stand_ins: StandIns = field(default_factory=lambda: StandIns(time.monotonic))

    def watch_wire(self, wire: Wire) -> Wire:
        """A wire with a span for each attempt."""
        return WatchedWire(wire, self.tracing)

    def watch_ledger(self, ledger: Ledger) -> Ledger:
        """A ledger whose attempts are counted."""
        return CountingLedger(ledger, self.meters)

    def watch_model(self, model: ChatModel) -> ChatModel:
        """A model whose replies are looked at for their form."""
        return WatchedModel(model, self.meters)

    def make_scheduler(self, limits: Limits, clock: Clock, random: Callable[[], float], *, subject: str) -> Scheduler:
        """A scheduler whose waits and retries are counted."""
        return WatchedScheduler(limits, clock, random, subject=subject, meters=self.meters)

    def watch_classifier(self, classifier: Classifier) -> Classifier:
        """A classifier whose decisions are counted, logged and traced."""
        parts = {part.name: getattr(classifier, part.name) for part in fields(Classifier)}
        return WatchedClassifier(**parts, meters=self.meters, tracing=self.tracing, stand_ins=self.stand_ins)

    def watch_deliveries(self, see_through: SeeThrough) -> SeeThrough:
        """What works on deliveries, each of them counted, logged and traced."""
        return watch_deliveries(see_through, self.meters, self.tracing, time.perf_counter)

    def watch_desk(self, desk: Desk) -> Desk:
        """A desk whose items are traced, and named in the log."""
        return WatchedDesk(desk, self.tracing)
