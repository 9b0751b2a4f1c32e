"""A pinned connection still wants the certificate of the name, and is not kept for another name."""

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import pytest

from app.errors import Unavailable
from app.fetching.connecting import Connections
from app.fetching.fetching import Page, fetch

pytestmark = pytest.mark.anyio

OPENSSL = shutil.which("openssl")
SITE = "93.184.216.34"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for good.example that stands for itself, and its key in the same file."""
    if OPENSSL is None:
        pytest.skip("there is no openssl to make a certificate")
    folder = tmp_path_factory.mktemp("certificate")
    key, made = folder / "key.pem", folder / "certificate.pem"
    command = [OPENSSL, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-keyout", str(key), "-out", str(made), "-days", "2", "-subj", "/CN=good.example"]
    subprocess.run([*command, "-addext", "subjectAltName=DNS:good.example"], check=True, capture_output=True)  # noqa: S603
    both = folder / "both.pem"
    both.write_text(made.read_text() + key.read_text())
    return both


@asynccontextmanager
async def _serve(certificate: Path) -> AsyncIterator[tuple[int, list[str]]]:
    """An encrypted server on this machine: its port, and the Host of every request, connection by connection."""
    hosts: list[str] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:  # a server that would keep the connection
                request = (await reader.readuntil(b"\r\n\r\n")).decode()
                hosts.append(next(line[6:] for line in request.splitlines() if line.startswith("Host: ")))
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\r\n<p>hi!")
                await writer.drain()
        writer.close()

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1], hosts


class _Here(httpx.AsyncBaseTransport):
    """Leads what is pinned to the site's address to a port of this machine; all else is as it comes."""

    def __init__(self, port: int, inner: httpx.AsyncBaseTransport) -> None:
        self._port = port
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        assert request.url.host == SITE
        request.url = request.url.copy_with(host="127.0.0.1", port=self._port)
        return await self._inner.handle_async_request(request)


async def _resolve(_host: str, _port: int) -> Sequence[str]:
    return [SITE]


@pytest.fixture
async def connections(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Connections]:
    """Connections as the service opens them, on a machine that trusts the certificate."""
    trusting = ssl.create_default_context(cafile=str(certificate))
    monkeypatch.setattr("httpx._transports.default.create_ssl_context", lambda **_: trusting)
    opened = Connections()
    yield opened
    await opened.close()


async def _fetch(host: str, port: int, connections: Connections) -> Page:
    transport = _Here(port, connections.transport)
    return await fetch(f"https://{host}/", resolve=_resolve, transport=transport)


async def test_the_certificate_of_the_name_is_taken(certificate: Path, connections: Connections) -> None:
    async with _serve(certificate) as (port, hosts):
        page = await _fetch("good.example", port, connections)
    assert (page.body, hosts) == (b"<p>hi!", ["good.example"])


@pytest.mark.parametrize("host", ["evil.example", SITE])
async def test_a_certificate_of_another_name_is_refused(certificate: Path, connections: Connections, host: str) -> None:
    async with _serve(certificate) as (port, hosts):
        with pytest.raises(Unavailable, match="cannot be reached"):
            await _fetch(host, port, connections)
    assert hosts == []


async def test_a_connection_is_not_kept_for_another_name_at_the_same_address(
    certificate: Path, connections: Connections
) -> None:
    async with _serve(certificate) as (port, hosts):
        await _fetch("good.example", port, connections)
        with pytest.raises(Unavailable):
            await _fetch("evil.example", port, connections)
    assert hosts == ["good.example"]


async def test_a_certificate_that_nobody_vouches_for_is_refused(certificate: Path) -> None:
    connections = Connections()
    async with _serve(certificate) as (port, hosts):
        with pytest.raises(Unavailable):
            await _fetch("good.example", port, connections)
    await connections.close()
    assert hosts == []
