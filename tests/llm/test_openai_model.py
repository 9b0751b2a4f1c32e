"""The wire: one call over real HTTP to a server on this machine, and what its answers become."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from app.errors import ModelUnavailable
from app.llm.model import Message
from app.llm.openai_model import OpenAIModel

pytestmark = pytest.mark.anyio

MESSAGES = (Message(role="system", content="Check."), Message(role="user", content="An article."))
COMPLETION = {
    "id": "c1",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "{}"}}],
    "usage": {
        "prompt_tokens": 11,
        "completion_tokens": 2,
        "total_tokens": 13,
        "prompt_tokens_details": {"cached_tokens": 8},
    },
}


class _Server(ThreadingHTTPServer):
    answer: tuple[int, dict[str, Any]] = (200, COMPLETION)
    asked: list[dict[str, Any]]


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        self.server.asked.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        status, body = self.server.answer
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        pass


@pytest.fixture
def server() -> Iterator[_Server]:
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.asked = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def _model(server: _Server) -> OpenAIModel:
    return OpenAIModel("m", api_key="k", base_url=f"http://127.0.0.1:{server.server_address[1]}/v1")


async def test_a_reply_carries_its_text_and_what_was_used(server: _Server) -> None:
    reply = await _model(server).complete(MESSAGES, {"type": "object"})
    assert (reply.text, reply.finish) == ("{}", "stop")
    assert (reply.input_tokens, reply.cached_tokens, reply.output_tokens) == (11, 8, 2)


async def test_the_schema_is_sent_strict(server: _Server) -> None:
    await _model(server).complete(MESSAGES, {"type": "object"})
    (asked,) = server.asked
    assert asked["response_format"]["json_schema"]["strict"] is True
    assert [message["role"] for message in asked["messages"]] == ["system", "user"]


@pytest.mark.parametrize("status", [400, 401, 429, 500, 503])
async def test_a_refusal_is_asked_once_and_says_what_to_do(server: _Server, status: int) -> None:
    server.answer = (status, {"error": {"message": "no more quota"}})
    with pytest.raises(ModelUnavailable, match=rf"{status}.*no more quota.*SCOPENOTE_JUDGE=local"):
        await _model(server).complete(MESSAGES, {})
    assert len(server.asked) == 1


async def test_an_answer_without_a_choice_is_not_a_reply(server: _Server) -> None:
    server.answer = (200, {**COMPLETION, "choices": []})
    with pytest.raises(ModelUnavailable, match="without a choice"):
        await _model(server).complete(MESSAGES, {})


async def test_a_server_that_is_not_there_says_what_to_check() -> None:
    model = OpenAIModel("m", api_key="k", base_url="http://127.0.0.1:9/v1")
    with pytest.raises(ModelUnavailable, match=r"[^.]\. Check OPENAI_BASE_URL"):
        await model.complete(MESSAGES, {})
