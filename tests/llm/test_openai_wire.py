"""The wire: one attempt at a server, over the real SDK, and what its answers become."""

import asyncio
import gc
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx2
import pytest

from app.domain.attempt import FailureKind, Tokens
from app.errors import BadSetting
from app.llm.failures import AttemptFailed
from app.llm.model import Message, Question, Reply
from app.llm.server.openai_wire import OpenAIWire
from app.llm.wire import RateLimits, Sent, Shape

pytestmark = pytest.mark.anyio

ARTICLE = "The council met on Tuesday behind closed doors."
KEY = "sk-test-0123456789"
QUESTION = Question(
    messages=(Message(role="system", content="Check.", ends_prefix=True), Message(role="user", content=ARTICLE)),
    reply_schema={"type": "object"},
    input_tokens=20,
    max_output_tokens=50,
)
COMPLETION: dict[str, Any] = {
    "id": "c1",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "{}"}}],
    "usage": {"prompt_tokens": 11, "completion_tokens": 2, "total_tokens": 13},
}
Handler = Callable[[httpx2.Request], httpx2.Response]


def _answer(status: int = 200, body: object = COMPLETION, **headers: str) -> Handler:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return lambda _: httpx2.Response(status, content=content, headers=named)


async def _send(
    handler: Handler,
    *,
    shape: Shape | None = None,
    name: str = "m",
    base_url: str | None = "http://test/v1",
    timeout_s: float = 5.0,
) -> Sent:
    async with httpx2.AsyncClient(transport=httpx2.MockTransport(handler)) as client:
        wire = OpenAIWire(name, api_key=KEY, base_url=base_url, http_client=client)
        return await wire.send(QUESTION, shape or Shape(), attempt_id="attempt-1", timeout_s=timeout_s)


async def _fail(handler: Handler, *, timeout_s: float = 5.0) -> AttemptFailed:
    with pytest.raises(AttemptFailed) as failed:
        await _send(handler, timeout_s=timeout_s)
    return failed.value


async def test_an_answer_carries_the_reply_and_what_the_headers_allow() -> None:
    sent = await _send(_answer(x_ratelimit_remaining_requests="3", x_ratelimit_reset_requests="1s"))
    assert sent.reply == Reply(text="{}", finish="stop", tokens=Tokens(input=11, output=2))
    assert sent.limits == RateLimits(remaining_requests=3, reset_requests_s=1.0)


async def test_a_request_is_what_the_shape_says_with_the_attempts_id() -> None:
    asked: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return httpx2.Response(200, json=COMPLETION)

    await _send(answer, shape=Shape(rung="json_object", dropped=frozenset({"temperature"})))
    (request,) = asked
    body = json.loads(request.content)
    assert str(request.url) == "http://test/v1/chat/completions"
    assert request.headers["x-client-request-id"] == "attempt-1"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert body["response_format"] == {"type": "json_object"}
    assert "temperature" not in body


async def test_openai_is_asked_where_no_other_server_is_named() -> None:
    asked: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(str(request.url))
        return httpx2.Response(200, json=COMPLETION)

    await _send(answer, name="gpt-6-luna", base_url=None)
    assert asked == ["https://api.openai.com/v1/chat/completions"]


