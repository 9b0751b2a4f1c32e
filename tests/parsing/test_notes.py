"""A note is kept as a reader sees it, within its bound."""

import pytest

from app.domain.feedback import Word
from app.errors import BadInput
from app.parsing.notes import MOST_CHARACTERS, read_note


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        pytest.param("Not ours.", "Not ours.", id="plain"),
        pytest.param("  one\r\ntwo \n", "one\ntwo", id="line ends"),
        pytest.param("a\x00b\u200bc", "abc", id="invisible characters"),
        pytest.param("\u202edoes not apply\u202c", "does not apply", id="letters turned around"),
        pytest.param("lone \ud800 half", "lone \ufffd half", id="half a character"),
        pytest.param("<b>{{ 7 }}</b>", "<b>{{ 7 }}</b>", id="markup is text"),
        pytest.param("\u200b", "", id="nothing that can be seen"),
    ],
)
def test_a_note_is_what_a_reader_sees_of_it(typed: str, kept: str) -> None:
    assert read_note(typed) == kept


def test_a_note_as_long_as_a_word_takes_is_kept_and_a_longer_one_refused() -> None:
    (bound,) = (limit.max_length for limit in Word.model_fields["note"].metadata if hasattr(limit, "max_length"))
    assert bound == MOST_CHARACTERS
    assert len(read_note("x" * MOST_CHARACTERS)) == MOST_CHARACTERS
    with pytest.raises(BadInput, match="2,001 characters"):
        read_note("x" * (MOST_CHARACTERS + 1))
