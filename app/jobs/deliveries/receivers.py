"""Owns the address that callbacks go to: how far it may be told, and whether one can ever arrive there."""

from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from app.errors import BadInput
from app.fetching.addresses import is_public
from app.fetching.connecting import read_target

PORTS: Final = range(1, 65_536)
"""Any: whoever runs the service chose the receiver."""


def tell_place(url: str) -> str:
    """The address as far as it may be told: many receivers know us by nothing but what stands in its path."""
    parts = urlsplit(url)
    place = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    return f"{place}/..." if parts.path.strip("/") or parts.query else place


def tell_host(url: str) -> str:
    """The name or address of the receiver alone; "" where it has none that can be read."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def find_obstacle(url: str, *, allows_private: bool) -> str | None:
    """Why no callback can ever arrive there, as far as the address alone says it: no name is looked up."""
    try:
        host = read_target(url, PORTS).host
    except BadInput:
        return "its address cannot be read in one way only"
    if allows_private or not _is_within(host):
        return None
    return f"{host} is this machine or in a network of its own"


def _is_within(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return not is_public(ip_address(host))
    except ValueError:
        return False
