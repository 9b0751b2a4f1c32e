"""Calls to a CMS: kept to one address, bounded in time and size, refusals in words that help."""

import anyio
import pytest
from pydantic import SecretStr
from starlette.types import Receive, Scope, Send

from app.cms.sites import http
from app.cms.sites.http import Api, Place, open_http
from app.errors import BadInput, CmsUnavailable, NotKept
from tests.cms.sites.opened_sites import Waits
from tests.cms.sites.stage import Stage

pytestmark = pytest.mark.anyio

SECRET = "s3cr3t-token"


class Answer:
    """An application that answers everything alike, and remembers what it was asked."""

    def __init__(self, status: int = 200, body: bytes = b"{}", headers: dict[str, str] | None = None) -> None:
        self.status = status
        self.body = body
        self.headers = headers or {}
        self.asked: list[tuple[str, str, dict[str, str]]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.asked.append((scope["method"], scope["path"], headers))
        raw = [(name.encode(), value.encode()) for name, value in self.headers.items()]
        await send({"type": "http.response.start", "status": self.status, "headers": raw})
        await send({"type": "http.response.body", "body": self.body})


def _make_api(url: str, waits: Waits | None = None) -> Api:
    place = Place("Ghost", url, "blog")
    log_in = {"Authorization": f"Bearer {SECRET}"}
    return Api(open_http, place, lambda: log_in, SecretStr(SECRET), waits or Waits())


async def _get(stage: Stage, answer: Answer, path: str = "/posts", waits: Waits | None = None) -> object:
    stage.app = answer
    api = _make_api(stage.url, waits)
    try:
        return await api.get(path)
    finally:
        await api.close()


async def test_who_we_are_is_said_unless_asked_not_to(stage: Stage) -> None:
    stage.app = answer = Answer()
    api = _make_api(stage.url)
    await api.get("/posts")
    await api.get("/posts", anonymous=True)
    await api.close()
    assert [headers.get("authorization") for _, _, headers in answer.asked] == [f"Bearer {SECRET}", None]


async def test_no_cookie_is_kept(stage: Stage) -> None:
    stage.app = answer = Answer(headers={"set-cookie": "session=1; Path=/"})
    api = _make_api(stage.url)
    await api.get("/posts")
    await api.get("/posts")
    await api.close()
    assert all("cookie" not in headers for _, _, headers in answer.asked)


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        pytest.param(400, BadInput, "options and fields", id="bad"),
        pytest.param(401, BadInput, "sources rotate blog --use write", id="unknown"),
        pytest.param(403, BadInput, r"let us GET /posts \(.*sources rotate blog --use write", id="forbidden"),
        pytest.param(404, NotKept, r"no such article, or no API there: GET /posts \(", id="missing"),
        pytest.param(410, NotKept, "no such article", id="gone"),
        pytest.param(409, CmsUnavailable, "changed meanwhile", id="conflict"),
        pytest.param(412, CmsUnavailable, "changed meanwhile", id="precondition"),
        pytest.param(422, BadInput, r"refuses GET /posts \(.*options and fields", id="invalid"),
        pytest.param(408, CmsUnavailable, "busy", id="slow"),
        pytest.param(429, CmsUnavailable, "busy", id="too-many"),
        pytest.param(500, CmsUnavailable, "busy or broken", id="broken"),
        pytest.param(503, CmsUnavailable, "busy or broken", id="away"),
        pytest.param(304, BadInput, "address", id="not-modified"),
    ],
)
async def test_each_refusal_says_whether_another_try_helps(
    stage: Stage, status: int, kind: type[Exception], words: str
) -> None:
    with pytest.raises(kind, match=words) as refused:
        await _get(stage, Answer(status, b'{"errors":[{"message":"No.","context":"Because."}]}'))
    assert type(refused.value) is kind
    assert status == 304 or "No.: Because." in str(refused.value)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'{"message":"token s3cr3t-token is unknown"}', id="wordpress"),
        pytest.param(b'{"error":{"message":"token s3cr3t-token is unknown"}}', id="strapi"),
        pytest.param(b'{"detail":"' + b"x" * 290 + b's3cr3t-token"}', id="cut-through-the-secret"),
    ],
)
async def test_the_secret_is_taken_out_of_what_is_quoted(stage: Stage, body: bytes) -> None:
    with pytest.raises(BadInput) as refused:
        await _get(stage, Answer(401, body))
    assert "s3cr3t" not in str(refused.value)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"<html>Bad gateway</html>", id="a-page"),
        pytest.param(b'{"message":' + b"[" * 100_000, id="deep"),
        pytest.param(b'{"message":"' + b"x" * 100_000 + b'"}', id="long"),
        pytest.param(b'{"message":"a\\u0000\\u001b[31m\\u202eb\\nc"}', id="control-characters"),
        pytest.param(b'{"errors":{"errors":{"message":7}}}', id="no-text"),
        pytest.param(b"[[],[[]]]", id="lists"),
    ],
)
async def test_a_hostile_refusal_stays_one_short_line(stage: Stage, body: bytes) -> None:
    with pytest.raises(BadInput) as refused:
        await _get(stage, Answer(400, body))
    assert len(str(refused.value)) < 600
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"<html>", id="a-page"),
        pytest.param(b"[" * 100_000, id="deep"),
        pytest.param(b'{"a":NaN}', id="no-number"),
        pytest.param(b'"\\ud800"', id="half-a-character"),
        pytest.param(b"\xff\xfe", id="no-text"),
        pytest.param(b"1" * 10_000, id="an-endless-number"),
    ],
)
async def test_an_answer_that_is_not_json_is_refused(stage: Stage, body: bytes) -> None:
    with pytest.raises(BadInput, match="not JSON"):
        await _get(stage, Answer(200, body))


