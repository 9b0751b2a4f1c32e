"""Which addresses are public: every range that was set aside is not, in whichever way it is written."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.fetching.addresses import is_public

NOT_PUBLIC = [
    pytest.param("0.0.0.0", id="this host"),  # noqa: S104 - asked about
    pytest.param("0.255.255.255", id="this network"),
    pytest.param("10.0.0.1", id="private, large"),
    pytest.param("100.64.0.1", id="carrier NAT"),
    pytest.param("100.100.100.200", id="metadata behind carrier NAT"),
    pytest.param("127.0.0.1", id="loopback"),
    pytest.param("127.255.255.254", id="loopback, far end"),
    pytest.param("168.63.129.16", id="Azure's services"),
    pytest.param("169.254.169.254", id="metadata"),
    pytest.param("169.254.170.2", id="metadata of containers"),
    pytest.param("172.16.0.1", id="private, middle"),
    pytest.param("172.31.255.255", id="private, middle, far end"),
    pytest.param("192.0.0.192", id="metadata in protocol assignments"),
    pytest.param("192.0.2.1", id="documentation"),
    pytest.param("192.31.196.1", id="AS112"),
    pytest.param("192.52.193.1", id="multicast tunnels"),
    pytest.param("192.88.99.1", id="6to4 relays"),
    pytest.param("192.168.1.1", id="private, small"),
    pytest.param("192.175.48.1", id="AS112, older"),
    pytest.param("198.18.0.1", id="benchmarks"),
    pytest.param("198.19.255.255", id="benchmarks, far end"),
    pytest.param("198.51.100.1", id="documentation, second"),
    pytest.param("203.0.113.1", id="documentation, third"),
    pytest.param("224.0.0.1", id="multicast"),
    pytest.param("239.255.255.250", id="multicast, far end"),
    pytest.param("240.0.0.1", id="reserved"),
    pytest.param("255.255.255.255", id="broadcast"),
    pytest.param("::", id="v6 unspecified"),
    pytest.param("::1", id="v6 loopback"),
    pytest.param("::127.0.0.1", id="v4 inside, compatible"),
    pytest.param("::8.8.8.8", id="public v4 inside, compatible"),
    pytest.param("::ffff:127.0.0.1", id="v4 mapped"),
    pytest.param("::ffff:169.254.169.254", id="metadata mapped"),
    pytest.param("::ffff:0:127.0.0.1", id="v4 translated"),
    pytest.param("64:ff9b::7f00:1", id="loopback through NAT64"),
    pytest.param("64:ff9b::a9fe:a9fe", id="metadata through NAT64"),
    pytest.param("64:ff9b:1::808:808", id="a network's own NAT64"),
    pytest.param("100::1", id="discarded"),
    pytest.param("100:0:0:1::1", id="a prefix for nobody"),
    pytest.param("2001::7f00:1", id="Teredo"),
    pytest.param("2001:2::1", id="v6 benchmarks"),
    pytest.param("2001:10::1", id="no addresses"),
    pytest.param("2001:20::1", id="no addresses, second"),
    pytest.param("2001:db8::1", id="v6 documentation"),
    pytest.param("2002:7f00:1::", id="loopback through 6to4"),
    pytest.param("2002:808:808::", id="public through 6to4"),
    pytest.param("2606:4700::5efe:a00:1", id="private through ISATAP"),
    pytest.param("2606:4700::200:5efe:a00:1", id="private through ISATAP, second form"),
    pytest.param("2620:4f:8000::1", id="v6 AS112"),
    pytest.param("3ffe::1", id="6bone"),
    pytest.param("3fff::1", id="v6 documentation, second"),
    pytest.param("4000::1", id="never given out"),
    pytest.param("5f00::1", id="segments"),
    pytest.param("fc00::1", id="unique local"),
    pytest.param("fd00:ec2::254", id="v6 metadata"),
    pytest.param("fe80::1", id="v6 link-local"),
    pytest.param("fe80::1%eth0", id="v6 link-local with a zone"),
    pytest.param("2606:4700::1%eth0", id="public with a zone"),
    pytest.param("fec0::1", id="site-local"),
    pytest.param("ff02::1", id="v6 multicast"),
    pytest.param("127.1", id="short"),
    pytest.param("0177.0.0.1", id="octal"),
    pytest.param("0x7f.0.0.1", id="hexadecimal"),
    pytest.param("2130706433", id="one number"),
    pytest.param("8.8.8.8 ", id="a space behind"),
    pytest.param("example.org", id="a name"),
    pytest.param("", id="nothing"),
]
PUBLIC = [
    "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.1", "93.184.216.34", "100.63.255.255", "100.128.0.1",
    "126.255.255.255", "128.0.0.1", "172.15.255.255", "172.32.0.1", "192.167.255.255", "192.169.0.1", "198.17.255.255",
    "198.20.0.1", "223.255.255.255", "2001:200::1", "2001:4860:4860::8888", "2606:4700:4700::1111", "2a00::1",
    "::ffff:8.8.8.8", "64:ff9b::808:808",
]  # fmt: skip


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_what_was_set_aside_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_servers_of_the_internet_are_public_up_to_the_edges_of_what_was_set_aside(address: str) -> None:
    assert is_public(address)
    assert is_public(ip_address(address))


@given(st.ip_addresses())
def test_what_the_standard_library_takes_for_private_or_reserved_is_not_public(
    address: IPv4Address | IPv6Address,
) -> None:
    known = address.is_private or address.is_reserved or address.is_multicast or address.is_link_local
    stands_for_another = address.version == 6 and address.packed[:12] in {
        bytes(10) + b"\xff\xff", b"\x00\x64\xff\x9b" + bytes(8),
    }  # fmt: skip
    assert stands_for_another or not (known and is_public(address))


@given(st.ip_addresses(v=4))
def test_an_address_is_the_same_in_both_families(address: IPv4Address) -> None:
    assert is_public(f"::ffff:{address}") == is_public(f"64:ff9b::{address}") == is_public(address)
