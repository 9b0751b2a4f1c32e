"""Owns what a log line looks like: as text for people, or as one JSON object for programs."""

import json
import re
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any, Final, Literal

LogFormat = Literal["text", "json"]
Line = MutableMapping[str, Any]
"""One event with its fields, as structlog passes it on."""

LONGEST: Final = 300
"""Characters of what an unforeseen exception says of itself."""
MOST_CAUSES: Final = 5
MOST_FRAMES: Final = 30
"""The innermost ones, which say what happened."""

_FIRST = ("timestamp", "level", "event", "logger", "error")
_STEERING = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_PLAIN = re.compile(r"[\w./:@+,-]+")


def write_text(_logger: object, _method: str, line: Line) -> str:
    """The time, the level, what happened, and the fields as `name=value`; one line, but for a traceback."""
    fields = " ".join(f"{name}={_write_value(value)}" for name, value in line.items() if name not in _FIRST)
    said = f"{line['timestamp']} {line['level']:<7} {_make_printable(str(line['event']))}"
    return "\n    ".join([f"{said}  {fields}".rstrip(), *line.get("error", ())])


def write_json(_logger: object, _method: str, line: Line) -> str:
    """One object on one line, of ASCII only, so that nothing in it can end the line or steer a terminal."""
    first = {name: line[name] for name in _FIRST if name in line}
    return json.dumps({**first, **line}, default=str)


def drop_echoes(_logger: object, _method: str, line: Line) -> Line:
    """What other handlers and libraries add to a record that says the event once more."""
    for name in ("message", "color_message", "asctime"):
        line.pop(name, None)
    return line


def tell_exception(_logger: object, _method: str, line: Line) -> Line:
    """An exception as `error`: its class, the first words that it says, and where it came up.

    Whatever libraries add below the first line (a statement's parameters, the value that did not
    fit) may be an article, and is left out.
    """
    found = line.pop("exc_info", None)
    error = found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        line["error"] = _tell_error(error)
    return line


def _tell_error(error: BaseException) -> list[str]:
    told: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(told) < MOST_CAUSES * MOST_FRAMES:
        says = (str(cause).strip().splitlines() or [""])[0][:LONGEST]
        told.append(_make_printable(f"{'after ' if told else ''}{type(cause).__name__}: {says}"))
        told += _list_frames(cause.__traceback__)
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return told


def _list_frames(traceback: TracebackType | None) -> list[str]:
    frames: list[str] = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        frames.append(f"  at {code.co_filename}:{traceback.tb_lineno} in {code.co_name}")
        traceback = traceback.tb_next
    return frames[-MOST_FRAMES:]


def _write_value(value: object) -> str:
    text = _make_printable(f"{value:g}" if isinstance(value, float) else str(value))
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def _make_printable(text: str) -> str:
    """What others wrote, with an escape for each character that could end the line or steer a terminal."""
    return _STEERING.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