@pytest.mark.parametrize("status", [400, 401, 408, 409, 429, 500, 503])
async def test_a_refusal_is_asked_once(status: int) -> None:
    asked: list[httpx2.Request] = []

    def refuse(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return httpx2.Response(status, json={"error": {"message": "No."}})

    failure = await _fail(refuse)
    assert (failure.status, str(failure)) == (status, f"the server answered {status}: No")
    assert len(asked) == 1


async def test_a_failure_knows_how_it_was_asked() -> None:
    shape = Shape(rung="schema")
    with pytest.raises(AttemptFailed) as failed:
        await _send(_answer(400, {"error": {"message": "x", "param": "response_format"}}), shape=shape)
    assert (failed.value.kind, failed.value.parameter, failed.value.shape) == (
        "parameter_refused",
        "response_format",
        shape,
    )


@pytest.mark.parametrize(
    ("status", "body"),
    [
        pytest.param(429, {"error": {"message": "Slow"}}, id="a refusal"),
        pytest.param(200, {"choices": []}, id="an answer that is none"),
        pytest.param(200, {"error": {"message": "Slow", "code": 429}}, id="a refusal in a 200"),
    ],
)
async def test_what_the_headers_allow_goes_along_with_a_failure_too(status: int, body: object) -> None:
    failure = await _fail(_answer(status, body, x_ratelimit_remaining_tokens="7", x_ratelimit_reset_tokens="2s"))
    assert failure.limits == RateLimits(remaining_tokens=7, reset_tokens_s=2.0)
    assert failure.shape == Shape()


async def test_a_failure_without_an_answer_has_no_limits() -> None:
    def refuse(_: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("refused")

    assert (await _fail(refuse)).limits == RateLimits()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        pytest.param(b"<html>Sign in</html>", "unusable_reply", id="a web page"),
        pytest.param(b"", "unusable_reply", id="empty"),
        pytest.param({**COMPLETION, "choices": []}, "unusable_reply", id="no choice"),
        pytest.param(
            {"error": {"message": "Provider is down", "code": 502}}, "server_error", id="a router's 502 in a 200"
        ),
        pytest.param(
            {"error": {"message": "Insufficient credits", "code": 402}}, "quota_exhausted", id="a router's 402 in a 200"
        ),
        pytest.param(
            {"error": {"message": "The maximum context length is 4096 tokens", "code": 502}},
            "too_long",
            id="a router's 502 that is too long",
        ),
        pytest.param(
            {"error": {"message": "x", "code": "context_length_exceeded"}}, "too_long", id="too long, without a status"
        ),
        pytest.param({"error": "Something"}, "unusable_reply", id="an error without a code"),
        pytest.param({"error": {"code": 7}}, "unusable_reply", id="an error with a code that is no status"),
    ],
)
async def test_a_200_that_is_no_completion_is_a_failure(body: object, kind: FailureKind) -> None:
    assert (await _fail(_answer(200, body))).kind == kind


async def test_an_empty_error_beside_an_answer_is_none() -> None:
    assert (await _send(_answer(200, {**COMPLETION, "error": None}))).reply.text == "{}"


async def test_a_redirect_is_not_followed_with_the_article() -> None:
    asked: list[str] = []

    def move(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.url.host)
        return httpx2.Response(307, headers={"location": "http://elsewhere/v1"})

    assert (await _fail(move)).kind == "not_found"
    assert asked == ["test"]


async def test_an_article_that_a_filter_refuses_is_answered() -> None:
    sent = await _send(_answer(400, {"error": {"message": "filtered", "code": "content_filter"}}))
    assert (sent.reply.finish, sent.reply.text, sent.reply.tokens) == ("content_filter", "", None)


async def test_neither_the_key_nor_the_article_is_told() -> None:
    failure = await _fail(_answer(400, {"error": {"message": f"Bad input {ARTICLE!r} with {KEY}"}}))
    assert str(failure) == "the server answered 400: Bad input '…' with ***"


async def test_nothing_of_the_address_is_told_but_where_it_leads() -> None:
    told = "ann4711 hunter2/ hunter2%2F s3cret+key= s3cret%2Bkey%3D"
    async with httpx2.AsyncClient(
        transport=httpx2.MockTransport(_answer(400, {"error": {"message": f"No {told} here"}}))
    ) as client:
        base_url = "http://ann4711:hunter2%2F@test/v1?key=s3cret%2Bkey%3D&flag"
        wire = OpenAIWire("m", api_key=KEY, base_url=base_url, http_client=client)
        with pytest.raises(AttemptFailed) as failed:
            await wire.send(QUESTION, Shape(), attempt_id="a", timeout_s=5)
    assert str(failed.value) == "the server answered 400: No *** *** *** *** *** here"


