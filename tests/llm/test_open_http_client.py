"""The real client, over real connections on this machine: nothing goes elsewhere, and nothing endless comes in."""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx2
import pytest

from app.llm.failures import AttemptFailed
from app.llm.model import Message, Question
from app.llm.server.openai_wire import CONNECT_TIMEOUT_S, OpenAIWire
from app.llm.server.transport import MAX_BODY_BYTES, open_http_client
from app.llm.wire import Sent, Shape

pytestmark = pytest.mark.anyio

QUESTION = Question(
    messages=(Message(role="user", content="The council met on Tuesday."),),
    reply_schema={"type": "object"},
    input_tokens=20,
    max_output_tokens=50,
)
COMPLETION = json.dumps({"choices": [{"finish_reason": "stop", "message": {"content": "{}"}}]}).encode()


@dataclass
class _Place:
    """A server, how it answers, and the paths and headers that it was asked with."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes = COMPLETION
    url: str = ""
    asked: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)


def _answer_for(place: _Place) -> type[BaseHTTPRequestHandler]:
    class _Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            place.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            self.send_response(place.status)
            for name, value in {"content-length": str(len(place.content)), **place.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                self.wfile.write(place.content)
            except OSError:
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            pass

    return _Handler


@contextmanager
def _run(place: _Place) -> Iterator[_Place]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _answer_for(place)) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        place.url = f"http://127.0.0.1:{server.server_address[1]}"
        yield place
        server.shutdown()


Serve = Callable[[_Place], _Place]


@pytest.fixture
def serve() -> Iterator[Serve]:
    with ExitStack() as running:
        yield lambda place: running.enter_context(_run(place))


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


async def _ask(place: _Place) -> Sent:
    wire = OpenAIWire("m", api_key="sk-test-0123456789", base_url=f"{place.url}/v1")
    try:
        return await wire.send(QUESTION, Shape(), attempt_id="attempt-1", timeout_s=10)
    finally:
        await wire.close()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_the_article_does_not_go_along_to_where_a_server_points(serve: Serve, status: int) -> None:
    elsewhere = serve(_Place())
    here = serve(_Place(status=status, headers={"location": f"{elsewhere.url}/v1/chat/completions"}, content=b""))
    with pytest.raises(AttemptFailed) as failed:
        await _ask(here)
    assert (failed.value.kind, failed.value.status) == ("not_found", status)
    assert (len(here.asked), elsewhere.asked) == (1, [])


async def test_an_answer_comes_straight_and_not_packed(serve: Serve) -> None:
    here = serve(_Place())
    assert (await _ask(here)).reply.text == "{}"
    ((path, headers),) = here.asked
    assert path == "/v1/chat/completions"
    assert headers["accept-encoding"] == "identity"


async def test_a_proxy_that_the_environment_names_is_the_way_and_only_then(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy, here = serve(_Place()), serve(_Place())
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    await _ask(here)
    assert ([path for path, _ in proxy.asked], here.asked) == ([f"{here.url}/v1/chat/completions"], [])
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    await _ask(here)
    assert (len(proxy.asked), len(here.asked)) == (1, 1)


async def test_more_than_a_reply_can_be_long_is_not_read(serve: Serve) -> None:
    here = serve(_Place(content=b" " * (MAX_BODY_BYTES + 1)))
    with pytest.raises(AttemptFailed, match="too long") as failed:
        await _ask(here)
    assert failed.value.kind == "unusable_reply"


@pytest.mark.parametrize(
    ("timeout_s", "connect_s"),
    [
        pytest.param(60.0, CONNECT_TIMEOUT_S, id="a server that is not there is found out soon"),
        pytest.param(2.0, 2.0, id="not later than anything else"),
    ],
)
async def test_a_connection_has_a_time_of_its_own(timeout_s: float, connect_s: float) -> None:
    limits: list[dict[str, float]] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        limits.append(request.extensions["timeout"])
        return httpx2.Response(200, content=COMPLETION)

    async with httpx2.AsyncClient(transport=httpx2.MockTransport(answer)) as client:
        wire = OpenAIWire("m", api_key="sk-test-0123456789", base_url="http://test/v1", http_client=client)
        await wire.send(QUESTION, Shape(), attempt_id="attempt-1", timeout_s=timeout_s)
    (limit,) = limits
    assert (limit["connect"], limit["read"]) == (connect_s, timeout_s)


async def test_the_client_itself_follows_nobody(serve: Serve) -> None:
    here = serve(_Place(status=307, headers={"location": "/elsewhere"}, content=b""))
    async with open_http_client() as client:
        answers = await asyncio.gather(*[client.post(here.url, content=b"") for _ in range(2)])
    assert [answer.status_code for answer in answers] == [307, 307]
