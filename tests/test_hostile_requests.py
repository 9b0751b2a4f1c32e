"""Hostile requests to the service as people run it: each is refused clearly, and nothing piles up."""

import gzip
import json
import socket
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import repeat

import pytest

from tests.raw_http import Answer, ask_raw, open_raw
from tests.served import Served, serve

MAX_BODY = 1_000_000
LORISES = 200
"""Connections that are held open by a byte now and then while all else goes on."""
LORIS_S = 25.0
MOST_GROWN_MB = 60.0
ROUNDS = 6
SETTINGS = {
    "SCOPENOTE_MAX_BODY_BYTES": str(MAX_BODY),
    "SCOPENOTE_REQUEST_TIMEOUT_S": "2",
    "SCOPENOTE_ADDRESS_PER_MINUTE": "1000000",
}
JSON = b"Content-Type: application/json\r\n"
DEEP = 1_000_000


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service that has little patience."""
    with serve(tmp_path_factory.mktemp("besieged"), SETTINGS) as served:
        yield served


@pytest.fixture(scope="module")
def lorises(service: Served) -> Iterator[list[socket.socket]]:
    """Connections that have begun a request and do not go on."""
    opened = [open_raw(service.url) for _ in range(LORISES)]
    for connection in opened:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
    yield opened
    for connection in opened:
        connection.close()


@pytest.fixture(autouse=True)
def _besieged(lorises: list[socket.socket]) -> None:
    """Everything happens while slow connections are held."""


def _post(body: bytes, headers: bytes = JSON, path: bytes = b"/classify") -> bytes:
    head = b"POST " + path + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n" + headers
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


def _get(path: bytes, headers: bytes = b"") -> bytes:
    return b"GET " + path + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n" + headers + b"\r\n"


def _send_for_ever(head: bytes, piece: bytes) -> Iterable[bytes]:
    yield b"POST /classify HTTP/1.1\r\nHost: 127.0.0.1\r\n" + JSON + head + b"\r\n"
    yield from repeat(piece, 10_000)


def _check_problem(answer: Answer, *statuses: int) -> None:
    """A refusal as the service writes them: with a status of these, and what to do."""
    assert answer.status in statuses, answer
    assert answer.find("content-type") == ["application/problem+json"]
    assert json.loads(answer.body)["status"] == answer.status
    assert len(json.loads(answer.body)["detail"]) > 10


def test_a_body_without_end_is_left_at_the_limit(service: Served) -> None:
    chunk = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
    answer = ask_raw(service.url, _send_for_ever(b"Transfer-Encoding: chunked\r\n", chunk))
    _check_problem(answer, 413)
    assert answer.sent < MAX_BODY + 8_000_000  # what the two sides of a connection hold in between


def test_a_body_that_announces_itself_as_endless_is_left_at_the_limit(service: Served) -> None:
    answer = ask_raw(service.url, _send_for_ever(b"Content-Length: 1000000000000000\r\n", b"x" * 65_536))
    _check_problem(answer, 413)
    assert answer.sent < MAX_BODY + 8_000_000


def test_a_body_of_tiny_chunks_is_counted_by_what_it_holds(service: Served) -> None:
    chunks = b"1\r\nx\r\n" * 10_000
    _check_problem(ask_raw(service.url, _send_for_ever(b"Transfer-Encoding: chunked\r\n", chunks)), 413, 408)


def test_a_body_that_drips_is_given_up(service: Served) -> None:
    begun_s = time.monotonic()
    answer = ask_raw(service.url, _send_for_ever(b"Content-Length: 1000\r\n", b"x"), pause_s=0.05)
    _check_problem(answer, 408)
    assert time.monotonic() - begun_s < 6


def test_a_body_that_never_comes_is_given_up(service: Served) -> None:
    _check_problem(ask_raw(service.url, _post(b"x" * 10)[:-5]), 408)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"[" * 900_000, id="open brackets"),
        pytest.param(b'{"text":' * 120_000, id="open objects"),
        pytest.param(b'{"text":' + b"[" * 400_000 + b"]" * 400_000 + b"}", id="brackets that close"),
        pytest.param(b'{"categories":' + b"[" * 400_000 + b"]" * 400_000 + b"}", id="brackets in a list"),
        pytest.param(b'{"text":' + b"9" * 900_000 + b"}", id="a number of 900,000 digits"),
        pytest.param(b'{"text": 1e999999999}', id="a number out of reach"),
        pytest.param(b'{"a' + b'":1,"a' * 100_000 + b'":1}', id="one field many times"),
        pytest.param(b"{" + b",".join(b'"%d":1' % i for i in range(70_000)) + b"}", id="many fields"),
        pytest.param(b"\xff" * 1_000, id="no UTF-8"),
        pytest.param(b"\0" * 1_000, id="zeros"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_json_that_is_made_to_hurt_is_refused(service: Served, body: bytes) -> None:
    _check_problem(ask_raw(service.url, _post(body)), 400, 422)


def test_a_million_brackets_are_refused_by_their_size_alone(service: Served) -> None:
    _check_problem(ask_raw(service.url, _post(b"[" * DEEP + b"]" * DEEP)), 413)


@pytest.mark.parametrize("encoding", [b"gzip", b"deflate", b"br", b"gzip, gzip", b"GZIP", b"x"])
def test_a_packed_body_is_not_unpacked(service: Served, encoding: bytes) -> None:
    bomb = gzip.compress(b" " * 100_000_000, 1)
    headers = JSON + b"Content-Encoding: " + encoding + b"\r\n"
    _check_problem(ask_raw(service.url, _post(bomb, headers)), 415)


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(b"", id="none"),
        pytest.param(b"Content-Type: text/plain\r\n", id="plain text"),
        pytest.param(b"Content-Type: text/html\r\n", id="HTML"),
        pytest.param(b"Content-Type: application/x-www-form-urlencoded\r\n", id="a form"),
        pytest.param(b"Content-Type: multipart/form-data; boundary=x\r\n", id="a form with files"),
        pytest.param(b"Content-Type: application/jsonp\r\n", id="alike"),
        pytest.param(b"Content-Type: text/plain; application/json\r\n", id="the right one as a parameter"),
        pytest.param(b"Content-Type: \xff\xfe\r\n", id="no letters"),
        pytest.param(b"Content-Type: " + b"a" * 5_000 + b"\r\n", id="very long"),
    ],
)
def test_a_body_of_another_type_is_refused(service: Served, headers: bytes) -> None:
    _check_problem(ask_raw(service.url, _post(b'{"text": "Bread needs an oven."}', headers)), 415)


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(b"Origin: https://evil.example\r\n", id="another origin"),
        pytest.param(b"Origin: null\r\n", id="no origin that can be named"),
        pytest.param(b"Sec-Fetch-Site: cross-site\r\n", id="another site"),
    ],
)
def test_what_another_site_posts_as_plain_text_is_refused(service: Served, headers: bytes) -> None:
    request = _post(b'{"text": "Bread needs an oven."}', b"Content-Type: text/plain\r\n" + headers)
    answer = ask_raw(service.url, request)
    _check_problem(answer, 403, 415)
    assert answer.find("access-control-allow-origin") == []


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(b"".join(b"X-%d: a\r\n" % i for i in range(10_000)), id="10,000 headers"),
        pytest.param(b"".join(b"X-%d: a\r\n" % i for i in range(500)), id="500 headers"),
        pytest.param(b"X-Long: " + b"a" * 1_000_000 + b"\r\n", id="one of a million letters"),
        pytest.param(b"X: a\r\n" * 5_000, id="one header 5,000 times"),
        pytest.param(b"Cookie: " + b"a=b; " * 100_000 + b"\r\n", id="100,000 cookies"),
    ],
)
def test_more_headers_than_anybody_sends_are_refused(service: Served, headers: bytes) -> None:
    assert ask_raw(service.url, _get(b"/healthz", headers)).status in {400, 431}


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(_post(b"0\r\n\r\n", b"Transfer-Encoding: chunked\r\n"), id="two ways of saying the length"),
        pytest.param(_post(b"x", b"Content-Length: 2\r\n"), id="two lengths"),
        pytest.param(_get(b"/", b"Content-Length: -1\r\n"), id="a length below nothing"),
        pytest.param(_get(b"/", b"Content-Length: 1e3\r\n"), id="a length that is no number"),
        pytest.param(_get(b"/", b"Transfer-Encoding: gzip, chunked\r\n"), id="an encoding of the way"),
        pytest.param(_get(b"/", b"Transfer-Encoding: xchunked\r\n"), id="an unknown encoding of the way"),
        pytest.param(_get(b"/", b"X : a\r\n"), id="a space before the colon"),
        pytest.param(_get(b"/", b"X-A\x00: a\r\n"), id="a NUL in a name"),
        pytest.param(_get(b"/", b"X-A: a\x00b\r\n"), id="a NUL in a value"),
        pytest.param(_get(b"/", b"X-A: a\rX-B: b\r\n"), id="half a line end"),
        pytest.param(_get(b"/", b"no colon\r\n"), id="no colon"),
        pytest.param(_get(b"/", b"Host: 127.0.0.1\r\n"), id="two hosts"),
        pytest.param(b"GET / HTTP/1.1\r\n\r\n", id="no host"),
        pytest.param(b"GET /\r\n\r\n", id="no version"),
        pytest.param(b"GET / HTTP/1.1 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", id="two versions"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", id="TLS"),
        pytest.param(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", id="HTTP/2"),
        pytest.param(b"\0" * 100_000, id="zeros"),
        pytest.param(
            b"GET " + b"/a" * 100_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", id="a URL of 200,000 letters"
        ),
        pytest.param(
            b"POST /classify HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", id="no size"
        ),
        pytest.param(
            b"POST /classify HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n" + b"f" * 40 + b"\r\n",
            id="a chunk without end",
        ),
    ],
)
def test_what_is_no_request_is_refused(service: Served, request_: bytes) -> None:
    assert ask_raw(service.url, request_).status in {400, 404, 405, 408, 413, 414, 415, 431, 501, 505}


@pytest.mark.parametrize(
    "path",
    [
        b"/../../../../etc/passwd",
        b"/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        b"/assets/../../../../etc/passwd",
        b"/assets/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        b"/assets/..%2f..%2f..%2f..%2fetc/passwd",
        b"/assets/%2fetc/passwd",
        b"/assets//etc/passwd",
        b"/assets/..%5c..%5cetc",
        b"/assets/%00",
        b"/assets/" + b"a" * 5_000,
        b"/classifications/%00",
        b"/classifications/..%2f..%2fetc%2fpasswd",
        b"/articles/%00/history",
        b"/articles/%2e%2e%2f%2e%2e/history",
        b"/categories/%2e%2e%2fetc%2fpasswd",
        b"/categories/%00",
        b"/categories/%ff%fe",
        b"/categories/baking%00",
        b"/categories/" + b"a" * 30_000,
        b"/jobs/%00/report",
        b"/jobs/..%2f..%2f/report",
        b"//evil.example/%2e%2e",
        b"//evil.example/classify/",
        b"/classify//",
        b"/%0d%0aSet-Cookie:%20a=b",
        b"/classify%0d%0aX-Injected:%20a",
        b"http://evil.example/classify%00",
        b"/;/categories/..",
        b"/webhooks/%00",
        b"/webhooks/..%2f..%2fclassify",
    ],
)
def test_no_path_leads_out(service: Served, path: bytes) -> None:
    answer = ask_raw(service.url, _get(path))
    assert 300 <= answer.status < 500, answer
    assert "root:" not in answer.body
    assert [name for name in ("set-cookie", "x-injected") if answer.find(name)] == []
    assert all(place.startswith(("/classify", "http://127.0.0.1/")) for place in answer.find("location"))


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        pytest.param(b"/?a=%0d%0aX-Injected:%20a", b"", id="in a query that is redirected"),
        pytest.param(b"/classify?example=%0d%0aX-Injected:%20a", b"", id="in a field"),
        pytest.param(b"/classify", b"X-Request-Id: a%0d%0aX-Injected: a\r\n", id="in a request's id"),
        pytest.param(b"/classify", b"X-Request-Id: " + b"\xe4" * 500 + b"\r\n", id="in an id of other letters"),
        pytest.param(b"/healthz", b"Traceparent: 00-%0d%0aX-Injected: a\r\n", id="in a trace"),
        pytest.param(b"/healthz", b"Origin: http://a\tX-Injected: a\r\n", id="in an origin"),
    ],
)
def test_no_header_is_made_of_what_was_sent(service: Served, path: bytes, headers: bytes) -> None:
    answer = ask_raw(service.url, _get(path, headers))
    assert 200 <= answer.status < 500
    assert answer.find("x-injected") == []
    assert answer.head.isascii()


@pytest.mark.parametrize(
    "host", [b"evil.example", b"127.0.0.1@evil.example", b"[::1", b"127.0.0.1:80:80", b"\xff", b""]
)
def test_another_name_for_this_machine_is_refused(service: Served, host: bytes) -> None:
    answer = ask_raw(service.url, b"GET /classify HTTP/1.1\r\nHost: " + host + b"\r\nConnection: close\r\n\r\n")
    assert answer.status == 400


def test_thousands_of_requests_on_one_connection_are_answered_one_by_one(service: Served) -> None:
    asked = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 2_000
    assert ask_raw(service.url, asked).status == 200


def test_slow_connections_are_closed_and_others_were_answered_all_the_while(
    service: Served, lorises: list[socket.socket]
) -> None:
    until_s = time.monotonic() + LORIS_S
    for connection in lorises:
        connection.settimeout(max(0.1, until_s - time.monotonic()))
        with suppress(ConnectionError):  # closed by force is closed as well
            assert b"200 OK" not in connection.recv(1_000)
    assert ask_raw(service.url, _get(b"/healthz")).status == 200


def test_memory_stays_flat(service: Served) -> None:
    attacks: tuple[bytes | Iterable[bytes], ...] = (
        _post(b"[" * 900_000),
        _post(b'{"text":' + b"[" * 400_000 + b"]" * 400_000 + b"}"),
        _post(gzip.compress(b" " * 50_000_000, 1), JSON + b"Content-Encoding: gzip\r\n"),
        _get(b"/healthz", b"".join(b"X-%d: a\r\n" % i for i in range(10_000))),
        _get(b"/" + b"a" * 60_000),
        _post(b"{" + b",".join(b'"%d":1' % i for i in range(70_000)) + b"}"),
    )
    for attack in attacks:
        ask_raw(service.url, attack)
    before_mb = service.measure_mb()
    for _ in range(ROUNDS):
        for attack in attacks:
            ask_raw(service.url, attack)
        chunk = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
        ask_raw(service.url, _send_for_ever(b"Transfer-Encoding: chunked\r\n", chunk))
    after_mb = service.measure_mb()
    sys.stdout.write(
        f"memory: {before_mb:.0f} MB before, {after_mb:.0f} MB after {ROUNDS * (len(attacks) + 1)} attacks\n"
    )
    assert after_mb - before_mb < MOST_GROWN_MB


def test_nothing_of_it_was_an_error_of_ours(service: Served) -> None:
    said = service.said.read_text()
    assert "Traceback" not in said, said[-3_000:]
    assert ask_raw(service.url, _get(b"/readyz")).status == 200
