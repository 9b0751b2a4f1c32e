"""Owns the figures that are looked up when somebody asks for them: what stands, and what is open now."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import TypeVar

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

from app.domain.category import Taxonomy
from app.errors import ScopenoteError
from app.llm.queue.scheduler import Scheduler
from app.store.database import Database
from app.store.standing import Standing, count_standing

Labels = TypeVar("Labels", str, tuple[str, str], tuple[()])
"""The values of a figure's labels; a single one stands by itself."""


class StandingFigures(Collector):
    """See `prometheus_client`'s collectors. Whatever cannot be looked up is left out, and the rest is told."""

    def __init__(
        self,
        database: Database,
        find_taxonomy: Callable[[], Taxonomy],
        find_scheduler: Callable[[], Scheduler | None],
        *,
        now: Callable[[], datetime],
        version: str,
        ttl_s: float,
    ) -> None:
        self._database = database
        self._find_taxonomy = find_taxonomy
        self._find_scheduler = find_scheduler
        self._now = now
        self._version = version
        self._ttl_s = ttl_s

    def collect(self) -> Iterator[Metric]:
        """All of them. Reads the store."""
        taxonomy = self._find_taxonomy()
        yield _tell("scopenote_build_info", "Which Scopenote this is", {self._version: 1}, "version")
        yield _tell("scopenote_taxonomy_info", "What decisions go by", {taxonomy.version: 1}, "version")
        yield _tell("scopenote_categories", "Categories of the taxonomy", {(): len(taxonomy.categories)})
        failures = CounterMetricFamily("scopenote_store_failures", "Times that the store failed", labels=["doing"])
        for doing, times in self._database.failures.items():
            failures.add_metric([doing], times)
        yield failures
        scheduler = self._find_scheduler()
        if scheduler is not None:
            yield from _list_model(scheduler)
        yield from self._list_store()

    def _list_store(self) -> Iterator[Metric]:
        try:
            standing = self._database.read_now(lambda c: count_standing(c, self._ttl_s))
        except ScopenoteError:
            yield _tell("scopenote_store_up", "Whether the store can be read", {(): 0})
            return
        yield _tell("scopenote_store_up", "Whether the store can be read", {(): 1})
        yield from self._list_standing(standing)

    def _list_standing(self, standing: Standing) -> Iterator[Metric]:
        now = self._now()
        ages = {source: max(0.0, (now - at).total_seconds()) for source, at in standing.oldest_at.items()}
        yield _tell("scopenote_deliveries", "Webhook deliveries kept", standing.deliveries, "source", "state")
        yield _tell("scopenote_delivery_oldest_seconds", "Age of the longest waiting delivery", ages, "source")
        yield _tell("scopenote_callbacks", "Callbacks kept", standing.callbacks, "state")
        yield _tell("scopenote_jobs", "Jobs", standing.jobs, "state")
        yield _tell("scopenote_job_items", "Items of jobs that have not come to their end", standing.items, "state")
        yield _tell("scopenote_workers", "Workers that gave a sign of life lately", {(): standing.workers})
        yield _tell("scopenote_waiting_for_llm", "Articles that a stand-in decided about", {(): standing.again})


def _list_model(scheduler: Scheduler) -> Iterator[Metric]:
    yield _tell("llm_inflight_requests", "Attempts under way", {(): scheduler.concurrency.in_flight})
    yield _tell("llm_concurrency_limit", "Attempts that may be under way", {(): scheduler.concurrency.limit})
    yield _tell("llm_queue_length", "Questions that wait for their turn", {(): len(scheduler.line)})
    yield _tell("llm_circuit_open", "Whether the server is left alone", {(): int(scheduler.circuit.is_open)})


def _tell(name: str, about: str, values: Mapping[Labels, float], *labels: str) -> Metric:
    """What stands at these values now, by their labels."""
    family = GaugeMetricFamily(name, about, labels=labels)
    for key, value in sorted(values.items(), key=str):
        family.add_metric((key,) if isinstance(key, str) else key, value)
    return family
