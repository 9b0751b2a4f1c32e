"""A watched service after real work: what is counted, and what its log says and never says."""

import io
import json
import re
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from app.watching.logs import logging_to
from app.watching.meters import Meters
from app.watching.tracing import Tracing
from app.watching.witness import Witness
from tests.api.job_app import order
from tests.api.kept_app import ABOUT_GOVERNANCE
from tests.servers.faults import Fault, always, in_order
from tests.servers.faulty_server import MODEL, serve_faults
from tests.watching.watched_app import open_watched

pytestmark = pytest.mark.anyio

KEY = "sk-swordfish-0123456789"
MARKER = "Xylophagous"
ARTICLE = {"id": f"news/{MARKER}-path", "title": f"{MARKER} title", "text": f"{MARKER} sentence. {ABOUT_GOVERNANCE}"}


def _ask_llm(base_url: str) -> dict[str, Any]:
    return {"judge": "auto", "model": MODEL, "openai_base_url": base_url, "openai_api_key": KEY}


async def _scrape(client: httpx.AsyncClient) -> dict[str, float]:
    """Every figure by its name and labels, as a collector reads it."""
    answer = await client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


async def _finish(client: httpx.AsyncClient, job_id: str) -> Any:  # noqa: ANN401 - JSON
    with anyio.fail_after(20):
        while (job := (await client.get(f"/jobs/{job_id}")).json())["state"] == "running":  # noqa: ASYNC110 - as clients do
            await anyio.sleep(0.05)
    return job


async def test_the_figures_are_those_of_the_work_that_was_done(tmp_path: Path) -> None:
    with serve_faults(in_order("overloaded")) as server:
        async with open_watched(tmp_path, Witness(), works=True, **_ask_llm(server.base_url)) as (client, _):
            first = await client.post("/classify", json=ARTICLE)
            again = await client.post("/classify", json=ARTICLE)
            assert (first.status_code, again.json()["cached"]) == (200, True)
            assert (await client.post("/classify", json={"text": ""})).status_code == 422
            assert (await _finish(client, (await order(client))["id"]))["state"] == "done"
            found = await _scrape(client)
    answered = len(server.log) - 1
    assert found[f'llm_requests_total{{model="{MODEL}",outcome="overloaded",provider="127.0.0.1"}}'] == 1
    assert found[f'llm_requests_total{{model="{MODEL}",outcome="answered",provider="127.0.0.1"}}'] == answered >= 2
    assert found['llm_retries_total{reason="overloaded"}'] == 1
    assert found['llm_tokens_total{type="output"}'] > 0
    assert found["llm_request_duration_seconds_count"] == answered + 1
    assert found["llm_inflight_requests"] == found["llm_circuit_open"] == 0
    assert found['http_requests_total{method="POST",route="/classify",status="200"}'] == 2
    assert found['http_requests_total{method="POST",route="/classify",status="422"}'] == 1
    made = sum(value for name, value in found.items() if re.match(r'scopenote_decisions_total.*"(un)?tagged"', name))
    assert made == 1 + 2  # the article, and both of the job
    assert found['scopenote_decisions_total{judge="llm",outcome="kept"}'] == 1
    assert found['scopenote_jobs{state="done"}'] == 1
    assert found["scopenote_workers"] == found["scopenote_store_up"] == 1
    assert found["scopenote_categories"] == 2


async def test_a_stand_in_and_a_server_that_is_left_alone_are_seen(tmp_path: Path) -> None:
    stream = io.StringIO()
    with logging_to(stream, "json", "info"), serve_faults(lambda _: "quota") as server:
        async with open_watched(tmp_path, Witness(), **_ask_llm(server.base_url)) as (client, _):
            first = await client.post("/classify", json=ARTICLE)
            for number in range(3):
                await client.post("/classify", json={"text": f"{ABOUT_GOVERNANCE} It is number {number}."})
            found = await _scrape(client)
            ready = (await client.get("/readyz")).json()
    assert found["scopenote_decisions_degraded_total"] == 4
    assert found["llm_circuit_open"] == 1
    assert found["scopenote_waiting_for_llm"] == 4
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    (warned,) = [line for line in lines if line["event"] == "a stand-in decided"]
    assert (warned["level"], warned["decision"]) == ("warning", first.json()["id"])
    assert "exceeded your current quota" in warned["reason"]
    assert [part["state"] for part in ready["parts"] if part["name"] == "model"] == ["degraded"]
    assert ready["status"] == "ready"


