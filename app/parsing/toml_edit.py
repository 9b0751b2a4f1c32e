"""Owns the editing of a list of words in TOML front matter: only the words that come and go are touched."""

import re
from collections.abc import Sequence
from typing import Final

from app.errors import BadFile
from app.parsing.bracket_edit import Span, align, edit_bracketed
from app.parsing.toml_places import TomlKey, TomlPlaces, TomlTable, find_toml_places

_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_REST_OF_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
_TO_ESCAPE: Final = re.compile(r'[\x00-\x1f\x7f"\\]')
_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def edit_toml(text: str, name: str, path: tuple[str, ...], current: Sequence[str | None], wanted: Sequence[str]) -> str:
    """The TOML `text` with the field at `path` (keys as they are written there) holding the words wanted.

    A field that is missing becomes the last one of its table; a missing table comes last.

    Raises:
        BadFile: the field is written in a way that cannot be edited without touching anything else.
    """
    places = find_toml_places(text)
    found = next((key for key in places.keys if key.table + key.path == path), None)
    if found is None:
        return _add_field(text, name, path, wanted, places)
    start, end, items = found.slot
    script = align(current, wanted)
    if items is not None:
        is_literal = bool(items) and all(text[item[0]] == "'" for item in items)
        new = edit_bracketed(text, found.slot, script, lambda word: write_string(word, is_literal=is_literal))
    else:
        word = text[start:end]
        if word[:1] in {"{", ""} or word.startswith(('"""', "'''")):
            remedy = "Write it as a list of texts in quotes."
            raise BadFile(name, "its value cannot be edited in place", remedy, field=".".join(path))
        is_literal = word[0] == "'"
        new = f"[{', '.join(write_string(e, is_literal=is_literal) if isinstance(e, str) else word for e in script)}]"
    return text[:start] + new + text[end:]


def find_toml_field(text: str, path: tuple[str, ...]) -> Span | None:
    """All of a field on a line of its own, with the header of its table where it is alone in it."""
    places = find_toml_places(text)
    found = next((key for key in places.keys if key.table + key.path == path), None)
    rest = _REST_OF_LINE.match(text, found.slot.end) if found else None
    if found is None or rest is None:
        return None
    is_alone = found.table and len([key for key in places.keys if key.table == found.table]) == 1
    header = next((table for table in places.tables if table.path == found.table), None) if is_alone else None
    start = header.start if header else found.start
    return start - len(_find_indent(text, start)), rest.end()


def write_string(text: str, *, is_literal: bool = False) -> str:
    """The text as a TOML string; `is_literal` asks for single quotes, where it can be had in them."""
    if is_literal and "'" not in text and text.isprintable():
        return f"'{text}'"
    return '"' + _TO_ESCAPE.sub(lambda found: _ESCAPES.get(found[0], f"\\u{ord(found[0]):04x}"), text) + '"'


def _add_field(text: str, name: str, path: tuple[str, ...], wanted: Sequence[str], places: TomlPlaces) -> str:
    *table, key = path
    owner = tuple(table)
    siblings = [found for found in places.keys if found.table == owner]
    header = next((found for found in places.tables if found.path == owner), None)
    if owner and any(
        (found.table + found.path)[: len(owner)] == owner for found in places.keys if found.table != owner
    ):
        remedy = f"Write a table [{'.'.join(owner)}] on lines of its own."
        raise BadFile(name, "its table is written within another one", remedy, field=".".join(path))
    line_end = found[0] if (found := _LINE_END.search(text)) else "\n"
    words = ", ".join(write_string(word) for word in wanted)
    line = f"{_write_key(key)}{_find_equals(text, siblings)}[{words}]{line_end}"
    if owner and header is None:
        return f"{text}[{'.'.join(map(_write_key, owner))}]{line_end}{line}"
    at = _find_place(text, siblings, header, places)
    indent = _find_indent(text, siblings[-1].start) if siblings else ""
    return text[:at] + indent + line + text[at:]


def _find_place(text: str, siblings: list[TomlKey], header: TomlTable | None, places: TomlPlaces) -> int:
    """Behind the last key of the table, else behind its header; at the root, before the first table."""
    if not places.tables:
        return len(text)
    if not siblings and header is None:
        first = places.tables[0].start
        return first - len(_find_indent(text, first))
    behind = siblings[-1].slot.end if siblings else header.end if header else 0
    found = _REST_OF_LINE.match(text, behind)
    return found.end() if found else behind


def _find_indent(text: str, at: int) -> str:
    begin = max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1
    return text[begin:at]


def _find_equals(text: str, siblings: list[TomlKey]) -> str:
    """The equals sign as the key before has it."""
    between = text[siblings[-1].behind_key : siblings[-1].slot.start] if siblings else ""
    return between if between in {"=", " ="} else " = "


def _write_key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else write_string(key)
