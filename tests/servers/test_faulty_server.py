"""The faulty server: honest answers that fit the schema, each fault as real servers show it, and a log of all."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.servers.faults import ALL, Fault, always, at_random, in_order, out_of_money, spread
from tests.servers.faulty_server import FaultyServer, Traits, serve_faults, start_faulty_server
from tests.servers.request_log import Billed

pytestmark = pytest.mark.anyio

CATEGORIES = ["baking", "sailing", "gardening"]
CHECK = {
    "type": "object",
    "properties": {
        "sentences": {"type": "array", "items": {"type": "integer"}},
        "quote": {"type": "string"},
        "id": {"type": "string"},
    },
}
SCHEMA = {
    "type": "object",
    "properties": {
        "verdicts": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "category": {"enum": CATEGORIES},
                    "topics": {"type": "array", "items": CHECK},
                    "exclusions": {"type": "array", "items": CHECK},
                    "rationale": {"type": "string"},
                },
            },
        },
        "not_applicable": {"type": "array", "items": {"enum": CATEGORIES}},
    },
}
FORMAT = {"type": "json_schema", "json_schema": {"name": "verdicts", "strict": True, "schema": SCHEMA}}
SENTENCE = "The loaf that rose over night was the one that nobody had touched."
DEFINITIONS = 'Answer with {"verdicts": [], "not_applicable": []}.\n' + "".join(
    f"\n## {category}: A title\n" + "What it is about, in many words. " * 60 + f"\nt{turn} A topic\nx1 Not this\n"
    for turn, category in enumerate(CATEGORIES, start=1)
)
REQUEST: dict[str, Any] = {
    "model": "m",
    "messages": [
        {"role": "system", "content": DEFINITIONS},
        {"role": "user", "content": f"<<<article 00\n[1] Bread.\n[2] {SENTENCE}\narticle 00>>>"},
    ],
    "response_format": FORMAT,
}


async def _ask(server: FaultyServer, request: dict[str, Any] | None = None, *, timeout_s: float = 5) -> httpx.Response:
    async with httpx.AsyncClient(timeout=timeout_s) as client:
        return await client.post(
            f"{server.base_url}/chat/completions", json=request or REQUEST, headers={"X-Client-Request-Id": "r1"}
        )


def _read(response: httpx.Response) -> dict[str, Any]:
    reply: dict[str, Any] = json.loads(response.json()["choices"][0]["message"]["content"])
    return reply


@pytest.fixture
async def server() -> AsyncIterator[FaultyServer]:
    with serve_faults(traits=Traits(held_share=0.5)) as server:
        yield server


async def test_an_honest_answer_names_every_category_once_and_quotes_what_stands_there(server: FaultyServer) -> None:
    reply = _read(await _ask(server))
    named = [verdict["category"] for verdict in reply["verdicts"]]
    assert sorted(named + reply["not_applicable"]) == sorted(CATEGORIES)
    assert 1 <= len(named) <= 2
    assert {check["quote"] for verdict in reply["verdicts"] for check in verdict["topics"]} == {SENTENCE}
    assert all(verdict["topics"][0]["sentences"] == [2] for verdict in reply["verdicts"])
    assert reply == _read(await _ask(server))


async def test_the_check_is_one_that_the_definition_lists(server: FaultyServer) -> None:
    checks = {verdict["category"]: verdict["topics"][0]["id"] for verdict in _read(await _ask(server))["verdicts"]}
    assert checks.items() <= {"baking": "t1", "sailing": "t2", "gardening": "t3"}.items()


@pytest.mark.parametrize("form", [{"type": "json_object"}, {"type": "text"}])
async def test_without_a_schema_the_definitions_say_what_can_be_named(
    server: FaultyServer, form: dict[str, str]
) -> None:
    reply, held = _read(await _ask(server, {**REQUEST, "response_format": form})), _read(await _ask(server))
    assert reply["not_applicable"] == held["not_applicable"]
    assert [verdict["category"] for verdict in reply["verdicts"]] == [v["category"] for v in held["verdicts"]]


async def test_a_repair_turn_is_answered_like_the_question(server: FaultyServer) -> None:
    turns = [{"role": "assistant", "content": "no"}, {"role": "user", "content": "Answer again."}]
    again = {**REQUEST, "messages": [*REQUEST["messages"], *turns]}
    assert _read(await _ask(server, again)) == _read(await _ask(server))


async def test_any_other_schema_is_filled_too(server: FaultyServer) -> None:
    schema = {"type": "object", "properties": {"k": {"enum": ["x7f3"]}, "n": {"type": "integer", "minimum": 2}}}
    form = {"type": "json_schema", "json_schema": {"name": "probe", "schema": schema}}
    assert _read(await _ask(server, {**REQUEST, "response_format": form})) == {"k": "x7f3", "n": 2}


async def test_a_prompt_that_begins_like_one_before_counts_as_cached(server: FaultyServer) -> None:
    other = {**REQUEST, "messages": [REQUEST["messages"][0], {"role": "user", "content": "[1] Another article."}]}
    first, second = (await _ask(server)).json()["usage"], (await _ask(server, other)).json()["usage"]
    assert first["prompt_tokens_details"]["cached_tokens"] == 0
    assert 1024 <= second["prompt_tokens_details"]["cached_tokens"] < second["prompt_tokens"]
    assert first["prompt_tokens"] + first["completion_tokens"] == first["total_tokens"]


async def test_a_reply_ends_at_the_limit_on_its_tokens(server: FaultyServer) -> None:
    choice = (await _ask(server, {**REQUEST, "max_completion_tokens": 5})).json()
    assert choice["choices"][0]["finish_reason"] == "length"
    assert choice["usage"]["completion_tokens"] == 5


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        pytest.param("rate_limited", 429, "rate_limit_exceeded", id="too many requests"),
        pytest.param("rate_limited_ms", 429, "rate_limit_exceeded", id="too many, in milliseconds"),
        pytest.param("slow_down", 429, "slow_down", id="too steep"),
        pytest.param("quota", 429, "insufficient_quota", id="no money"),
        pytest.param("server_error", 500, None, id="broken"),
        pytest.param("overloaded", 503, "server_is_overloaded", id="overloaded"),
        pytest.param("content_filter_400", 400, "content_filter", id="filtered before it was read"),
    ],
)
async def test_an_error_has_its_status_and_code_and_costs_nothing(fault: Fault, status: int, code: str | None) -> None:
    with serve_faults(always(fault)) as server:
        response = await _ask(server)
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)
    assert server.log[0].billed == Billed()


@pytest.mark.parametrize(
    ("fault", "header", "value"),
    [
        pytest.param("rate_limited", "retry-after", "0.05", id="seconds"),
        pytest.param("rate_limited_ms", "retry-after-ms", "50", id="milliseconds"),
    ],
)
async def test_a_limit_says_how_long_to_wait(fault: Fault, header: str, value: str) -> None:
    with serve_faults(always(fault)) as server:
        headers = (await _ask(server)).headers
    assert headers[header] == value
    assert headers["x-ratelimit-remaining-requests"] == "0"


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        pytest.param("hang", httpx.ReadTimeout, id="no answer"),
        pytest.param("disconnect", httpx.RemoteProtocolError, id="no first byte"),
        pytest.param("disconnect_midway", httpx.RemoteProtocolError, id="half a body"),
    ],
)
async def test_an_answer_that_does_not_arrive_is_on_the_bill_all_the_same(fault: Fault, error: type[Exception]) -> None:
    with serve_faults(always(fault)) as server, pytest.raises(error):
        await _ask(server, timeout_s=0.1)
    assert server.log[0].billed.output > 0
    assert not server.log[0].delivered


@pytest.mark.parametrize(
    ("fault", "finish"),
    [
        pytest.param("truncated", "stop", id="says that it is whole"),
        pytest.param("length", "length", id="says that it is cut"),
        pytest.param("content_filter", "content_filter", id="filtered"),
        pytest.param("prose", "stop", id="prose"),
        pytest.param("fenced", "stop", id="fenced"),
    ],
)
async def test_a_spoilt_reply_is_no_json_and_says_why_it_ended(fault: Fault, finish: str) -> None:
    with serve_faults(always(fault)) as server:
        response = await _ask(server)
    assert response.json()["choices"][0]["finish_reason"] == finish
    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        _read(response)


async def test_what_a_model_makes_up_is_not_in_the_request() -> None:
    with serve_faults(in_order("invented_category", "invented_quote", "wrong_types")) as server:
        category, quote, types = [_read(await _ask(server)) for _ in range(3)]
    assert category["verdicts"][0]["category"] not in CATEGORIES
    assert quote["verdicts"][0]["topics"][0]["quote"] not in SENTENCE
    assert not isinstance(types["verdicts"], list)


async def test_a_refusal_stands_where_refusals_stand() -> None:
    with serve_faults(always("refusal")) as server:
        message = (await _ask(server)).json()["choices"][0]["message"]
    assert (message["content"], bool(message["refusal"])) == (None, True)


async def test_a_prompt_that_is_read_in_part_shows_in_the_usage() -> None:
    with serve_faults(in_order("prompt_truncated")) as server:
        part, whole = [(await _ask(server)).json()["usage"]["prompt_tokens"] for _ in range(2)]
    assert part < 0.3 * whole


async def test_a_limit_that_is_ignored_gives_a_reply_far_longer() -> None:
    with serve_faults(always("very_long")) as server:
        response = await _ask(server, {**REQUEST, "max_completion_tokens": 500})
    assert response.json()["usage"]["completion_tokens"] > 5000


async def test_answers_that_are_no_completions() -> None:
    with serve_faults(in_order("html", "no_choices", "no_usage")) as server:
        page, choices, usage = [await _ask(server) for _ in range(3)]
    assert page.headers["content-type"].startswith("text/html")
    assert choices.json()["choices"] == []
    assert "usage" not in usage.json()
    assert [entry.told for entry in server.log] == [False, True, False]


@pytest.mark.parametrize(
    ("refused", "sent", "named"),
    [
        pytest.param("temperature", {"temperature": 0}, "temperature", id="a parameter"),
        pytest.param("max_completion_tokens", {"max_completion_tokens": 9}, "max_completion_tokens", id="a limit"),
        pytest.param("response_format.json_schema", {}, "response_format", id="a form of reply"),
    ],
)
async def test_a_parameter_is_refused_by_name(refused: str, sent: dict[str, Any], named: str) -> None:
    with serve_faults(traits=Traits(refuses=frozenset({refused}))) as server:
        response = await _ask(server, REQUEST | sent)
    assert response.status_code == 400
    assert named in response.text


async def test_a_form_can_be_taken_and_not_kept() -> None:
    probe = {
        "type": "json_schema",
        "json_schema": {"name": "p", "schema": {"type": "object", "properties": {"k": {"enum": ["x7f3"]}}}},
    }
    with serve_faults(traits=Traits(ignores_format=True)) as server:
        verdicts, word = await _ask(server), await _ask(server, {**REQUEST, "response_format": probe})
    assert "```json" in verdicts.text
    assert "x7f3" not in word.text


async def test_the_log_says_what_was_asked_and_what_went_back(server: FaultyServer) -> None:
    usage = (await _ask(server)).json()["usage"]
    (entry,) = server.log
    assert (entry.request_id, entry.model, entry.response_format, entry.status) == ("r1", "m", "json_schema", 200)
    assert (entry.billed.input, entry.billed.output) == (usage["prompt_tokens"], usage["completion_tokens"])
    assert entry.delivered
    assert entry.parameters == ("messages", "model", "response_format")


async def test_who_left_before_the_answer_did_not_get_it() -> None:
    with serve_faults(traits=Traits(latency_s=0.1)) as server:
        with pytest.raises(httpx.ReadTimeout):
            await _ask(server, timeout_s=0.02)
        await _ask(server)
    assert [entry.delivered for entry in server.log] == [False, True]


def test_a_share_of_faults_is_the_same_for_the_same_seed_and_spread_meets_every_kind() -> None:
    chance, even = at_random(0.15, seed=1), spread(0.15, kinds=ALL)
    dealt = [chance(number) for number in range(2000)]
    assert dealt == [at_random(0.15, seed=1)(number) for number in range(2000)]
    assert 0.12 < sum(fault != "none" for fault in dealt) / 2000 < 0.18
    spreads = [even(number) for number in range(400)]
    assert set(ALL) <= set(spreads)
    assert sum(fault != "none" for fault in spreads) == 60


def test_money_that_is_gone_stays_gone() -> None:
    plan = out_of_money(2)
    assert [plan(number) for number in range(5)] == ["none", "none", "quota", "quota", "quota"]


def test_in_a_process_of_its_own_it_tells_its_log() -> None:
    with start_faulty_server("--faults", "1", "--kinds", "refusal") as server:
        response = httpx.post(f"{server.base_url}/chat/completions", json=REQUEST)
        (entry,) = server.read_log()
    assert response.status_code == 200
    assert (entry.fault, entry.billed.output) == ("refusal", response.json()["usage"]["completion_tokens"])
