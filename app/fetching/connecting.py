"""Owns connections to public servers: a name is resolved once, checked, and what was checked is connected to."""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from ipaddress import IPv6Address, ip_address
from typing import Final

import httpx

from app.domain.value import Value
from app.errors import BadInput, Unavailable
from app.fetching.addresses import is_public

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""All addresses of a name, to be asked at a port; OSError where there are none."""

MAX_URL: Final = 2_048
MAX_TRIES: Final = 3
"""Addresses of one name that are tried, where a connection to the first is refused."""
CONNECT_S: Final = 3.0
_RESOLVING: Final = 4
"""Names looked up at the same time: a slow name server shall hold up nothing but this."""
_PORTS: Final = {"http": 80, "https": 443}
_LABEL: Final = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME: Final = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*")
_AUTHORITY: Final = re.compile(r"[a-z]+://[^/?#]+", re.IGNORECASE)
_NUMBER: Final = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")
"""What ends like this is taken for an IPv4 address in one of its old notations by much of what resolves names."""


class Target(Value):
    """What is to be asked: `host` is a name in ASCII without its last dot, or an address without brackets."""

    url: str
    scheme: str
    host: str
    port: int
    path: bytes

    @property
    def authority(self) -> str:
        """The Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


def read_target(url: str, ports: Sequence[int]) -> Target:
    """What a URL leads to.

    Raises:
        BadInput: it is no URL of a public server's page: another scheme, a name and password, another
            port, or a host that different programs read differently.
    """
    if len(url) > MAX_URL or not url.isprintable() or "\\" in url or " " in url:
        raise BadInput(f"{_show(url)} is no URL that can be fetched. Send one as a browser's address bar shows it.")
    try:
        parsed = httpx.URL(url)
        host = parsed.raw_host.decode("ascii").lower()
    except (httpx.InvalidURL, UnicodeError) as error:
        raise BadInput(
            f"{_show(url)} is no URL that can be read. Send one as a browser's address bar shows it."
        ) from error
    if parsed.scheme not in _PORTS:
        raise BadInput(f"{_show(url)} cannot be fetched: only http:// and https:// can.")
    authority = _AUTHORITY.match(url)
    if authority is None or not host:
        raise BadInput(f"{_show(url)} names no host. Send a URL as a browser's address bar shows it.")
    if "@" in authority[0]:
        raise BadInput("The URL has a user name before its host. Send it without.")
    port = _PORTS[parsed.scheme] if parsed.port is None else parsed.port
    if port not in ports:
        raise BadInput(
            f"Port {port} is not fetched from, only {' and '.join(map(str, ports))}. Send the article itself."
        )
    return Target(url=url, scheme=parsed.scheme, host=_read_host(host), port=port, path=parsed.raw_path)


async def find_addresses(target: Target, resolve: Resolve) -> tuple[str, ...]:
    """All addresses of a host, each of them public.

    Raises:
        BadInput: it has none, or one of them is not public. Which of the two is not told: whoever
            asks shall not learn which names are known in here.
        Unavailable: names cannot be resolved just now.
    """
    try:
        found = [target.host] if _is_address(target.host) else list(await resolve(target.host, target.port))
    except socket.gaierror as error:
        if error.errno == socket.EAI_AGAIN:
            raise Unavailable(f"The name {target.host!r} cannot be resolved just now. Try again later.") from error
        found = []
    except OSError:
        found = []
    if not found or not all(is_public(address) for address in found):
        raise BadInput(
            f"{target.host!r} is not the name or address of a public server. Send the article itself as text or html."
        )
    return tuple(dict.fromkeys(found))


async def ask(
    target: Target,
    addresses: Sequence[str],
    transport: httpx.AsyncBaseTransport,
    headers: dict[str, str],
    timeout_s: float,
) -> httpx.Response:
    """The beginning of the answer of one of these addresses; the name is never resolved again.

    The certificate is still that of the name. The next address is tried where there is no
    connection to be had to one.

    Raises:
        httpx.TransportError: none of them answers.
    """
    *first, last = addresses[:MAX_TRIES]
    for address in first:
        with suppress(httpx.ConnectError, httpx.ConnectTimeout):
            return await _ask_address(target, address, transport, headers, timeout_s)
    return await _ask_address(target, last, transport, headers, timeout_s)


async def _ask_address(
    target: Target, address: str, transport: httpx.AsyncBaseTransport, headers: dict[str, str], timeout_s: float
) -> httpx.Response:
    url = httpx.URL(scheme=target.scheme, host=address, port=target.port, raw_path=target.path)
    extensions = {"sni_hostname": target.host, "timeout": httpx.Timeout(timeout_s, connect=CONNECT_S).as_dict()}
    request = httpx.Request("GET", url, headers={**headers, "Host": target.authority}, extensions=extensions)
    response = await transport.handle_async_request(request)
    response.request = request
    return response


class Connections:
    """The way out: names looked up as the machine does, and connections that nothing leads elsewhere.

    No connection is kept for another request: it is known by its address alone, and its certificate
    was checked for one name. No proxy that the environment names is used: it would resolve names anew.
    """

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_RESOLVING, thread_name_prefix="resolve")
        self.transport: httpx.AsyncBaseTransport = httpx.AsyncHTTPTransport(
            trust_env=False, limits=httpx.Limits(max_keepalive_connections=0)
        )

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        """All addresses of a name.

        Raises:
            OSError: it has none, or nobody can be asked.
        """
        look_up = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        found = await asyncio.get_running_loop().run_in_executor(self._threads, look_up)
        return [str(place[0]) for *_, place in found]

    async def close(self) -> None:
        """Look nothing up any more, and let go of connections."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        await self.transport.aclose()


def _read_host(host: str) -> str:
    host = host.removesuffix(".")
    if _is_address(host):
        return host
    if _NAME.fullmatch(host) is None or _NUMBER.fullmatch(host):
        raise BadInput(f"{_show(host)} is no host's name or address in its usual form. Send the article itself.")
    return host


def _is_address(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return not isinstance(address, IPv6Address) or address.scope_id is None


def _show(text: str) -> str:
    return repr(text if len(text) <= 80 else f"{text[:80]}…")
