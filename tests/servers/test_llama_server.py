"""The real server: a random model is held to a schema, says what it used, and can be started again."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.servers.llama_server import find_obstacle, serve_llama
from tests.servers.random_model import write_random_model

obstacle = find_obstacle()
pytestmark = pytest.mark.skipif(bool(obstacle), reason=obstacle or "there is none")

CATEGORIES = ["operating-model", "scrum", "kanban"]
VERDICT = {
    "type": "object",
    "properties": {
        "category": {"type": "string", "enum": CATEGORIES},
        "sentences": {"type": "array", "items": {"type": "integer"}},
        "quote": {"type": "string"},
    },
    "required": ["category", "sentences", "quote"],
    "additionalProperties": False,
}
SCHEMA = {
    "type": "object",
    "properties": {
        "verdicts": {"type": "array", "items": VERDICT},
        "not_applicable": {"type": "array", "items": {"type": "string", "enum": CATEGORIES}},
    },
    "required": ["verdicts", "not_applicable"],
    "additionalProperties": False,
}


def _ask(url: str, text: str = "What is it about?", **fields: object) -> dict[str, Any]:
    messages = [{"role": "system", "content": "You check articles."}, {"role": "user", "content": text}]
    request = {"model": "random", "messages": messages, "max_tokens": 2000, **fields}
    response = httpx.post(f"{url}/chat/completions", json=request, timeout=60)
    response.raise_for_status()
    reply: dict[str, Any] = response.json()
    return reply


def _form(schema: dict[str, Any]) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": "verdicts", "strict": True, "schema": schema}}


def test_a_random_model_is_held_to_the_schema(llama_url: str) -> None:
    replies = [_ask(llama_url, seed=seed, response_format=_form(SCHEMA))["choices"][0] for seed in range(12)]
    whole = [json.loads(reply["message"]["content"]) for reply in replies if reply["finish_reason"] == "stop"]
    assert len(whole) >= 10
    verdicts = [verdict for reply in whole for verdict in reply["verdicts"]]
    assert len(verdicts) >= 5
    for verdict in verdicts:
        assert set(verdict) == {"category", "sentences", "quote"}
        assert verdict["category"] in CATEGORIES
        assert all(isinstance(number, int) for number in verdict["sentences"])
        assert verdict["quote"].isascii()


def test_without_a_schema_it_says_anything(llama_url: str) -> None:
    reply = _ask(llama_url)["choices"][0]
    assert reply["message"]["content"].strip()
    with pytest.raises(ValueError, match=r"Expecting|Extra"):
        json.loads(reply["message"]["content"])


def test_a_form_that_allows_one_word_gets_that_word(llama_url: str) -> None:
    schema = {"type": "object", "properties": {"k": {"enum": ["x7f3a9b1"]}}, "required": ["k"]}
    reply = _ask(llama_url, "Say hello.", response_format=_form(schema))["choices"][0]["message"]["content"]
    assert json.loads(reply) == {"k": "x7f3a9b1"}


def test_it_says_what_it_used_and_what_it_knew(llama_url: str) -> None:
    first, second = [_ask(llama_url, "one and the same " * 200, max_tokens=5)["usage"] for _ in range(2)]
    assert first["prompt_tokens"] == second["prompt_tokens"] > 700
    assert (first["completion_tokens"], second["completion_tokens"]) == (5, 5)
    assert second["prompt_tokens_details"]["cached_tokens"] > 0.9 * second["prompt_tokens"]


def test_a_prompt_longer_than_it_reads_is_refused_with_both_sizes(llama_url: str) -> None:
    with pytest.raises(httpx.HTTPStatusError) as refused:
        _ask(llama_url, "x " * 40_000)
    error = refused.value.response.json()["error"]
    assert (refused.value.response.status_code, error["type"]) == (400, "exceed_context_size_error")
    assert error["n_prompt_tokens"] > error["n_ctx"]


def test_the_same_seed_makes_the_same_model(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_random_model(tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_closed_server_answers_no_more(tmp_path: Path) -> None:
    with serve_llama(tmp_path) as url:
        assert httpx.get(f"{url}/models").status_code == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/models")
