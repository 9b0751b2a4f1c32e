"""Where a request comes from: nobody can claim another address, except a proxy that is trusted."""

import pytest
from starlette.requests import HTTPConnection

from app.door.addresses import find_address, find_home, is_here, is_relayed

PEER = "198.51.100.7"


def _connect(*forwarded: str, peer: str | None = PEER) -> HTTPConnection:
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    return HTTPConnection({"type": "http", "headers": headers, "client": (peer, 1) if peer else None})


@pytest.mark.parametrize(
    ("forwarded", "proxies", "found"),
    [
        pytest.param((), 0, PEER, id="asked directly"),
        pytest.param(("127.0.0.1",), 0, PEER, id="a claim where no proxy is trusted"),
        pytest.param(("203.0.113.1",), 1, "203.0.113.1", id="one proxy"),
        pytest.param(("127.0.0.1, 203.0.113.1",), 1, "203.0.113.1", id="a claim before what the proxy wrote"),
        pytest.param(("127.0.0.1", "203.0.113.1"), 1, "203.0.113.1", id="a claim in a header of its own"),
        pytest.param(("127.0.0.1, 203.0.113.1, 10.0.0.1",), 2, "203.0.113.1", id="two proxies"),
        pytest.param(("203.0.113.1",), 2, PEER, id="past the outer proxy"),
        pytest.param((), 1, PEER, id="past the proxy"),
    ],
)
def test_the_address_is_what_the_trusted_proxies_saw(forwarded: tuple[str, ...], proxies: int, found: str) -> None:
    assert find_address(_connect(*forwarded), proxies) == found


@pytest.mark.parametrize(
    ("forwarded", "proxies", "relayed"),
    [
        pytest.param((), 0, False, id="asked directly"),
        pytest.param((), 1, False, id="asked directly beside a trusted proxy"),
        pytest.param((PEER,), 0, True, id="a proxy where none is trusted"),
        pytest.param((PEER,), 1, False, id="the trusted proxy"),
        pytest.param((PEER,), 2, True, id="past the outer proxy"),
        pytest.param((f"{PEER}, 10.0.0.1",), 2, False, id="both trusted proxies"),
    ],
)
def test_a_proxy_that_is_not_trusted_is_told(forwarded: tuple[str, ...], proxies: int, *, relayed: bool) -> None:
    assert is_relayed(_connect(*forwarded, peer="127.0.0.1"), proxies) is relayed


def test_a_unix_socket_is_this_machine() -> None:
    assert is_here(find_address(_connect(peer=None), 0))


@pytest.mark.parametrize(
    ("address", "here"),
    [
        ("127.0.0.1", True),
        ("127.8.9.10", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("10.0.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 - no one listens there
        ("::ffff:203.0.113.1", False),
        ("unknown", False),
        ("", False),
        ("127.0.0.1.evil.example", False),
    ],
)
def test_only_loopback_is_here(address: str, here: bool) -> None:
    assert is_here(address) is here


def test_one_caller_is_counted_as_one_whatever_part_of_its_network_it_uses() -> None:
    assert find_home("2001:db8::1") == find_home("2001:db8::ffff:2") != find_home("2001:db8:0:1::1")
    assert find_home("::ffff:203.0.113.1") == find_home("203.0.113.1") == "203.0.113.1"
    assert find_home("x" * 5_000) == ""
