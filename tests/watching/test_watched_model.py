"""A watched model server: what is counted of its attempts, and that they go as they went before."""

import random
from collections.abc import Callable
from itertools import count

import pytest
from prometheus_client import CollectorRegistry

from app.domain.attempt import Tokens
from app.errors import ModelUnavailable
from app.llm.asking import build_asker
from app.llm.model import Reply
from app.llm.scripted_model import ScriptedModel
from app.llm.scripted_wire import ScriptedWire
from app.llm.server.capabilities import Capabilities
from app.llm.server.capability_memory import CapabilityMemory
from app.llm.spending.ledger import MemoryLedger
from app.llm.tab import Tab
from app.llm.wire import RateLimits, Sent
from app.watching.providers import find_place, name_provider
from app.watching.watched_model import CountingLedger
from app.watching.witness import Witness
from tests.attempts import build_attempt
from tests.llm.askers import EDITOR, NO_CAPS, NO_LIMITS, PRICE, QUESTION, Outcome, answer, fail
from tests.llm.sleepless import LoopClock, run


def _ask(witness: Witness, *outcomes: Outcome, questions: int = 1) -> list[str]:
    """What came of asking so often at a server that answers like this, and like the last from then on."""
    left = list(outcomes)

    def play(*_: object) -> Sent:
        outcome = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def ask() -> list[str]:
        clock = LoopClock()
        wire = ScriptedWire(play, name="m", sleep=clock.sleep, latency_s=0.5)
        ids = count()
        asker = build_asker(
            witness.watch_wire(wire),
            Capabilities(wire.server, "m", CapabilityMemory(None), clock.now, probe_text="Say pear."),
            witness.watch_ledger(MemoryLedger(clock.now)),
            clock,
            random=random.Random(7).random,
            new_id=lambda: f"a{next(ids)}",
            limits=NO_LIMITS,
            caps=NO_CAPS,
            price=PRICE,
            make_scheduler=witness.make_scheduler,
        )
        said = []
        for _ in range(questions):
            try:
                said.append((await asker.complete(QUESTION, EDITOR, Tab())).text)
            except ModelUnavailable as error:
                said.append(type(error).__name__)
        return said

    return run(ask())


def _read(registry: CollectorRegistry, name: str, **labels: str) -> float | None:
    return registry.get_sample_value(name, labels)


def test_an_answer_is_counted_with_its_time_tokens_and_money() -> None:
    witness = Witness()
    assert _ask(witness, answer(limits=RateLimits(remaining_requests=7, remaining_tokens=900))) == ['{"a": 1}']
    read = witness.meters.registry
    assert _read(read, "llm_requests_total", provider="scripted", model="m", outcome="answered") == 1
    assert _read(read, "llm_request_duration_seconds_sum") == pytest.approx(0.5)
    assert _read(read, "llm_queue_wait_seconds_count") == 1
    assert [_read(read, "llm_tokens_total", type=kind) for kind in ("input", "cached", "output")] == [1_000, 0, 20]
    assert _read(read, "llm_cost_usd_total") == pytest.approx(0.0011)
    assert _read(read, "llm_rate_limit_remaining", kind="requests") == 7
    assert _read(read, "llm_rate_limit_remaining", kind="tokens") == 900


def test_a_failure_that_is_tried_again_is_two_attempts_and_a_retry() -> None:
    witness = Witness()
    assert _ask(witness, fail("overloaded", status=503), answer()) == ['{"a": 1}']
    read = witness.meters.registry
    assert _read(read, "llm_requests_total", provider="scripted", model="m", outcome="overloaded") == 1
    assert _read(read, "llm_requests_total", provider="scripted", model="m", outcome="answered") == 1
    assert _read(read, "llm_retries_total", reason="overloaded") == 1


def test_what_cannot_be_tried_again_is_no_retry() -> None:
    witness = Witness()
    assert _ask(witness, fail("quota_exhausted", status=429)) == ["QuotaExhausted"]
    assert _read(witness.meters.registry, "llm_retries_total", reason="quota_exhausted") is None


def test_cached_tokens_are_not_counted_twice() -> None:
    witness = Witness()
    tokens = Tokens(input=100, cached=60, written=10, output=5)
    witness.meters.count_attempt(build_attempt(status="answered").model_copy(update={"tokens": tokens}), "openai")
    read = witness.meters.registry
    kinds = ("input", "cached", "cache_write", "output")
    assert [_read(read, "llm_tokens_total", type=kind) for kind in kinds] == [30, 60, 10, 5]


@pytest.mark.anyio
async def test_an_attempt_that_is_closed_twice_counts_once() -> None:
    witness = Witness()
    attempt = build_attempt(status="answered")
    ledger = CountingLedger(MemoryLedger(lambda: attempt.at), witness.meters)
    await ledger.open(attempt.model_copy(update={"status": "sent"}), lambda _: None)
    await ledger.close(attempt)
    await ledger.close(attempt)
    found = [
        sample.value
        for metric in witness.meters.registry.collect()
        for sample in metric.samples
        if sample.name == "llm_requests_total"
    ]
    assert found == [1]
    assert (await ledger.sum_day()).calls == 1


FORMS: list[tuple[Callable[[], Reply], float]] = [
    (lambda: Reply(text='{"verdicts": [], "not_applicable": ["c"]}', finish="stop"), 0),
    (lambda: Reply(text="I would say that it applies.", finish="stop"), 1),
    (lambda: Reply(text='{"verdicts": [', finish="length"), 1),
    (lambda: Reply(text="", finish="stop", refusal="I cannot help with that."), 0),
    (lambda: Reply(text='{"verd', finish="content_filter"), 0),
]


@pytest.mark.anyio
@pytest.mark.parametrize(("make", "failures"), FORMS, ids=["kept", "prose", "cut off", "declined", "filtered"])
async def test_replies_that_do_not_keep_to_the_form_are_counted(make: Callable[[], Reply], failures: float) -> None:
    class Model(ScriptedModel):
        async def complete(self, *_: object) -> Reply:
            return make()

    witness = Witness()
    assert await witness.watch_model(Model(lambda _: "")).complete(QUESTION, EDITOR, Tab()) == make()
    assert _read(witness.meters.registry, "llm_schema_failures_total") == failures


@pytest.mark.parametrize(
    ("server", "name", "place"),
    [
        pytest.param("https://api.openai.com/v1", "openai", ("api.openai.com", 443), id="OpenAI"),
        pytest.param(
            "https://mine.openai.azure.com/openai/v1", "azure.ai.openai", ("mine.openai.azure.com", 443), id="Azure"
        ),
        pytest.param("https://api.groq.com/openai/v1", "groq", ("api.groq.com", 443), id="Groq"),
        pytest.param("http://localhost:8080/v1", "localhost", ("localhost", 8080), id="one's own"),
        pytest.param("http://llm.example/v1", "llm.example", ("llm.example", 80), id="one without a port"),
        pytest.param("rehearsal://", "rehearsal", ("rehearsal", 80), id="none"),
    ],
)
def test_a_server_has_a_name_and_a_place(server: str, name: str, place: tuple[str, int]) -> None:
    assert (name_provider(server), find_place(server)) == (name, place)
