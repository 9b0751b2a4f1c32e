"""Owns addresses: where a request comes from, also through proxies that are trusted."""

from ipaddress import IPv6Address, ip_address, ip_network

from starlette.requests import HTTPConnection

HERE = "127.0.0.1"
"""What a peer without an address, on a unix socket, counts as: only this machine reaches it."""
_FORWARDED_FOR = "x-forwarded-for"
_RELAYED = (_FORWARDED_FOR, "forwarded", "x-real-ip")
"""What proxies add to what they pass on."""
_HOME_PREFIX = 64
"""Of an IPv6 address; what comes after is the caller's to choose."""


def find_address(connection: HTTPConnection, proxies: int) -> str:
    """The address that a request comes from, "" where it cannot be told.

    Each of the `proxies` that are trusted appends the address that it was asked from to
    X-Forwarded-For; what stands before those anybody may have written.
    """
    peer = connection.client.host if connection.client else HERE
    if proxies == 0:
        return peer
    told = [part.strip() for line in connection.headers.getlist(_FORWARDED_FOR) for part in line.split(",")]
    return told[-proxies] if len(told) >= proxies else peer


def is_relayed(connection: HTTPConnection, proxies: int) -> bool:
    """Whether a proxy passed a request on that is not among those that are trusted: anybody may stand behind it.

    One on this machine lends its address, which is loopback, to the whole world.
    """
    headers = connection.headers
    told = sum(line.count(",") + 1 for line in headers.getlist(_FORWARDED_FOR))
    return not 0 < proxies <= told and any(name in headers for name in _RELAYED)


def is_here(address: str) -> bool:
    """Whether an address is this machine's alone."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return (mapped or found).is_loopback


def find_home(address: str) -> str:
    """Whom an address stands for where requests are counted: of IPv6 the network, which one caller has to itself."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ip_network((int(found), _HOME_PREFIX), strict=False))
    return str(found)