async def test_an_answer_that_is_too_large_is_not_read_to_its_end(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "MAX_ANSWER_BYTES", 1000)
    with pytest.raises(BadInput, match="answers with more than"):
        await _get(stage, Answer(200, b'"' + b"x" * 2000 + b'"'))


async def test_a_packed_answer_is_not_unpacked(stage: Stage) -> None:
    with pytest.raises(BadInput, match="packs its answers"):
        await _get(stage, Answer(200, b"\x1f\x8b", {"content-encoding": "gzip"}))


async def test_an_answer_that_trickles_is_given_up(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    async def trickle(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(50):
            await send({"type": "http.response.body", "body": b" ", "more_body": True})
            await anyio.sleep(0.02)

    monkeypatch.setattr(http, "TOTAL_S", 0.1)
    stage.app = trickle
    api = _make_api(stage.url)
    with pytest.raises(CmsUnavailable, match="took too long"):
        await api.send("PUT", "/posts", {})
    await api.close()


async def test_a_server_that_is_not_there_is_worth_another_try() -> None:
    api = _make_api("http://127.0.0.1:9")
    with pytest.raises(CmsUnavailable, match=r"Ghost at http://127\.0\.0\.1:9 cannot be reached"):
        await api.get("/posts")
    await api.close()


async def test_a_redirect_at_the_same_address_is_followed(stage: Stage) -> None:
    seen = []

    async def redirect(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["path"])
        headers = [(b"location", b"/posts/")] if scope["path"] == "/posts" else []
        await send({"type": "http.response.start", "status": 301 if headers else 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"[]"})

    stage.app = redirect
    api = _make_api(stage.url)
    assert await api.get("/posts") == []
    await api.close()
    assert seen == ["/posts", "/posts/"]


@pytest.mark.parametrize(
    "place",
    [
        pytest.param("http://127.0.0.1:9/posts", id="another-port"),
        pytest.param("http://localhost/posts", id="another-host"),
        pytest.param("https://127.0.0.1/posts", id="another-scheme"),
        pytest.param("//evil.example/posts", id="without-a-scheme"),
        pytest.param("http://[::1", id="no-address"),
    ],
)
async def test_a_redirect_elsewhere_is_not_followed(stage: Stage, place: str) -> None:
    answer = Answer(302, b"", {"location": place})
    with pytest.raises((BadInput, CmsUnavailable)):
        await _get(stage, answer)
    assert {path for _, path, _ in answer.asked} == {"/posts"}


async def test_a_redirect_of_a_write_is_not_followed(stage: Stage) -> None:
    """After a 301 a PUT would become a GET, and look like a success."""
    stage.app = answer = Answer(301, b"", {"location": "/posts/"})
    api = _make_api(stage.url)
    with pytest.raises(BadInput, match="address that it has in the end"):
        await api.send("PUT", "/posts", {})
    await api.close()
    assert len(answer.asked) == 1


async def test_a_circle_of_redirects_ends(stage: Stage) -> None:
    answer = Answer(302, b"", {"location": "/posts"})
    with pytest.raises(BadInput, match="in a circle"):
        await _get(stage, answer)
    assert len(answer.asked) == 4


@pytest.mark.parametrize(
    ("header", "waited", "told"),
    [
        pytest.param("3", [3, 3], 3, id="seconds"),
        pytest.param(None, [1, 2], None, id="nothing-said"),
        pytest.param("Wed, 21 Oct 2026 07:28:00 GMT", [1, 2], None, id="a-date"),
        pytest.param("600", [], 600, id="longer-than-we-wait"),
        pytest.param("1e400", [], 86_400, id="for-ever"),
        pytest.param("-5", [1, 2], None, id="negative"),
        pytest.param("nan", [1, 2], None, id="no-number"),
    ],
)
async def test_a_busy_server_is_waited_for(
    stage: Stage, header: str | None, waited: list[float], told: float | None
) -> None:
    waits = Waits()
    with pytest.raises(CmsUnavailable) as refused:
        await _get(stage, Answer(503, b"", {"retry-after": header} if header else {}), waits=waits)
    assert (waits.seconds, refused.value.wait_s) == (waited, told)
