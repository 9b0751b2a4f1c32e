"""Traces: what a span holds, that nothing is lost or leaked by it, and that they cost nothing where nobody collects."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from app.llm.scripted_wire import ScriptedWire
from app.llm.wire import Sent, Shape
from app.watching.tracing import NO_SPAN, Tracing, open_tracing
from app.watching.watched_model import WatchedWire
from tests.llm.askers import QUESTION, answer, fail

ARTICLE = "The mayor of Swordfish was seen in a bakery."


@pytest.fixture
def kept() -> InMemorySpanExporter:
    """Where the spans of a test are kept."""
    return InMemorySpanExporter()


@pytest.fixture
def tracing(kept: InMemorySpanExporter) -> Iterator[Tracing]:
    """Tracing whose spans are kept."""
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    opened = Tracing(provider)
    yield opened
    opened.close()


def _find(kept: InMemorySpanExporter, name: str) -> ReadableSpan:
    (span,) = [span for span in kept.get_finished_spans() if span.name == name]
    return span


async def _send(tracing: Tracing, outcome: Sent | Exception) -> None:
    def play(*_: object) -> Sent:
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    wire = WatchedWire(ScriptedWire(play, name="m"), tracing)
    await wire.send(QUESTION, Shape(), attempt_id="a-1", timeout_s=1.0)


@pytest.mark.anyio
async def test_an_attempt_is_a_client_span_by_the_conventions(tracing: Tracing, kept: InMemorySpanExporter) -> None:
    with tracing.open("decide", {"scopenote.urgency": "job"}):
        await _send(tracing, answer())
    span, around = _find(kept, "chat m"), _find(kept, "decide")
    assert span.kind is SpanKind.CLIENT
    assert span.parent is not None
    assert around.context is not None
    assert span.parent.span_id == around.context.span_id
    assert dict(span.attributes or {}) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "scripted",
        "gen_ai.request.model": "m",
        "gen_ai.request.max_tokens": 200,
        "gen_ai.output.type": "json",
        "server.address": "scripted",
        "server.port": 80,
        "scopenote.attempt": "a-1",
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.usage.input_tokens": 1_000,
        "gen_ai.usage.output_tokens": 20,
        "gen_ai.usage.cache_read.input_tokens": 0,
        "gen_ai.usage.cache_creation.input_tokens": 0,
    }


@pytest.mark.anyio
async def test_a_failed_attempt_says_its_kind(tracing: Tracing, kept: InMemorySpanExporter) -> None:
    with pytest.raises(Exception, match="overloaded"):
        await _send(tracing, fail("overloaded", status=503))
    span = _find(kept, "chat m")
    assert span.attributes is not None
    assert (span.attributes["error.type"], span.attributes["http.response.status_code"]) == ("overloaded", 503)
    assert span.status.status_code is StatusCode.ERROR


def test_what_an_exception_says_is_not_in_its_span(tracing: Tracing, kept: InMemorySpanExporter) -> None:
    def fail_within() -> None:
        with tracing.open("decide", {}):
            raise ValueError(ARTICLE)

    with pytest.raises(ValueError, match="mayor"):
        fail_within()
    span = _find(kept, "decide")
    assert (dict(span.attributes or {}), span.events, span.status.description) == (
        {"error.type": "ValueError"},
        (),
        None,
    )
    assert "Swordfish" not in span.to_json()


def test_a_request_goes_on_in_the_trace_of_whoever_asked(tracing: Tracing, kept: InMemorySpanExporter) -> None:
    asked = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
    with tracing.open("GET", {}, kind="server", headers=asked) as span:
        span.rename("GET /classify")
        span.note({"http.route": "/classify", "unknown": None})
    found = _find(kept, "GET /classify")
    assert found.kind is SpanKind.SERVER
    assert found.context is not None
    assert f"{found.context.trace_id:032x}" == "0af7651916cd43dd8448eb211c80319c"
    assert dict(found.attributes or {}) == {"http.route": "/classify"}


def test_without_anybody_who_collects_a_span_is_nothing() -> None:
    with Tracing().open("decide", {"a": "b"}) as span:
        span.note({"c": 1})
        span.rename("other")
        span.fail("Broken")
    assert span is NO_SPAN


def test_what_is_missing_is_told_and_nothing_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    told: list[str] = []
    with open_tracing("http://127.0.0.1:4318", told.append).open("decide", {}) as span:
        assert span is NO_SPAN
    assert len(told) == 1
    assert "scopenote[otel]" in told[0]


def test_no_endpoint_asks_for_no_traces() -> None:
    told: list[str] = []
    with open_tracing(None, told.append).open("decide", {}) as span:
        assert span is NO_SPAN
    assert told == []


def test_without_an_endpoint_opentelemetry_is_not_even_imported() -> None:
    program = (
        "import sys\nfrom app.watching.tracing import open_tracing\n"
        "with open_tracing(None, print).open('decide', {}): pass\n"
        "sys.exit(any(name.startswith('opentelemetry') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False, env={}).returncode == 0  # noqa: S603 - ours
