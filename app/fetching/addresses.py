"""Owns which addresses are of the public internet: everything else is never asked.

The ranges are those of IANA's special-purpose registries (RFC 6890) and what was set aside by other
documents. They are written down here one by one, since Python's `is_global` says yes to several of them.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

_DENIED_4: Final = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network, RFC 791 and 1122
        "10.0.0.0/8",  # private use, RFC 1918
        "100.64.0.0/10",  # shared by carriers' NAT, RFC 6598; a cloud's metadata at 100.100.100.200
        "127.0.0.0/8",  # loopback, RFC 1122
        "168.63.129.16/32",  # Azure's own services to each machine; public in form alone, no RFC
        "169.254.0.0/16",  # link-local, RFC 3927; clouds' metadata at 169.254.169.254
        "172.16.0.0/12",  # private use, RFC 1918
        "192.0.0.0/24",  # protocol assignments, RFC 6890; a cloud's metadata at 192.0.0.192
        "192.0.2.0/24",  # documentation, RFC 5737
        "192.31.196.0/24",  # AS112, RFC 7535
        "192.52.193.0/24",  # automatic multicast tunnels, RFC 7450
        "192.88.99.0/24",  # relays of 6to4, RFC 7526
        "192.168.0.0/16",  # private use, RFC 1918
        "192.175.48.0/24",  # AS112, RFC 7534
        "198.18.0.0/15",  # benchmarks, RFC 2544
        "198.51.100.0/24",  # documentation, RFC 5737
        "203.0.113.0/24",  # documentation, RFC 5737
        "224.0.0.0/4",  # multicast, RFC 5771
        "240.0.0.0/4",  # reserved, RFC 1112; with the broadcast address, RFC 919
    )
)
_DENIED_6: Final = tuple(
    IPv6Network(network)
    for network in (
        "::/3",  # never given out for use, RFC 4291: with what follows down to 100::
        "::/128",  # unspecified, RFC 4291
        "::1/128",  # loopback, RFC 4291
        "::/96",  # an IPv4 address inside, deprecated, RFC 4291
        "::ffff:0:0:0/96",  # an IPv4 address translated, RFC 2765
        "64:ff9b:1::/48",  # a network's own translation to IPv4, RFC 8215
        "100::/64",  # discarded, RFC 6666
        "100:0:0:1::/64",  # a prefix for nobody, RFC 9780
        "2001::/23",  # protocol assignments, RFC 2928
        "2001::/32",  # Teredo, with an IPv4 address inside, RFC 4380
        "2001:2::/48",  # benchmarks, RFC 5180
        "2001:10::/28",  # identifiers that are no addresses, RFC 4843
        "2001:20::/28",  # the same anew, RFC 7343
        "2001:db8::/32",  # documentation, RFC 3849
        "2002::/16",  # 6to4, with an IPv4 address inside, RFC 3056
        "2620:4f:8000::/48",  # AS112, RFC 7534
        "3ffe::/16",  # the first test network, RFC 3701
        "3fff::/20",  # documentation, RFC 9637
        "4000::/2",  # never given out for use, RFC 4291
        "5f00::/16",  # segment identifiers, RFC 9602
        "8000::/1",  # never given out for use, RFC 4291: with what follows
        "fc00::/7",  # unique local, RFC 4193; a cloud's metadata at fd00:ec2::254
        "fe80::/10",  # link-local, RFC 4291
        "fec0::/10",  # site-local, deprecated, RFC 3879
        "ff00::/8",  # multicast, RFC 4291
    )
)
_MAPPED: Final = IPv6Network("::ffff:0:0/96")
"""An IPv4 address as programs for IPv6 write it, RFC 4291."""
_TRANSLATED: Final = IPv6Network("64:ff9b::/96")
"""An IPv4 address as a network without IPv4 reaches it, RFC 6052."""
_TUNNELLED: Final = frozenset({0x0000_5EFE, 0x0200_5EFE})
"""What stands before an IPv4 address in the lower half of one that is tunnelled, RFC 5214."""


def is_public(address: str | IPv4Address | IPv6Address) -> bool:
    """Whether an address is one that anybody's public server may have.

    Of an IPv6 address that stands for an IPv4 one, that one is judged. What is no address in its
    usual notation is not public, nor is one with a zone.
    """
    try:
        address = ip_address(address)
    except ValueError:
        return False
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _DENIED_4)
    if address.scope_id is not None:
        return False
    if address in _MAPPED or address in _TRANSLATED:
        return is_public(_take_last(address))
    if int(address) >> 32 & 0xFFFF_FFFF in _TUNNELLED and not is_public(_take_last(address)):
        return False
    return not any(address in network for network in _DENIED_6)


def _take_last(address: IPv6Address) -> IPv4Address:
    """The IPv4 address in the last 32 bits."""
    return IPv4Address(int(address) & 0xFFFF_FFFF)
