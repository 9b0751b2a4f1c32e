"""Owns writing a word in YAML: plain where every reader takes it for the same text, quoted elsewhere."""

import re
from collections.abc import Iterable
from typing import Final, Literal

Quoting = Literal["plain", "'", '"']

_PLAIN: Final = re.compile(r"\w(?:[\w ./&+()-]*[\w./&+()-])?")
_NUMBER_OR_DATE: Final = re.compile(r"[0-9][0-9a-fA-FoOxXtTzZ_.+ -]*")
_MEANT_OTHERWISE: Final = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf"})
_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def write_word(text: str, quoting: Quoting) -> str:
    """The text as a YAML scalar, in the quotes that are in use unless it needs others."""
    if not text.isprintable():
        return f'"{"".join(_escape(character) for character in text)}"'
    if quoting == '"':
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if quoting == "plain" and is_plain(text):
        return text
    return "'" + text.replace("'", "''") + "'"


def is_plain(text: str) -> bool:
    """Whether the text without quotes is that text, in lists of either kind and in YAML 1.1 as in 1.2."""
    if not _PLAIN.fullmatch(text) or text.casefold() in _MEANT_OTHERWISE:
        return False
    return not _NUMBER_OR_DATE.fullmatch(text)


def find_quoting(styles: Iterable[str | None]) -> Quoting:
    """The quotes that all of these scalars are in (as the parser names styles), else none."""
    used = set(styles)
    if used == {"'"}:
        return "'"
    return '"' if used == {'"'} else "plain"


def _escape(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
