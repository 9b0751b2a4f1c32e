from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.cms.kinds import ADAPTERS, find_adapter
from app.domain.source import CMS
from app.errors import Forged
from tests.cms.captured import hide, make_arrival, make_source
from tests.cms.signing.test_signature_vectors import BODY, NOW, VECTORS, Vector

PIECES = st.sampled_from(
    ["v1,", "v1a,", "sha256=", "sha1=", "t=", ",", " ", ";", "=", "Bearer ", "1795366913", "1795366913906", "0" * 64, "AAAA", "é", "\x00", "\ud800", "-1", "1e9", "٣", "9" * 400, "{body}"]
)  # fmt: skip
VALUES = st.one_of(st.text(max_size=40), st.lists(PIECES, max_size=8).map("".join), st.just("A" * 100_000))
HEADERS = sorted({name for vector in VECTORS.values() for name in vector.arrival.headers})


@pytest.mark.parametrize("vector", VECTORS.values(), ids=VECTORS)
@settings(max_examples=40)
@given(data=st.data())
def test_whatever_the_headers_hold_it_is_forged_and_nothing_else(vector: Vector, data: st.DataObject) -> None:
    mangled = data.draw(st.sets(st.sampled_from(sorted(vector.arrival.headers)), min_size=1))
    changed = {name: data.draw(VALUES) for name in mangled if name != "content-type"}
    headers = {**vector.arrival.headers, **changed}
    if all(value.strip() == vector.arrival.headers[name].strip() for name, value in changed.items()):
        return
    arrival = replace(vector.arrival, headers=headers, body=data.draw(st.sampled_from([BODY, b""])))
    with pytest.raises(Forged):
        find_adapter(vector.source.cms).verify(arrival, hide(vector.secret), vector.source, NOW)


@pytest.mark.parametrize("cms", ADAPTERS)
@settings(max_examples=40)
@given(headers=st.dictionaries(st.sampled_from(HEADERS), VALUES), body=st.binary(max_size=50))
def test_nobody_gets_in_by_chance_or_reads_the_secret(cms: CMS, headers: dict[str, str], body: bytes) -> None:
    with pytest.raises(Forged) as caught:
        find_adapter(cms).verify(make_arrival(body, headers), hide("sesame"), make_source(cms), NOW)
    assert "sesame" not in str(caught.value)


@pytest.mark.parametrize("vector", VECTORS.values(), ids=VECTORS)
def test_a_header_longer_than_any_sender_makes_it_is_refused_unread(vector: Vector) -> None:
    headers = {**vector.arrival.headers, vector.header: vector.arrival.headers[vector.header] + " " + "A" * 10_000}
    with pytest.raises(Forged, match="longer than"):
        find_adapter(vector.source.cms).verify(
            replace(vector.arrival, headers=headers), hide(vector.secret), vector.source, NOW
        )


def test_a_hundred_signed_headers_are_enough() -> None:
    vector = VECTORS["contentful"]
    names = ",".join(f"x-{number}" for number in range(101))
    headers = {**vector.arrival.headers, "x-contentful-signed-headers": names}
    with pytest.raises(Forged, match="more than 100"):
        find_adapter("contentful").verify(
            replace(vector.arrival, headers=headers), hide(vector.secret), vector.source, NOW
        )
