"""Owns the figures that are counted while the service works: one registry for each application.

What many services measure is called what all of them call it (`http_...`, `llm_...`), so that one
dashboard reads several of them; what only Scopenote has begins with `scopenote_`. A label has few
values: never the id of an article, a request or a key, nor a path.
"""

from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from app.domain.attempt import Attempt
from app.domain.decision import Decision

MEDIA_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4
MODEL_S: Final = tuple(0.01 * 2**power for power in range(14))
"""Seconds of one request to a model, as OpenTelemetry's conventions divide them: 10 ms to 82 s."""
QUICK_S: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)


class Meters:
    """Everything that is counted in this process. `registry` may be given more that is looked up when asked for."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series beside each, which nobody reads
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._begin_requests()
        self._begin_model()
        self._begin_decisions()

    def render(self) -> bytes:
        """All figures as text, in the form that every collector reads. Reads the store; not for the event loop."""
        return generate_latest(self.registry)

    def count_request(self, method: str, route: str, status: int, took_s: float | None) -> None:
        """One request that was answered; `took_s` is None for a stream, whose length says nothing."""
        self._requests.labels(method, route, status).inc()
        if took_s is not None:
            self._request_s.labels(method, route).observe(took_s)

    def count_attempt(self, attempt: Attempt, provider: str) -> None:
        """One attempt at a model server that is over."""
        outcome = "answered" if attempt.status == "answered" else attempt.failure or "called_off"
        self._llm_requests.labels(provider, attempt.model, outcome).inc()
        if attempt.latency_ms is not None:
            self._llm_s.observe(attempt.latency_ms / 1000)
        tokens = attempt.tokens
        self._llm_tokens.labels("input").inc(max(0, tokens.input - tokens.cached - tokens.written))
        self._llm_tokens.labels("cached").inc(tokens.cached)
        self._llm_tokens.labels("cache_write").inc(tokens.written)
        self._llm_tokens.labels("output").inc(tokens.output)
        self._llm_cost.inc(attempt.cost_usd or 0.0)

    def count_decision(self, decision: Decision) -> None:
        """One decision that was given."""
        judge = decision.judge.kind
        outcome = "kept" if decision.cached else "tagged" if decision.tags else "untagged"
        self._decisions.labels(judge, outcome).inc()
        if decision.judge.degraded:
            self._degraded.inc()
        if decision.cached:
            return
        self._decision_s.labels(judge).observe(decision.took_ms / 1000)
        for assignment in decision.assignments:
            self._assignments.labels(assignment.status).inc()
        if judge == "llm":
            self._quotes.labels("found").inc(sum(len(a.evidence) for a in decision.assignments))
            self._quotes.labels("not_found").inc(sum(a.unverified_quotes for a in decision.assignments))

    def count_undecided(self, reason: str) -> None:
        """One article about which nothing could be decided; `reason` is the error's class."""
        self._undecided.labels(reason).inc()

    def _begin_requests(self) -> None:
        self._requests = self._count("http_requests_total", "Requests answered", "method", "route", "status")
        self._request_s = self._time("http_request_duration_seconds", "Without streams", "method", "route")

    def _begin_model(self) -> None:
        self._llm_requests = self._count(
            "llm_requests_total", "Attempts at a model server that are over", "provider", "model", "outcome"
        )
        self._llm_s = self._time("llm_request_duration_seconds", "From sending to the answer", buckets=MODEL_S)
        self.queue_wait_s = self._time("llm_queue_wait_seconds", "Until an attempt may be sent")
        self._llm_tokens = self._count("llm_tokens_total", "Tokens; each is of one type", "type")
        self._llm_cost = self._count("llm_cost_usd_total", "Money, as far as prices are known")
        self.retries = self._count("llm_retries_total", "Attempts sent again", "reason")
        self.rate_limit_left = Gauge(
            "llm_rate_limit_remaining", "What the server last said is left", ["kind"], registry=self.registry
        )
        self.schema_failures = self._count("llm_schema_failures_total", "Replies that did not keep to the form")
        self._quotes = self._count("llm_quote_verification_total", "Quotes looked up in the article", "result")

    def _begin_decisions(self) -> None:
        self._decisions = self._count("scopenote_decisions_total", "Decisions given", "judge", "outcome")
        self._decision_s = self._time("scopenote_decision_duration_seconds", "Of those made anew", "judge")
        self._degraded = self._count("scopenote_decisions_degraded_total", "Decisions that a stand-in made")
        self._assignments = self._count("scopenote_assignments_total", "Categories decided about", "status")
        self._undecided = self._count("scopenote_undecided_total", "Articles that could not be decided about", "reason")
        self.outcomes = self._count(
            "scopenote_delivery_outcomes_total", "What became of articles that came in", "source", "fate"
        )

    def _count(self, name: str, about: str, *labels: str) -> Counter:
        return Counter(name, about, labels, registry=self.registry)

    def _time(self, name: str, about: str, *labels: str, buckets: tuple[float, ...] = QUICK_S) -> Histogram:
        return Histogram(name, about, labels, buckets=buckets, registry=self.registry)