async def test_a_store_that_is_away_is_a_figure_and_the_others_are_still_told(tmp_path: Path) -> None:
    async with open_watched(tmp_path, Witness()) as (client, _):
        store, away = tmp_path / "store.db", tmp_path / "away.db"
        store.rename(away)
        ready = await client.get("/readyz")
        found = await _scrape_without_keys(client)
        away.rename(store)
    assert ready.status_code == 503
    assert (ready.headers["content-type"], ready.headers["retry-after"]) == ("application/problem+json", "10")
    assert ready.json()["detail"].startswith("database: ")
    assert [part["name"] for part in ready.json()["parts"]] == ["database", "taxonomy", "model", "worker"]
    assert found["scopenote_store_up"] == 0
    assert found['scopenote_store_failures_total{doing="write"}'] >= 1
    assert found["scopenote_categories"] == 2
    assert "scopenote_workers" not in found


async def _scrape_without_keys(client: httpx.AsyncClient) -> dict[str, float]:
    """As `_scrape`, past a door that cannot look for keys either."""
    meters: Meters = client._transport.app.state.monitor.witness.meters  # type: ignore[attr-defined]  # noqa: SLF001
    text = (await anyio.to_thread.run_sync(meters.render)).decode()
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


async def _work(client: httpx.AsyncClient) -> tuple[str, str]:
    """The id of a decision and of a request of classifying something and looking for it."""
    headers = {"X-Request-Id": "r-1"}
    decided = (await client.post("/classify", json=ARTICLE, headers=headers)).json()
    await client.post("/classify", json=ARTICLE, headers={"Authorization": f"Bearer {KEY}"})
    await client.get(f"/articles/{ARTICLE['id']}/history", params={"q": MARKER})
    return decided["id"], headers["X-Request-Id"]


def _check_for_secrets(*told: str) -> None:
    for text in told:
        assert text
        assert MARKER.lower() not in text.lower()
        assert "swordfish" not in text


async def test_neither_an_article_nor_a_key_is_in_log_figures_or_traces(tmp_path: Path) -> None:
    stream, kept, provider = io.StringIO(), InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    witness = Witness(tracing=Tracing(provider))
    with logging_to(stream, "json", "debug"), serve_faults() as server:
        async with open_watched(tmp_path, witness, **_ask_llm(server.base_url)) as (client, _):
            decision, request = await _work(client)
            figures = (await client.get("/metrics")).text
    provider.shutdown()
    _check_for_secrets(stream.getvalue(), figures, *(span.to_json() for span in kept.get_finished_spans()))
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    decided = [line for line in lines if line["event"] == "decided"]
    (line,) = [line for line in decided if (line["decision"], line.get("request")) == (decision, request)]
    assert {"judge", "tags", "review", "calls", "cost_usd", "ms", "kept"} <= set(line)
    assert {span.name for span in kept.get_finished_spans()} >= {
        "POST /classify",
        "decide",
        f"chat {MODEL}",
    }


@pytest.mark.parametrize("fault", ["prose", "server_error", "content_filter_400", "quota", "refusal"])
async def test_what_goes_wrong_is_logged_without_the_article_or_the_key(tmp_path: Path, fault: Fault) -> None:
    stream = io.StringIO()
    with logging_to(stream, "text", "debug"), serve_faults(always(fault)) as server:
        async with open_watched(tmp_path, Witness(), **_ask_llm(server.base_url)) as (client, _):
            await _work(client)
            figures = (await client.get("/metrics")).text
    _check_for_secrets(stream.getvalue(), figures)
