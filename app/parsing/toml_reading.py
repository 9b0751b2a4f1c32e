"""Owns the reading of TOML that a stranger may have written: plain data with lines, or a refusal."""

import math
import re
from collections.abc import Mapping
from datetime import date, time
from typing import Any, Final

import tomlkit
from pydantic import JsonValue
from tomlkit.exceptions import ParseError, TOMLKitError
from tomlkit.items import Item

from app.errors import BadFile
from app.parsing.located import MAX_DEPTH, LineTable, Located, name_field, point, unescape

_MAX_TABLES: Final = 1000
_TABLE: Final = re.compile(r"^[ \t]*\[", re.MULTILINE)
_KEY: Final = re.compile(r"""[ \t]*\[{0,2}[ \t]*("[^"\n]*"|'[^'\n]*'|[\w-]+)[ \t]*(?=[=.\]])""")
_MULTILINE_QUOTES: Final = re.compile(r'"""|\'\'\'')
_FIX_IT: Final = "Put texts in quotes, and give each key once."


def read_toml(text: str, name: str, *, first_line: int = 1) -> Located:
    """The TOML document in `text`; dates and times are text as written.

    Raises:
        BadFile: it is not TOML, gives a key twice, nests deeper than `MAX_DEPTH` or holds more
            tables than front matter has any use for.
    """
    if sum(1 for _ in _TABLE.finditer(text)) > _MAX_TABLES:
        raise BadFile(name, f"holds more than {_MAX_TABLES} TOML tables", "Keep data out of front matter.")
    try:
        document = tomlkit.parse(text.replace("\r\n", "\n").replace("\r", "\n"))
        lines = _find_key_lines(text, first_line)
        value = _to_plain(document, "", name, lines)
    except ParseError as error:
        line = first_line + error.line - 1
        problem = str(error).partition(" at line ")[0]
        raise BadFile(name, f"not valid TOML: {problem}", _FIX_IT, line=line) from error
    except (TOMLKitError, ValueError, LookupError, RecursionError) as error:
        reason = str(error).partition("\n")[0][:200]
        line = _find_named_line(reason, text, first_line)
        raise BadFile(name, f"not valid TOML: {reason}", _FIX_IT, line=line) from error
    return Located(value=value, lines=lines)


def _find_key_lines(text: str, first_line: int) -> dict[str, int]:
    """The line on which each top-level key first stands; lines within long strings do not count."""
    lines: dict[str, int] = {}
    inside: str | None = None
    for number, row in enumerate(re.split(r"\r\n|\r|\n", text), start=first_line):
        if inside is None and (found := _KEY.match(row)):
            lines.setdefault(point("", found[1].strip("\"'")), number)
        for quotes in _MULTILINE_QUOTES.findall(row):
            if inside is None:
                inside = quotes
            elif inside == quotes:
                inside = None
    return lines


def _find_named_line(reason: str, text: str, first_line: int) -> int:
    """Where the library names a key but no line: the last line that gives it; else the first line."""
    quoted = re.search(r'["\']([^"\']+)["\']', reason)
    if quoted is None:
        return first_line
    given = list(re.finditer(rf"^[ \t]*\[*[ \t]*[\"']?{re.escape(quoted[1])}\b", text, re.MULTILINE))
    return LineTable(text, first_line).find_line(given[-1].start()) if given else first_line


def _to_plain(item: Any, pointer: str, name: str, lines: dict[str, int], depth: int = 0) -> JsonValue:  # noqa: ANN401 - tomlkit's items share no type
    line = lines.get(f"/{pointer.split('/')[1]}" if pointer else "", 1)
    if depth > MAX_DEPTH:
        field = name_field(pointer)
        raise BadFile(name, f"nested deeper than {MAX_DEPTH} levels", "Flatten it.", line=line, field=field)
    if isinstance(item, Mapping):
        return {
            str(key): _to_plain(part, point(pointer, str(key)), name, lines, depth + 1) for key, part in item.items()
        }
    if isinstance(item, list):
        return [_to_plain(part, point(pointer, at), name, lines, depth + 1) for at, part in enumerate(item)]
    return _to_plain_scalar(item, name, line)


def _to_plain_scalar(item: Any, name: str, line: int) -> JsonValue:  # noqa: ANN401 - tomlkit's items share no type
    if isinstance(item, date | time):
        return item.as_string().strip() if isinstance(item, Item) else item.isoformat()
    value = item.unwrap() if isinstance(item, Item) else item
    if isinstance(value, str):
        return unescape(value, name, line)
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < 10**18 else str(value)
    return value if isinstance(value, float) and math.isfinite(value) else str(value)
