"""What is told of a receiver's address, and what the address alone says of whether anything arrives there."""

import pytest

from app.jobs.deliveries.receivers import find_obstacle, tell_host, tell_place

WITHIN = [
    "http://127.0.0.1:9000/hook", "http://localhost/hook", "https://api.localhost.:8443/", "http://[::1]:1/",
    "http://10.0.0.7/", "https://192.168.1.4/x", "http://169.254.169.254/latest", "http://[fd00::1]/",
    "http://[::ffff:127.0.0.1]/", "http://0.0.0.0/",
]  # fmt: skip


@pytest.mark.parametrize("url", WITHIN)
def test_an_address_of_a_private_network_needs_the_sources_consent(url: str) -> None:
    told = find_obstacle(url, allows_private=False)
    assert told is not None
    assert told.endswith("is this machine or in a network of its own")
    assert find_obstacle(url, allows_private=True) is None


@pytest.mark.parametrize("url", ["https://cms.example/x", "http://93.184.216.34:81/", "https://intranet/", "https://localhost.example/"])  # fmt: skip
def test_of_a_name_nothing_is_known_before_it_is_looked_up(url: str) -> None:
    assert find_obstacle(url, allows_private=False) is None


@pytest.mark.parametrize("url", ["http://127.1/", "http://2130706433/", "http://0x7f.1/", "ftp://a.example/"])
@pytest.mark.parametrize("private", [True, False])
def test_an_address_that_is_never_called_is_one_whatever_the_source_allows(url: str, private: bool) -> None:
    assert find_obstacle(url, allows_private=private) == "its address cannot be read in one way only"


def test_of_an_address_neither_path_nor_query_nor_login_is_told() -> None:
    url = "https://user:secret@hooks.example:8443/services/T0/B0?token=secret#secret"
    assert (tell_place(url), tell_host(url)) == ("https://hooks.example:8443/...", "hooks.example")
    assert tell_place("https://hooks.example/?token=secret") == "https://hooks.example/..."
    assert (tell_place("https://hooks.example/"), tell_host("https://[::1")) == ("https://hooks.example", "")
