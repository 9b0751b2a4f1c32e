"""The wire to a Batch API: each call once, its answer read by ourselves, its failure named."""

import io
import json
from collections.abc import Callable, Iterator

import httpx2
import pytest

from app.domain.attempt import FailureKind
from app.llm.batch.openai_batches import OpenAIBatches
from app.llm.failures import AttemptFailed
from app.llm.server.hosts import OPENAI_URL
from tests.servers.faulty_server import FaultyServer, serve_faults

pytestmark = pytest.mark.anyio

BATCH = {"id": "batch_1", "status": "in_progress", "created_at": 1_795_000_000, "metadata": {"scopenote_batch": "b1"}}
Answer = Callable[[httpx2.Request], httpx2.Response]


class Line:
    """A wire whose requests are answered here; `asked` keeps them."""

    def __init__(self, answer: Answer, base_url: str = "http://server.test/v1") -> None:
        self.asked: list[httpx2.Request] = []
        self._answer = answer
        client = httpx2.AsyncClient(transport=httpx2.MockTransport(self._take))
        self.wire = OpenAIBatches("m", api_key="sk-secret-key", base_url=base_url, http_client=client)

    async def _take(self, request: httpx2.Request) -> httpx2.Response:
        await request.aread()
        self.asked.append(request)
        return self._answer(request)


def answer(body: object, status: int = 200) -> Answer:
    return lambda _: httpx2.Response(status, json=body)


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with serve_faults() as running:
        yield running


async def test_a_batch_is_created_with_its_label() -> None:
    line = Line(answer(BATCH), OPENAI_URL)
    made = await line.wire.create("file-1", "b1", {"scopenote_job": "j1"})
    assert (made.id, made.label, made.status) == ("batch_1", "b1", "in_progress")
    assert json.loads(line.asked[0].content) == {
        "input_file_id": "file-1",
        "endpoint": "/v1/chat/completions",
        "completion_window": "24h",
        "metadata": {"scopenote_job": "j1", "scopenote_batch": "b1"},
        "output_expires_after": {"anchor": "created_at", "seconds": 2_592_000},
    }


async def test_a_file_is_uploaded_for_a_batch_and_let_go_by_itself() -> None:
    line = Line(answer({"id": "file-1"}), OPENAI_URL)
    assert await line.wire.upload(io.BytesIO(b'{"a": 1}\n'), "x.jsonl") == "file-1"
    sent = line.asked[0].content
    assert b'{"a": 1}\n' in sent
    assert b'filename="x.jsonl"' in sent
    assert b'name="purpose"\r\n\r\nbatch' in sent
    assert b"604800" in sent


async def test_other_servers_are_not_asked_to_let_anything_go() -> None:
    line = Line(lambda request: httpx2.Response(200, json=BATCH if "batches" in request.url.path else {"id": "file-1"}))
    await line.wire.upload(io.BytesIO(b"{}"), "x.jsonl")
    await line.wire.create("file-1", "b1", {})
    assert not any(b"expires_after" in request.content for request in line.asked)


async def test_pages_are_asked_for_one_after_the_other() -> None:
    line = Line(answer({"data": [BATCH], "has_more": True}))
    page = await line.wire.list_page()
    await line.wire.list_page(page.after)
    assert [dict(request.url.params) for request in line.asked] == [
        {"limit": "100"},
        {"limit": "100", "after": "batch_1"},
    ]


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        pytest.param(429, {"message": "slow", "code": "rate_limit_exceeded"}, "rate_limited", id="429"),
        pytest.param(429, {"message": "pay", "type": "insufficient_quota"}, "quota_exhausted", id="no money"),
        pytest.param(500, {"message": "oh"}, "server_error", id="500"),
        pytest.param(401, {"message": "key"}, "unauthorised", id="401"),
        pytest.param(404, {"message": "none"}, "not_found", id="404"),
        pytest.param(400, {"message": "Cannot find file file-1."}, "bad_request", id="400"),
        pytest.param(200, {"message": "a router's", "code": 503}, "server_error", id="an error in a 200"),
    ],
)
async def test_a_refusal_is_named_and_not_sent_again(status: int, error: object, kind: FailureKind) -> None:
    line = Line(answer({"error": error}, status))
    with pytest.raises(AttemptFailed) as caught:
        await line.wire.retrieve("batch_1")
    assert (caught.value.kind, len(line.asked)) == (kind, 1)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        pytest.param(httpx2.ConnectError("refused"), "unreachable", id="unreachable"),
        pytest.param(httpx2.ReadTimeout("slow"), "timeout", id="slow"),
        pytest.param(httpx2.RemoteProtocolError("gone"), "disconnected", id="broken off"),
    ],
)
async def test_a_connection_that_fails_is_named(error: Exception, kind: FailureKind) -> None:
    def fail(_: httpx2.Request) -> httpx2.Response:
        raise error

    with pytest.raises(AttemptFailed) as caught:
        await Line(fail).wire.create("file-1", "b1", {})
    assert caught.value.kind == kind


