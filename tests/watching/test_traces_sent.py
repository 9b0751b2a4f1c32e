"""Traces over the network: a real `serve` hands them to a collector of ours, and works on where that is away."""

import http.server
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.watching.collecting import AWAY
from tests.api.kept_app import ABOUT_GOVERNANCE
from tests.watching.real_commands import Running, make_environment, running

SERVICE = pytest.importorskip(
    "opentelemetry.proto.collector.trace.v1.trace_service_pb2", reason="the extra `otel` is not installed"
)
"""What is sent, as OpenTelemetry defines it."""

MARKER = "Xylophagous"
ARTICLE = {"id": f"news/{MARKER}", "title": f"{MARKER} title", "text": f"{MARKER} sentence. {ABOUT_GOVERNANCE}"}
TRACE = "0af7651916cd43dd8448eb211c80319c"
PATIENCE_S = 30.0


class Collector:
    """What was handed over: the bodies as they came, and the spans in them."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.paths: list[str] = []
        self.status = 200

    def list_spans(self) -> list[tuple[str, str, dict[str, Any]]]:
        """The name, the trace and the attributes of each."""
        return [
            (span.name, span.trace_id.hex(), {a.key: a.value.string_value for a in span.attributes})
            for body in self.bodies
            for resource in SERVICE.ExportTraceServiceRequest.FromString(body).resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def wait_for(self, name: str) -> None:
        """Until a span of this name is here."""
        until_s = time.monotonic() + PATIENCE_S
        while not any(name == found for found, _, _ in self.list_spans()) and time.monotonic() < until_s:
            time.sleep(0.05)


@contextmanager
def _collecting() -> Iterator[tuple[Collector, str]]:
    """A collector that takes OTLP over HTTP, and its address."""
    collector = Collector()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            collector.paths.append(self.path)
            collector.bodies.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(collector.status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield collector, f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def _serve(folder: Path, endpoint: str, delay_ms: int = 50) -> Iterator[tuple[Running, str]]:
    environment = make_environment(
        folder,
        OTEL_EXPORTER_OTLP_ENDPOINT=endpoint,
        OTEL_BSP_SCHEDULE_DELAY=str(delay_ms),
        OTEL_EXPORTER_OTLP_TIMEOUT="1",
    )
    with running(folder, environment, "serve", "--port", "0") as service:
        yield service, service.find_url("Editor's page")


def _list_loud(service: Running) -> list[str]:
    """What the log warns of, but for the new store."""
    loud = [line["event"] for line in service.read_lines() if line["level"] != "info"]
    return [event for event in loud if not event.startswith("A new, empty store was made")]


def test_spans_reach_the_collector_with_their_names_and_ids_and_no_article(tmp_path: Path) -> None:
    with _collecting() as (collector, endpoint), _serve(tmp_path, endpoint) as (service, url):
        asked = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01", "x-request-id": "r-1"}
        decided = httpx.post(f"{url}/classify", json=ARTICLE, headers=asked, timeout=PATIENCE_S).json()
        collector.wait_for("POST /classify")
        httpx.get(f"{url}/categories/{MARKER}", timeout=PATIENCE_S)
        collector.wait_for("GET /categories/{category_id}")
        service.stop()
    assert set(collector.paths) == {"/v1/traces"}
    spans = {name: (trace, about) for name, trace, about in collector.list_spans()}
    assert spans["POST /classify"][0] == spans["decide"][0] == TRACE
    assert spans["POST /classify"][1]["scopenote.request"] == "r-1"
    assert spans["decide"][1]["scopenote.decision"] == decided["id"]
    assert "GET /categories/{category_id}" in spans
    sent = b"".join(collector.bodies)
    assert b"service.name" in sent
    assert MARKER.lower().encode() not in sent.lower()
    assert _list_loud(service) == []


def test_what_is_held_back_is_handed_over_when_a_signal_ends_the_service(tmp_path: Path) -> None:
    with _collecting() as (collector, endpoint), _serve(tmp_path, endpoint, delay_ms=60_000) as (service, url):
        httpx.get(f"{url}/categories", timeout=PATIENCE_S)
        assert collector.bodies == []
        service.stop()
    assert [name for name, _, _ in collector.list_spans()] == ["GET /categories"]


def test_a_collector_that_is_away_is_told_of_once_and_nobody_waits_for_it(tmp_path: Path) -> None:
    with _collecting() as (_, endpoint):
        pass
    with _serve(tmp_path, endpoint) as (service, url):
        took_s = []
        service.wait_for("Editor's page")
        with httpx.Client(base_url=url, timeout=PATIENCE_S) as client:
            for _ in range(60):
                begun_s = time.monotonic()
                assert client.get("/categories").status_code == 200
                took_s.append(time.monotonic() - begun_s)
                time.sleep(0.05)
            service.wait_for("Traces are not taken")
            client.get("/categories")
        stopped_s = service.stop()
    assert sorted(took_s)[len(took_s) // 2] < 0.5
    assert max(took_s) < 3
    assert stopped_s < 15
    assert _list_loud(service) == [AWAY]
