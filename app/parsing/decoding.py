"""Owns the step from bytes to text: which encoding a file is in, and what had to be guessed."""

import codecs
import re
from typing import Final

from app.domain.value import Value
from app.errors import BadFile

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROLS: Final = re.compile(r"[\x01-\x08\x0b\x0e-\x1f]")
_MAX_CONTROL_SHARE: Final = 0.02
_SAVE_AS_UTF8: Final = "Save it as UTF-8 text."


class Decoded(Value):
    """A file's text, its line ends as they lie on disk, without a byte order mark.

    `encoding` is the codec that was used ("utf-8-sig" and the two "utf-16-..." say that there
    was a mark). `warnings` says what was guessed, for whoever answers for the file.
    """

    text: str
    encoding: str
    warnings: tuple[str, ...] = ()


def decode(data: bytes, name: str) -> Decoded:
    """The text of a file, from its byte order mark, else UTF-8, else windows-1252 with a warning.

    Raises:
        BadFile: it is not text, or breaks off within a UTF-16 character.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            decoded = _decode_marked(data, mark, encoding, name)
            break
    else:
        decoded = _decode_unmarked(data)
    _refuse_binary(decoded.text, name)
    return decoded


def _decode_marked(data: bytes, mark: bytes, encoding: str, name: str) -> Decoded:
    try:
        return Decoded(text=data[len(mark) :].decode(encoding.removesuffix("-sig")), encoding=encoding)
    except UnicodeDecodeError as error:
        if encoding == "utf-8-sig":
            return _decode_as_windows(data, len(mark) + error.start, skip=len(mark))
        place = len(mark) + error.start
        problem = f"byte {place} cannot be read as {encoding}, which the byte order mark announces"
        raise BadFile(name, problem, _SAVE_AS_UTF8) from error


def _decode_unmarked(data: bytes) -> Decoded:
    try:
        return Decoded(text=data.decode("utf-8"), encoding="utf-8")
    except UnicodeDecodeError as error:
        return _decode_as_windows(data, error.start)


def _decode_as_windows(data: bytes, first: int, *, skip: int = 0) -> Decoded:
    """Five byte values mean nothing in windows-1252; they become U+FFFD, and the warning says so."""
    text = data[skip:].decode("cp1252", errors="replace")
    line = 1 + len(re.findall(rb"\r\n|\r|\n", data[:first]))
    warning = f"not valid UTF-8 from byte {first} (line {line}) on, so read as windows-1252"
    if lost := text.count("�"):
        warning += f"; {lost} bytes mean nothing there either"
    return Decoded(text=text, encoding="windows-1252", warnings=(f"{warning}. {_SAVE_AS_UTF8}",))


def _refuse_binary(text: str, name: str) -> None:
    nul = text.find("\0")
    if nul >= 0:
        line = 1 + len(re.findall(r"\r\n|\r|\n", text[:nul]))
        remedy = f"If it is text in UTF-16, it lacks its byte order mark. {_SAVE_AS_UTF8}"
        raise BadFile(name, "holds a NUL character, so it is not a text file", remedy, line=line)
    controls = sum(1 for _ in _CONTROLS.finditer(text))
    if controls > max(1, len(text) * _MAX_CONTROL_SHARE):
        raise BadFile(name, f"holds {controls} control characters, so it is not a text file", _SAVE_AS_UTF8)
