"""Owns the tests of decoding: bytes to text, or a refusal."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import BadFile
from app.parsing.decoding import decode

TEXT = "café – one\r\ntwo\n"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        pytest.param(TEXT.encode(), "utf-8", id="utf-8"),
        pytest.param(codecs.BOM_UTF8 + TEXT.encode(), "utf-8-sig", id="utf-8 with mark"),
        pytest.param(codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), "utf-16-le", id="utf-16 little-endian"),
        pytest.param(codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16-be", id="utf-16 big-endian"),
    ],
)
def test_text_is_read_in_the_encoding_it_announces(data: bytes, encoding: str) -> None:
    decoded = decode(data, "a.md")
    assert (decoded.text, decoded.encoding, decoded.warnings) == (TEXT, encoding, ())


def test_text_that_is_not_utf8_is_windows_1252_with_a_warning_that_names_the_place() -> None:
    decoded = decode(b"one\r\ntwo\r\ncaf\xe9 \x96", "a.md")
    assert decoded.text == "one\r\ntwo\r\ncafé –"
    assert decoded.encoding == "windows-1252"
    assert "byte 13 (line 3)" in decoded.warnings[0]


def test_a_byte_order_mark_before_text_that_is_not_utf8_is_no_part_of_the_text() -> None:
    decoded = decode(codecs.BOM_UTF8 + b"caf\xe9", "a.md")
    assert (decoded.text, decoded.encoding) == ("café", "windows-1252")
    assert "byte 6" in decoded.warnings[0]


def test_bytes_that_mean_nothing_in_windows_1252_are_counted() -> None:
    decoded = decode(b"a \x81 \xe9 \x8d", "a.md")
    assert decoded.text == "a � é �"
    assert "2 bytes mean nothing" in decoded.warnings[0]


@pytest.mark.parametrize(
    ("data", "line"),
    [
        pytest.param(b"one\ntwo \x00", 2, id="a NUL"),
        pytest.param(TEXT.encode("utf-16-le"), 1, id="utf-16 without a mark"),
        pytest.param(codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"), 1, id="utf-32"),
        pytest.param(b"\x89PNG\r\n\x1a\n\x00\x00", 3, id="an image"),
        pytest.param(bytes(range(1, 32)) * 4, None, id="controls alone"),
        pytest.param(codecs.BOM_UTF16_LE + b"a", None, id="half a character"),
        pytest.param(codecs.BOM_UTF16_LE + b"\x00\xd8a\x00", None, id="half a surrogate pair"),
    ],
)
def test_what_is_no_text_is_refused_with_its_name_and_a_remedy(data: bytes, line: int | None) -> None:
    with pytest.raises(BadFile, match=r"^a\.md.*UTF-8 text\.$") as refused:
        decode(data, "a.md")
    if line:
        assert refused.value.line == line


@given(st.binary(max_size=200))
def test_any_bytes_give_text_or_a_refusal(data: bytes) -> None:
    try:
        decoded = decode(data, "a.md")
    except BadFile:
        return
    assert "\0" not in decoded.text
    assert decoded.text.encode() or not data.strip(b"\xef\xbb\xbf\xff\xfe")


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=80))
def test_utf8_comes_back_letter_for_letter(text: str) -> None:
    assert decode(text.encode(), "a.md").text == text.removeprefix("\ufeff")
