"""Owns telling rubbish from text where a file's bytes can be decoded all the same."""

import codecs
import unicodedata
from typing import Final

from app.errors import BadFile

_MARKS: Final = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_ASCII: Final = bytes(range(0x80))
_REMEDY: Final = "If it is an article, save it as UTF-8 text; else leave it out."
MOST_HIGH: Final = 0.5
"""Of the bytes of a file that is not UTF-8: in a Western text some hundredths are no ASCII."""


def refuse_rubbish(data: bytes, name: str) -> None:
    """Refuse bytes that no article is made of, though an encoding can be found that gives them some meaning.

    Almost any bytes are characters in UTF-16 and in windows-1252.

    Raises:
        BadFile: they are rubbish, or text in an encoding that cannot be guessed.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _refuse_marked(data.removeprefix(mark), encoding, name)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        high = len(data.translate(None, delete=_ASCII))
        if high > MOST_HIGH * len(data):
            problem = f"is no UTF-8, and {high:,} of its {len(data):,} bytes are no ASCII, so nobody can say what it is"
            raise BadFile(name, problem, _REMEDY) from None
    return None


def _refuse_marked(data: bytes, encoding: str, name: str) -> None:
    """In UTF-16 every language has spaces, line ends or punctuation; rubbish that a mark precedes hardly does."""
    text = data.decode(encoding, errors="replace")
    if text and not any(character.isspace() or unicodedata.category(character)[0] == "P" for character in text):
        raise BadFile(name, f"begins with the mark of {encoding}, and what follows is no text in it", _REMEDY)