@pytest.mark.parametrize("body", [pytest.param([], id="a list"), pytest.param({"id": "x"}, id="no batch")])
async def test_an_answer_that_is_no_batch_is_no_use(body: object) -> None:
    with pytest.raises(AttemptFailed) as caught:
        await Line(answer(body)).wire.retrieve("batch_1")
    assert caught.value.kind == "unusable_reply"


async def test_an_upload_without_a_file_is_no_use() -> None:
    with pytest.raises(AttemptFailed) as caught:
        await Line(answer({"object": "file"})).wire.upload(io.BytesIO(b"x"), "x.jsonl")
    assert caught.value.kind == "unusable_reply"


async def test_neither_key_nor_password_is_told() -> None:
    line = Line(
        answer({"error": {"message": "bad sk-secret-key of pass1234word"}}, 401), "http://u:pass1234word@s.test/v1"
    )
    with pytest.raises(AttemptFailed) as caught:
        await line.wire.retrieve("batch_1")
    assert "secret" not in str(caught.value)
    assert "pass1234word" not in str(caught.value)
    assert line.wire.server == "http://s.test/v1"


async def test_a_file_that_is_gone_already_is_let_go() -> None:
    await Line(answer({"error": {"message": "none"}}, 404)).wire.delete_file("file-1")


async def test_a_file_that_cannot_be_let_go_says_so() -> None:
    with pytest.raises(AttemptFailed):
        await Line(answer({"error": {"message": "no"}}, 403)).wire.delete_file("file-1")


async def read_all(wire: OpenAIBatches, file_id: str) -> list[bytes]:
    try:
        return [line async for line in wire.read_lines(file_id)]
    finally:
        await wire.close()


async def test_a_result_file_may_be_longer_than_any_other_answer(server: FaultyServer) -> None:
    lines = [b"%d" % number * 100_000 for number in range(60)]
    server.shelf.files["f1"] = b"\n".join(lines)
    assert await read_all(OpenAIBatches("m", api_key="k", base_url=server.base_url), "f1") == lines


async def test_any_other_answer_may_not(server: FaultyServer) -> None:
    server.shelf.traits.held_body = b" " * 5_000_000
    wire = OpenAIBatches("m", api_key="k", base_url=server.base_url)
    with pytest.raises(AttemptFailed, match="too long"):
        await wire.list_page()
    await wire.close()


async def test_a_result_file_that_breaks_off_fails_after_what_came(server: FaultyServer) -> None:
    server.shelf.files["f1"] = b"one\n" * 50_000
    server.shelf.traits.cuts = 1
    wire = OpenAIBatches("m", api_key="k", base_url=server.base_url)
    lines: list[bytes] = []

    async def read() -> None:
        async for line in wire.read_lines("f1"):
            lines.append(line)  # noqa: PERF401 - what came before it broke off is looked at

    with pytest.raises(AttemptFailed) as caught:
        await read()
    await wire.close()
    assert (caught.value.kind, len(lines) > 100) == ("disconnected", True)


async def test_a_result_file_that_is_gone_says_so(server: FaultyServer) -> None:
    with pytest.raises(AttemptFailed) as caught:
        await read_all(OpenAIBatches("m", api_key="k", base_url=server.base_url), "f1")
    assert caught.value.kind == "not_found"
