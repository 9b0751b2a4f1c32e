"""Owns where the keys of a TOML document stand in its text."""

import re
from typing import Final, NamedTuple

from app.parsing.bracket_edit import Slot, Span

_BLANK: Final = re.compile(r"(?:[ \t\r\n]+|#[^\r\n]*)*+")
_SPACES: Final = re.compile(r"[ \t]*")
_BARE_KEY: Final = re.compile(r"[^\s.=\"'\[\]#]+")
_BARE_VALUE: Final = re.compile(r"[^,\]}#\r\n]*")
_STRING: Final = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+"{3,5}|' r"'''(?:[^']|'(?!''))*+'{3,5}|" r'"(?:[^"\\\r\n]|\\.)*+"|' r"'[^'\r\n]*'",
    re.DOTALL,
)


class TomlKey(NamedTuple):
    """One `key = value`. `table` is the path of the table it stands in, `path` the key's own, dots taken apart."""

    table: tuple[str, ...]
    path: tuple[str, ...]
    start: int
    behind_key: int
    slot: Slot


class TomlTable(NamedTuple):
    """One `[header]`; an array of tables has `is_many`."""

    path: tuple[str, ...]
    is_many: bool
    start: int
    end: int


class TomlPlaces(NamedTuple):
    """All keys and headers in reading order."""

    keys: list[TomlKey]
    tables: list[TomlTable]


def find_toml_places(text: str) -> TomlPlaces:
    """Where keys stand in `text`, one that `app.parsing.toml_reading.read_toml` has read."""
    places = TomlPlaces([], [])
    table: tuple[str, ...] = ()
    at = _skip(_BLANK, text, 0)
    while at < len(text):
        if text[at] == "[":
            header = _read_header(text, at)
            places.tables.append(header)
            table, at = header.path, header.end
        else:
            path, behind_key = _read_key(text, at)
            value = _skip(_SPACES, text, _skip(_SPACES, text, behind_key) + 1)
            slot = _read_value(text, value)
            places.keys.append(TomlKey(table, path, at, behind_key, slot))
            at = slot.end
        at = _skip(_BLANK, text, at)
    return places


def _skip(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at


def _read_header(text: str, start: int) -> TomlTable:
    brackets = 2 if text.startswith("[[", start) else 1
    path, at = _read_key(text, start + brackets)
    return TomlTable(path, brackets == 2, start, _skip(_SPACES, text, at) + brackets)


def _read_key(text: str, at: int) -> tuple[tuple[str, ...], int]:
    """A key's parts, and where it ends. What reads as no key moves on by one, so that reading ends."""
    parts: list[str] = []
    while True:
        at = _skip(_SPACES, text, at)
        found = _STRING.match(text, at) or _BARE_KEY.match(text, at)
        parts.append(found[0].strip("\"'") if found else "")
        at = found.end() if found else at + 1
        dot = _skip(_SPACES, text, at)
        if not text.startswith(".", dot):
            return tuple(parts), at
        at = dot + 1


def _read_value(text: str, start: int) -> Slot:
    if not text.startswith("[", start):
        return Slot(start, _find_end(text, start), None)
    items: list[Span] = []
    at = start + 1
    while True:
        at = _skip(_BLANK, text, at)
        if at >= len(text) or text[at] == "]":
            return Slot(start, min(at + 1, len(text)), items)
        if text[at] == ",":
            at += 1
            continue
        end = max(_find_end(text, at), at + 1)
        items.append((at, end))
        at = end


def _find_end(text: str, at: int) -> int:
    """Where the value that begins here ends; brackets within it are counted, not followed."""
    if found := _STRING.match(text, at):
        return found.end()
    if not text.startswith(("[", "{"), at):
        found = _BARE_VALUE.match(text, at)
        return at + len(found[0].rstrip()) if found else at
    depth = 0
    while at < len(text):
        if found := _STRING.match(text, at):
            at = found.end()
            continue
        if text[at] == "#":
            at = _skip(_BLANK, text, at)
            continue
        depth += (text[at] in "[{") - (text[at] in "]}")
        at += 1
        if depth == 0:
            return at
    return at
