"""Owns an editor's note in normal form, within its bound."""

from typing import Final

from app.errors import BadInput
from app.parsing.characters import mend, normalise
from app.parsing.tracing import trace_whole

MOST_CHARACTERS: Final = 2000
"""As many as a kept word takes."""


def read_note(text: str) -> str:
    """The note without what a reader would not see, such as marks that turn the order of letters around.

    Raises:
        BadInput: it is too long.
    """
    mended, _, _ = mend(trace_whole(text))
    note = normalise(mended).traced.text.strip()
    if len(note) > MOST_CHARACTERS:
        raise BadInput(f"The note has {len(note):,} characters. Say it in {MOST_CHARACTERS:,}.")
    return note
