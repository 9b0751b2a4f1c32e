"""Owns the reading of YAML that a stranger may have written: plain data with lines, or a refusal."""

import math
import re
from collections.abc import Iterator
from typing import Any, Final

from pydantic import JsonValue
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from app.errors import BadFile
from app.parsing.located import MAX_DEPTH, LineTable, Located, name_field, point, unescape

_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS: Final = {text: text.lower() == "true" for text in ("true", "True", "TRUE", "false", "False", "FALSE")}
_INTEGER: Final = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
_FLOAT: Final = re.compile(
    r"[-+]?(?:[0-9]{1,30}\.[0-9]{0,30}|\.[0-9]{1,30}|[0-9]{1,30}(?=[eE]))(?:[eE][-+]?[0-9]{1,3})?"
)
_TEXT_TAGS: Final = frozenset({"!", "!!str", "tag:yaml.org,2002:str"})
_QUOTE_IT: Final = "Put the value in quotes if it is text, and indent with spaces."


def read_yaml(text: str, name: str, *, first_line: int = 1) -> Located:
    """The one YAML document in `text`; None where there is nothing but comments.

    Scalars follow YAML 1.2 (so `no` is a word), except that dates, numbers with leading zeros,
    beyond 18 digits or without end stay text as written.

    Raises:
        BadFile: it is not YAML, or uses anchors, aliases, tags, duplicate keys, keys that are not
            scalars, a second document or more than `MAX_DEPTH` levels.
    """
    return _Builder(text, name, first_line).build()


class _Open:
    """A list or mapping that is still being read, and the key whose value comes next."""

    def __init__(self, pointer: str, container: list[JsonValue] | dict[str, JsonValue]) -> None:
        self.pointer = pointer
        self.container = container
        self.key: str | None = None
        self.key_lines: dict[str, int] = {}


class _Builder:
    """Builds data from parser events, so that depth is known before anything recurses."""

    def __init__(self, text: str, name: str, first_line: int) -> None:
        self._text = text
        self._name = name
        self._table = LineTable(text, first_line)
        self._open: list[_Open] = []
        self._lines: dict[str, int] = {}
        self._root: JsonValue = None
        self._documents = 0

    def build(self) -> Located:
        for event in self._parse():
            self._take(event)
        return Located(value=self._root, lines=self._lines)

    def _parse(self) -> Iterator[Event]:
        try:
            yield from YAML(typ="safe", pure=True).parse(self._text)
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = self._table.find_line(mark.index) if mark else None
            problem = f"not valid YAML: {error.problem or error.context or 'it cannot be parsed'}"
            raise BadFile(self._name, problem, _QUOTE_IT, line=line) from error
        except (YAMLError, ValueError, LookupError, AttributeError, TypeError) as error:
            # The parser lets some of its own slips out as such (an escape beyond Unicode, a bad directive).
            reason = str(error).strip().partition("\n")[0][:200]
            raise BadFile(
                self._name, f"not valid YAML: {reason}", _QUOTE_IT, line=self._find_bad_line(error)
            ) from error

    def _find_bad_line(self, error: Exception) -> int | None:
        position: Any = getattr(error, "position", None)
        return self._table.find_line(position) if isinstance(position, int) else None

    def _take(self, event: Event) -> None:
        line = self._table.find_line(event.start_mark.index)
        self._refuse_machinery(event, line)
        if isinstance(event, MappingStartEvent):
            self._enter({}, line)
        elif isinstance(event, SequenceStartEvent):
            self._enter([], line)
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            self._open.pop()
        elif isinstance(event, ScalarEvent):
            event.value = unescape(event.value, self._name, line)
            if self._wants_key():
                self._take_key(event.value, line)
            else:
                self._add(_read_scalar(event), line)

    def _refuse_machinery(self, event: Event, line: int) -> None:
        if isinstance(event, DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise BadFile(self._name, "holds a second YAML document", "Keep one document per file.", line=line)
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            problem = "YAML anchors (&) and aliases (*) are not read"
            raise BadFile(self._name, problem, "Write the value out, or put it in quotes.", line=line)
        tag = getattr(event, "tag", None)
        if tag is not None and not (isinstance(event, ScalarEvent) and str(tag) in _TEXT_TAGS):
            problem = f"the YAML tag {str(tag)[:80]!r} is not read"
            raise BadFile(self._name, problem, "Remove the tag, or put the value in quotes.", line=line)

    def _wants_key(self) -> bool:
        return bool(self._open) and isinstance(self._open[-1].container, dict) and self._open[-1].key is None

    def _take_key(self, key: str, line: int) -> None:
        top = self._open[-1]
        if key in top.key_lines:
            problem = f"the key {key[:80]!r} was already given on line {top.key_lines[key]}"
            field = name_field(point(top.pointer, key))
            raise BadFile(self._name, problem, "Remove one of the two.", line=line, field=field)
        top.key = key
        top.key_lines[key] = line

    def _enter(self, container: list[JsonValue] | dict[str, JsonValue], line: int) -> None:
        if self._wants_key():
            raise BadFile(self._name, "a key is a list or mapping", "Use words as keys.", line=line)
        if len(self._open) >= MAX_DEPTH:
            raise BadFile(self._name, f"nested deeper than {MAX_DEPTH} levels", "Flatten it.", line=line)
        pointer = self._add(container, line)
        self._open.append(_Open(pointer, container))

    def _add(self, value: JsonValue, line: int) -> str:
        """Put a value where it belongs; gives its pointer."""
        if not self._open:
            self._root = value
            return ""
        top = self._open[-1]
        if isinstance(top.container, list):
            pointer = point(top.pointer, len(top.container))
            top.container.append(value)
        else:
            key = top.key or ""
            pointer, line = point(top.pointer, key), top.key_lines[key]
            top.container[key] = value
            top.key = None
        self._lines[pointer] = line
        return pointer


def _read_scalar(event: ScalarEvent) -> JsonValue:
    text: str = event.value
    if not event.implicit[0]:
        return text
    if text in _NULL:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text) and math.isfinite(number := float(text)):
        return number
    return text
