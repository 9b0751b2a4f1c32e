"""Owns the editing of a list of words in JSON front matter: only the words that come and go are touched."""

import json
import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from app.errors import BadFile
from app.parsing.bracket_edit import Slot, Span, align, edit_bracketed

_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*+"|[{}\[\],:]|[^\s"{}\[\],:]+', re.DOTALL)


class _Field(NamedTuple):
    key: str
    start: int
    behind_key: int
    slot: Slot


def edit_json(text: str, name: str, field: str, current: Sequence[str | None], wanted: Sequence[str]) -> str:
    """The JSON object `text` with `field` (its key as it is written there) holding the words wanted.

    A field that is missing becomes the last one.

    Raises:
        BadFile: the field holds anything but words.
    """
    fields = _find_fields(text)
    found = next((place for place in fields if place.key == field), None)
    if found is None:
        return _add_field(text, field, wanted, fields)
    start, end, items = found.slot
    script = align(current, wanted)
    if items is not None:
        new = edit_bracketed(text, found.slot, script, _write_string)
    elif text[start] == "{":
        raise BadFile(name, "its value holds more than words", "Write it as a list of texts.", field=field)
    else:
        word = text[start:end]
        new = f"[{', '.join(_write_string(entry) if isinstance(entry, str) else word for entry in script)}]"
    return text[:start] + new + text[end:]


def find_json_field(text: str, field: str) -> Span | None:
    """All of a field that stands last, with the comma before it; None where it does not."""
    fields = _find_fields(text)
    if not fields or fields[-1].key != field:
        return None
    start = fields[-2].slot.end if len(fields) > 1 else fields[-1].start
    return start, fields[-1].slot.end


def _write_string(text: str) -> str:
    return json.dumps(text, ensure_ascii=not text.isprintable())


def _add_field(text: str, field: str, wanted: Sequence[str], fields: list[_Field]) -> str:
    """Behind the last value, with what stands around keys and colons in use."""
    words = f"[{', '.join(map(_write_string, wanted))}]"
    if not fields:
        behind = text.index("{") + 1
        return f"{text[:behind]}{_write_string(field)}: {words}{text[behind:]}"
    last = fields[-1]
    before = text.rindex("," if len(fields) > 1 else "{", 0, last.start) + 1
    lead = text[before : last.start] or (" " if text[last.behind_key : last.slot.start] == ": " else "")
    colon = text[last.behind_key : last.slot.start]
    return f"{text[: last.slot.end]},{lead}{_write_string(field)}{colon}{words}{text[last.slot.end :]}"


def _find_fields(text: str) -> list[_Field]:
    """The fields of the object that `text` begins with, which has been read as JSON."""
    fields: list[_Field] = []
    depth = 0
    key: re.Match[str] | None = None
    for token in _TOKEN.finditer(text):
        mark = token[0][0]
        if mark in "}]":
            depth -= 1
            if depth == 1:
                fields[-1] = fields[-1]._replace(slot=fields[-1].slot._replace(end=token.end()))
            elif depth == 0:
                return fields
            elif depth == 2:
                _end_item(fields, token.end())
        elif mark not in ",:":
            if depth == 1 and key is None:
                key = token
            elif depth == 1 and key is not None:
                slot = Slot(token.start(), token.end(), [] if mark == "[" else None)
                fields.append(_Field(str(json.loads(key[0], strict=False)), key.start(), key.end(), slot))
                key = None
            elif depth == 2 and fields[-1].slot.items is not None:
                fields[-1].slot.items.append(token.span())
            depth += mark in "{["
    return fields


def _end_item(fields: list[_Field], end: int) -> None:
    items = fields[-1].slot.items
    if items:
        items[-1] = (items[-1][0], end)
