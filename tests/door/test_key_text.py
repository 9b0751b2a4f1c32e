"""A key says what it is, a mistyped one is told apart without the store, and only its digest is kept."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.key import SCOPES, Scope
from app.door.key_text import LENGTH, LETTERS, make_key, read_key
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
        with pytest.raises(NotAllowed, match=r"not a key|mistyped|a character"):
            read_key(mistyped)


WHOLE = make_key("review", lambda length: b"\x07" * length).text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("", "it is empty", id="nothing"),
        pytest.param("x" * 1_000_000, "keys begin with sn_", id="very long"),
        pytest.param("\ud800", "keys begin with sn_", id="half a character"),
        pytest.param("sn_", "it has 3 of 66 characters", id="the prefix alone"),
        pytest.param(WHOLE[:31], "it has 31 of 66 characters", id="cut short"),
        pytest.param(WHOLE[:-1], "it has 65 of 66 characters", id="without its last letter"),
        pytest.param(WHOLE + WHOLE, "more than a key", id="pasted twice"),
        pytest.param("sn_" + "x" * 1_000_000, "more than a key", id="endless"),
        pytest.param(f"{WHOLE[:40]} {WHOLE[40:]}", "a space or a quotation mark", id="broken over two lines"),
        pytest.param(f'{WHOLE}"', "a space or a quotation mark", id="with a quotation mark"),
        pytest.param("sn_c_٠٠٠٠٠٠٠٠٠٠_" + "a" * 43 + "_000000", "a character", id="digits of another script"),
        pytest.param("sn_z_0000000000_" + "a" * 43 + "_000000", "mistyped", id="no such scope"),
        pytest.param("sn_c_0000000000_" + "a" * 43 + "_000000", "mistyped", id="a wrong checksum"),
    ],
)
def test_what_is_no_key_is_told_what_is_wrong_with_it_and_not_repeated(text: str, told: str) -> None:
    with pytest.raises(NotAllowed, match=told) as refused:
        read_key(text)
    assert len(text) <= len("sn_") or text not in str(refused.value)
    assert len(str(refused.value)) < 200


@given(st.text(max_size=LENGTH + 3))
def test_whatever_was_sent_the_refusal_says_what_to_do(text: str) -> None:
    with pytest.raises(NotAllowed, match="Copy "):
        read_key(text)


def test_two_keys_are_never_the_same() -> None:
    made = [make_key("admin", draw) for _ in range(100)]
    assert len({key.id for key in made}) == len({key.digest for key in made}) == 100
