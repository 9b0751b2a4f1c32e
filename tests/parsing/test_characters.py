"""Holds the normal form of characters."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.parsing.characters import mend, normalise
from app.parsing.tracing import trace_whole


def _normalise(text: str) -> tuple[str, int]:
    mended, removed, _ = mend(trace_whole(text))
    normal = normalise(mended)
    return normal.traced.text, removed + normal.invisible


@pytest.mark.parametrize(
    ("text", "normal", "invisible"),
    [
        pytest.param("plain text, “quoted” – as written…", "plain text, “quoted” – as written…", 0, id="kept"),
        pytest.param("a\r\nb\rc\u2028d\u2029e\x85f\x0bg\x0ch", "a\nb\nc\nd\ne\nf\ng\nh", 0, id="line-ends"),
        pytest.param("a\u00a0b\u2009c\u3000d", "a b c d", 0, id="spaces"),
        pytest.param("ig\u200bno\u00adre\ufeff", "ignore", 3, id="zero-width"),
        pytest.param("\u202eevil\u202c \u2066x\u2069", "evil x", 4, id="bidirectional-controls"),
        pytest.param("a\0b\x07c\x9fd\x1be", "abcde", 4, id="controls"),
        pytest.param("see\U000e0041\U000e0042", "see", 2, id="tag-characters"),
        pytest.param("a\ufe00b\U000e0100c", "abc", 2, id="variation-selectors"),
        pytest.param("x\ue000\U000f0000", "x", 2, id="private-use"),
        pytest.param("a\ufdd0b\uffffc", "abc", 2, id="noncharacters"),
        pytest.param("❤\ufe0f 👩\u200d💻 1\ufe0f\u20e3", "❤\ufe0f 👩\u200d💻 1\ufe0f\u20e3", 0, id="emoji-sequences"),
        pytest.param("a\u200db ❤\u200d\u200d❤", "ab ❤❤", 3, id="joiners-that-join-nothing"),
        pytest.param("می\u200cخواهم क्\u200dष", "می\u200cخواهم क्\u200dष", 0, id="joiners-of-scripts"),
        pytest.param("Cafe\u0301 \u212b", "Café Å", 0, id="composed"),
        pytest.param("\u1112\u1161\u11ab글", "한글", 0, id="hangul"),
        pytest.param("a\ud800b", "a\ufffdb", 0, id="lone-surrogate"),
    ],
)
def test_normal_form(text: str, normal: str, invisible: int) -> None:
    assert _normalise(text) == (normal, invisible)


@given(st.text())
def test_normal_form_is_reached_in_one_step(text: str) -> None:
    once, _ = _normalise(text)
    assert _normalise(once) == (once, 0)


@given(st.text())
def test_normal_form_is_nfc(text: str) -> None:
    assert unicodedata.is_normalized("NFC", _normalise(text)[0])


@given(st.text())
def test_what_is_traced_stands_in_the_source(text: str) -> None:
    traced = normalise(mend(trace_whole(text))[0]).traced
    for start, source, length in traced.stretches:
        assert traced.text[start : start + length] == text[source : source + length]


def test_marks_beyond_reason_are_left_out_and_counted() -> None:
    normal = normalise(trace_whole("a" + "\u0316\u0301" * 50_000 + "b"))
    assert normal.excess_marks == 99_970
    assert len(normal.traced.text) <= 32