async def test_words_of_the_article_are_no_parameters() -> None:
    question = QUESTION.model_copy(
        update={"messages": (Message(role="user", content="'response_format' and 'temperature': refused"),)}
    )
    async with httpx2.AsyncClient(
        transport=httpx2.MockTransport(_answer(400, {"detail": question.messages[0].content}))
    ) as client:
        wire = OpenAIWire("m", api_key=KEY, base_url="http://test/v1", http_client=client)
        with pytest.raises(AttemptFailed) as failed:
            await wire.send(question, Shape(), attempt_id="a", timeout_s=5)
    assert failed.value.kind == "bad_request"


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        pytest.param(httpx2.ConnectError("refused"), "unreachable", id="refused"),
        pytest.param(httpx2.ReadTimeout("slow"), "timeout", id="slow"),
        pytest.param(httpx2.RemoteProtocolError("peer closed"), "disconnected", id="broken"),
        pytest.param(httpx2.InvalidURL("bad"), "unreachable", id="bad address"),
    ],
)
async def test_what_goes_wrong_below_is_a_failure_too(error: Exception, kind: FailureKind) -> None:
    def fail(_: httpx2.Request) -> httpx2.Response:
        raise error

    assert (await _fail(fail)).kind == kind


async def test_the_timeout_is_for_the_whole_answer_however_it_drips() -> None:
    class _Dripping(httpx2.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            while True:
                await asyncio.sleep(0.005)
                yield b" "

    failure = await _fail(lambda _: httpx2.Response(200, stream=_Dripping()), timeout_s=0.05)
    assert (failure.kind, str(failure)) == ("timeout", "no answer within 0.05 s")


async def test_being_called_off_is_not_a_failure() -> None:
    class _Silent(httpx2.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            await asyncio.sleep(60)
            yield b""

    task = asyncio.create_task(_send(lambda _: httpx2.Response(200, stream=_Silent())))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize(
    "base_url",
    [
        "localhost:8080",
        "ftp://host/v1",
        "http://",
        "http://[::1",
        "http://host:port/v1",
        "//host",
        "http://host\n/v1",
    ],
)
def test_an_address_that_cannot_be_asked_is_a_bad_setting(base_url: str) -> None:
    with pytest.raises(BadSetting, match="OPENAI_BASE_URL"):
        OpenAIWire("m", api_key=KEY, base_url=base_url)


@pytest.mark.parametrize(
    "base_url",
    ["ftp://ann:s3cret@host/v1?key=s3cret", "ftp://host/v1?key=an@s3cret", "ftp://host/v1?key=s3cret"],
)
def test_an_address_that_cannot_be_asked_is_told_without_its_secrets(base_url: str) -> None:
    with pytest.raises(BadSetting) as bad:
        OpenAIWire("m", api_key=KEY, base_url=base_url)
    assert "s3cret" not in str(bad.value)


@pytest.mark.parametrize("key", ["", " ", "sk-\u2026", "sk-a\nb"])
def test_a_key_that_cannot_be_sent_is_a_bad_setting_and_not_shown(key: str) -> None:
    with pytest.raises(BadSetting, match="OPENAI_API_KEY") as bad:
        OpenAIWire("m", api_key=key)
    assert "sk-" not in str(bad.value)


def test_the_server_is_named_without_credentials() -> None:
    assert OpenAIWire("m", api_key=KEY, base_url="http://user:secret@host/v1/").server == "http://host/v1"


class _Local(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        content = json.dumps(COMPLETION).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        pass


@contextmanager
def _serve() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Local) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
        server.shutdown()


@pytest.mark.filterwarnings("error")
def test_it_works_in_several_event_loops_one_after_another() -> None:
    async def ask(wire: OpenAIWire) -> str:
        sent = await wire.send(QUESTION, Shape(), attempt_id="a", timeout_s=5)
        again = await wire.send(QUESTION, Shape(), attempt_id="b", timeout_s=5)
        await wire.close()
        return sent.reply.text + again.reply.text

    with _serve() as base_url:
        wire = OpenAIWire("m", api_key=KEY, base_url=base_url)
        assert [asyncio.run(ask(wire)) for _ in range(2)] == ["{}{}", "{}{}"]
    gc.collect()


async def test_a_server_that_is_not_there_is_unreachable() -> None:
    wire = OpenAIWire("m", api_key=KEY, base_url="http://127.0.0.1:9/v1")
    with pytest.raises(AttemptFailed, match="could not be reached") as failed:
        await wire.send(QUESTION, Shape(), attempt_id="a", timeout_s=5)
    assert failed.value.kind == "unreachable"
    await wire.close()
