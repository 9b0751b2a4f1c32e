"""Watched work: what is counted and logged of decisions, items and deliveries, and that they end as before."""

import io
import json
import logging
from typing import Any

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from app.domain.article import Article
from app.domain.decision import Decision
from app.domain.delivery import Delivery, Outcome
from app.domain.errand import Errand
from app.domain.job import Item, Job, Recipe
from app.errors import BadInput, CmsUnavailable, ModelUnavailable
from app.jobs.deliveries.means import Means
from app.jobs.deliveries.seeing_through import Seen
from app.watching.logs import logging_to
from app.watching.tracing import Tracing
from app.watching.witness import Witness
from tests.articles import build_article
from tests.jobs.deliveries.made_deliveries import make_delivery, make_event
from tests.store.kept_values import assign, decide

pytestmark = pytest.mark.anyio

OURS = logging.getLogger("app.llm.somewhere")
RECIPE = Recipe(sources=(), taxonomy_version="t", judge="local", basis="b")
NO_MEANS: Any = None


class LoggingDesk:
    """A desk that says something while it decides."""

    async def decide(self, recipe: Recipe, key: str, article: Article, errand: Errand) -> Decision:
        OURS.warning("something from below")
        return decide("d1")

    async def write_back(self, job: Job, item: Item, decision: Decision) -> None:
        raise NotImplementedError


def _read(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


async def test_what_is_logged_while_an_item_is_decided_carries_its_job() -> None:
    stream, kept, provider = io.StringIO(), InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    desk = Witness(tracing=Tracing(provider)).watch_desk(LoggingDesk())
    with logging_to(stream, "json", "info"):
        decision = await desk.decide(RECIPE, "a", build_article("Leeds won."), Errand(urgency="job", job="j-1"))
        OURS.warning("something after it")
    assert decision == decide("d1")
    assert [line.get("job") for line in _read(stream)] == ["j-1", None]
    (span,) = kept.get_finished_spans()
    assert (span.name, dict(span.attributes or {})) == ("job item", {"scopenote.job": "j-1"})
    provider.shutdown()


@pytest.mark.parametrize(
    ("decision", "outcome", "anew", "degraded"),
    [
        pytest.param(decide("d", assign("a")), "tagged", 1, 0, id="tagged"),
        pytest.param(decide("d", assign("a", "rejected")), "untagged", 1, 0, id="untagged"),
        pytest.param(decide("d", assign("a"), degraded=True), "tagged", 1, 1, id="by a stand-in"),
        pytest.param(decide("d").model_copy(update={"cached": True}), "kept", 0, 0, id="kept"),
    ],
)
def test_a_decision_is_counted_by_judge_and_outcome(decision: Decision, outcome: str, anew: int, degraded: int) -> None:
    meters = Witness().meters
    meters.count_decision(decision)
    read = meters.registry.get_sample_value
    assert read("scopenote_decisions_total", {"judge": "local", "outcome": outcome}) == 1
    assert (read("scopenote_decision_duration_seconds_count", {"judge": "local"}) or 0) == anew
    assert read("scopenote_decisions_degraded_total") == degraded


@pytest.mark.parametrize(
    ("error", "state"),
    [
        pytest.param(CmsUnavailable("It is busy."), "waiting for another try", id="a CMS that is away"),
        pytest.param(BadInput("It is refused."), "parked", id="no use"),
    ],
)
async def test_a_delivery_that_failed_is_not_said_to_be_worked_on(error: Exception, state: str) -> None:
    stream, delivery = io.StringIO(), make_delivery().model_copy(update={"state": "working"})

    async def see(_: Means, found: Delivery) -> Seen:
        return Seen(delivery=found, error=error)

    with logging_to(stream, "json", "info"):
        await Witness().watch_deliveries(see)(NO_MEANS, delivery)
    (line,) = _read(stream)
    assert (line["state"], line["failed"]) == (state, type(error).__name__)


async def test_a_delivery_is_one_line_with_ids_and_its_outcomes_are_counted_once() -> None:
    stream, witness = io.StringIO(), Witness()
    before = Outcome(article="blog:1", fate="echo")
    after = Outcome(article="blog:2", fate="classified", decision="d-7")
    delivery = make_delivery(make_event(), make_event(id="2"), outcomes=(before,))

    async def see(_: Means, found: Delivery) -> Seen:
        OURS.warning("something from below")
        return Seen(delivery=found.model_copy(update={"outcomes": (before, after), "state": "done"}))

    with logging_to(stream, "json", "info"):
        seen = await witness.watch_deliveries(see)(NO_MEANS, delivery)
    assert seen.delivery.outcomes == (before, after)
    below, line = _read(stream)
    assert (below["delivery"], below["source"]) == ("d1", "blog")
    known = {name: line[name] for name in ("event", "delivery", "source", "state", "fates", "decisions", "articles")}
    assert known == {
        "event": "delivery", "delivery": "d1", "source": "blog", "state": "done", "fates": "classified",
        "decisions": "d-7", "articles": 2,
    }  # fmt: skip
    read = witness.meters.registry.get_sample_value
    assert read("scopenote_delivery_outcomes_total", {"source": "blog", "fate": "classified"}) == 1
    assert read("scopenote_delivery_outcomes_total", {"source": "blog", "fate": "echo"}) is None


async def test_a_delivery_that_has_to_wait_says_why_in_one_word() -> None:
    stream = io.StringIO()

    async def see(_: Means, found: Delivery) -> Seen:
        return Seen(delivery=found, error=ModelUnavailable("The model is away, and here is the article."))

    with logging_to(stream, "json", "info"):
        await Witness().watch_deliveries(see)(NO_MEANS, make_delivery())
    (line,) = _read(stream)
    assert line["failed"] == "ModelUnavailable"
    assert "article." not in stream.getvalue()
