"""A key says what it is, a mistyped one is told apart without the store, and only its digest is kept."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.key import SCOPES, Scope
from app.door.key_text import LETTERS, make_key, read_key
from app.errors import NotAllowed
from tests.door.entrance import draw


@given(st.sampled_from(SCOPES), st.binary(min_size=32, max_size=32))
def test_a_key_is_read_as_what_was_made_and_shows_its_id_and_scope(scope: Scope, secret: bytes) -> None:
    made = make_key(scope, lambda length: secret[:length])
    prefix, letter, key_id, *_ = made.text.split("_")
    assert (prefix, letter, key_id) == ("sn", scope[0], made.id)
    assert read_key(made.text) == made.digest == hashlib.sha256(made.text.encode()).hexdigest()
    assert made.digest not in made.text


@given(st.integers(0, 65), st.sampled_from(LETTERS))
def test_one_wrong_letter_is_told_before_the_store_is_asked(place: int, letter: str) -> None:
    text = make_key("review", lambda length: b"\x07" * length).text
    mistyped = text[:place] + letter + text[place + 1 :]
    if mistyped != text:
        with pytest.raises(NotAllowed, match=r"not a key|mistyped"):
            read_key(mistyped)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("sn_", id="the prefix alone"),
        pytest.param("sn_c_0000000000_" + "a" * 43 + "_000000", id="a wrong checksum"),
        pytest.param("x" * 1_000_000, id="very long"),
        pytest.param("sn_z_0000000000_" + "a" * 43 + "_000000", id="no such scope"),
        pytest.param("sn_c_٠٠٠٠٠٠٠٠٠٠_" + "a" * 43 + "_000000", id="digits of another script"),
        pytest.param("\ud800", id="half a character"),
    ],
)
def test_what_is_no_key_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(NotAllowed) as refused:
        read_key(text)
    assert not text or text not in str(refused.value) or text == "sn_"


def test_two_keys_are_never_the_same() -> None:
    made = [make_key("admin", draw) for _ in range(100)]
    assert len({key.id for key in made}) == len({key.digest for key in made}) == 100
