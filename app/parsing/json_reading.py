"""Owns the reading of JSON that a stranger may have written: plain data with lines, or a refusal."""

import json
import re
from typing import Final

from pydantic import JsonValue

from app.errors import BadFile
from app.parsing.located import MAX_DEPTH, LineTable, Located, name_field, point, unescape

_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s"{}\[\],:]+', re.DOTALL)
_CHECK_IT: Final = "Check quotes and commas around that place."


def read_json(text: str, name: str, *, first_line: int = 1) -> Located:
    """The one JSON value that fills `text`.

    Raises:
        BadFile: as for `read_json_head`, or something follows the value.
    """
    located, end = read_json_head(text, name, first_line=first_line)
    rest = text[end:].lstrip()
    if rest:
        line = LineTable(text, first_line).find_line(len(text) - len(rest))
        raise BadFile(name, "something follows the JSON value", "Keep one value per file.", line=line)
    return located


def read_json_head(text: str, name: str, *, first_line: int = 1) -> tuple[Located, int]:
    """The JSON value that `text` begins with, and the offset behind it.

    Raises:
        BadFile: it is not JSON, has a duplicate key or nests deeper than `MAX_DEPTH`.
    """
    table = LineTable(text, first_line)
    start = len(text) - len(text.lstrip())
    lines, end = _locate(text, name, table)
    try:
        value, _ = json.JSONDecoder(parse_int=_read_integer, parse_constant=_refuse_constant).raw_decode(
            text[start:end]
        )
    except json.JSONDecodeError as error:
        line = table.find_line(start + error.pos)
        raise BadFile(name, f"not valid JSON: {error.msg}", _CHECK_IT, line=line) from error
    except ValueError as error:
        raise BadFile(name, f"not valid JSON: {error}", _CHECK_IT) from error
    _refuse_untextual_parts(value, "", lines, name, first_line)
    return Located(value=value, lines=lines), end


def _read_integer(digits: str) -> int | str:
    """Integers beyond 18 digits stay text: they are names, not quantities."""
    return int(digits) if len(digits) <= 18 else digits


def _refuse_constant(name: str) -> JsonValue:
    raise ValueError(f"{name} is not a JSON number")


class _Level:
    """A list or object that is still open: how many items are behind, and the key of the next value."""

    def __init__(self, pointer: str, *, is_object: bool) -> None:
        self.pointer = pointer
        self.is_object = is_object
        self.items = 0
        self.keys: dict[str, int] = {}
        self.key: str | None = None

    def step(self) -> str:
        """The pointer of the value that comes next."""
        return point(self.pointer, self.key or "" if self.is_object else self.items)


def _locate(text: str, name: str, table: LineTable) -> tuple[dict[str, int], int]:
    """The lines of all keys and items, and where the first value ends; judges nothing else."""
    lines: dict[str, int] = {}
    levels: list[_Level] = []
    for token in _TOKEN.finditer(text):
        line = table.find_line(token.start())
        mark = token[0][0]
        if mark in "}]":
            levels = levels[:-1]
        elif mark == ",":
            if levels:
                levels[-1].items += 1
                levels[-1].key = None
        elif mark != ":":
            _locate_value(token[0], line, levels, lines, name)
        if not levels:
            return lines, token.end()
    return lines, len(text)


def _locate_value(token: str, line: int, levels: list[_Level], lines: dict[str, int], name: str) -> None:
    top = levels[-1] if levels else None
    if top and top.is_object and top.key is None:
        _locate_key(token, line, top, lines, name)
        return
    pointer = top.step() if top else ""
    if top and not top.is_object:
        lines[pointer] = line
    if token[0] in "{[":
        if len(levels) >= MAX_DEPTH:
            raise BadFile(name, f"nested deeper than {MAX_DEPTH} levels", "Flatten it.", line=line)
        levels.append(_Level(pointer, is_object=token[0] == "{"))


def _locate_key(token: str, line: int, top: _Level, lines: dict[str, int], name: str) -> None:
    try:
        key = json.loads(token, strict=False)
    except ValueError as error:
        raise BadFile(name, "not valid JSON: a key is no string", _CHECK_IT, line=line) from error
    if not isinstance(key, str):
        raise BadFile(name, "not valid JSON: a key is no string", _CHECK_IT, line=line)
    unescape(key, name, line)
    if key in top.keys:
        problem = f"the key {key[:80]!r} was already given on line {top.keys[key]}"
        field = name_field(point(top.pointer, key))
        raise BadFile(name, problem, "Remove one of the two.", line=line, field=field)
    top.key = key
    top.keys[key] = line
    lines[top.step()] = line


def _refuse_untextual_parts(value: JsonValue, pointer: str, lines: dict[str, int], name: str, line: int) -> None:
    line = lines.get(pointer, line)
    if isinstance(value, str):
        unescape(value, name, line)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            _refuse_untextual_parts(item, point(pointer, number), lines, name, line)
    elif isinstance(value, dict):
        for key, item in value.items():
            _refuse_untextual_parts(item, point(pointer, key), lines, name, line)
