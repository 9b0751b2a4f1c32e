"""Quotes: found verbatim or nearly so, and never where the meaning has changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.folding import FoldedText
from app.rules.locating import locate

TEXT = (
    "Leeds  won\nthe final in 1972, and nobody has forgotten it. A fine was not imposed on the club. "
    "“Governance — at its best — supports flow,” the chair said. The change is unlikely to succeed this season. "
    "Straße und Fluß bleiben verbunden."
)


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        pytest.param("nobody has forgotten it", "nobody has forgotten it", id="verbatim"),
        pytest.param("Leeds won the final in 1972", "Leeds  won\nthe final in 1972", id="reflowed"),
        pytest.param('"Governance - at its best - supports flow"', "Governance — at its best — supports flow", id="typography"),
        pytest.param("STRASSE UND FLUSS BLEIBEN", "Straße und Fluß bleiben", id="case folding that lengthens"),
        pytest.param("A fine was not imposed upon the club", "A fine was not imposed on the club", id="nearly"),
        pytest.param("Leeds won the league in extra time", None, id="invented"),
        pytest.param("A fine was imposed on the club", None, id="a negation dropped"),
        pytest.param("Leeds won the final in 1973, and nobody", None, id="another year"),
        pytest.param("likely to succeed this season", None, id="a negating prefix cut off"),
        pytest.param("the final", None, id="too short to prove anything"),
        pytest.param("", None, id="empty"),
        pytest.param("…", None, id="nothing but punctuation"),
    ],
)  # fmt: skip
def test_locate(quote: str, found: str | None) -> None:
    span = locate(quote, FoldedText(TEXT))
    assert (span and TEXT[slice(*span)]) == found


@given(st.text(min_size=1, max_size=300), st.data())
def test_every_span_of_a_text_leads_back_to_itself(text: str, data: st.DataObject) -> None:
    folded = FoldedText(text)
    start = data.draw(st.integers(0, len(folded.folded)))
    end = data.draw(st.integers(start, len(folded.folded)))
    first, last = folded.to_span(start, end)
    assert 0 <= first <= last <= len(text)


@given(st.lists(st.text(alphabet="abcdeé ß’-", min_size=1, max_size=12), min_size=6, max_size=40), st.data())
def test_a_run_of_whole_words_is_always_found(words: list[str], data: st.DataObject) -> None:
    words = [word for word in (w.strip() for w in words) if word]
    text = " ".join(words)
    quote = text.strip()
    if len(quote) >= 40:
        span = locate(quote, FoldedText(f"Before. {text} After."))
        assert span is not None


@given(st.text(max_size=200), st.text(max_size=400))
def test_locating_anything_in_anything_gives_a_span_or_nothing(quote: str, text: str) -> None:
    span = locate(quote, FoldedText(text))
    assert span is None or 0 <= span[0] < span[1] <= len(text)
