"""Owns the proof that typography and markup do not reach the grammar."""

import pytest

from app.category_files.exclusions.wording import find_depths, plain, split_sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("- **Old** trams.", "Old trams", id="bullet and bold"),
        pytest.param("3. Old\n  trams  ", "Old trams", id="numbered and wrapped"),
        pytest.param("“Old” [trams](/tags/trams/)", '"Old" trams', id="curly quotes and link"),
        pytest.param("Old – trams", "Old - trams", id="dash"),
    ],
)
def test_a_wording_is_made_plain(text: str, expected: str) -> None:
    assert plain(text) == expected


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        pytest.param("Old trams. Avoid new ones.", ["Old trams", "Avoid new ones"], id="two"),
        pytest.param("Trams, e.g. Blackpool trams", ["Trams, e.g. Blackpool trams"], id="abbreviation"),
        pytest.param("Old trams; new ones", ["Old trams", "new ones"], id="semicolon"),
        pytest.param("Trams (old. New) here", ["Trams (old. New) here"], id="in brackets"),
    ],
)
def test_sentences_are_told_apart(text: str, sentences: list[str]) -> None:
    assert split_sentences(text) == sentences


def test_unbalanced_brackets_are_plain_text() -> None:
    assert find_depths("a(b)c") == [0, 0, 1, 0, 0]
    assert find_depths("a((b)c") == [0] * 6
