"""Owns the split of a file into its front matter and its body."""

import re
from typing import Final, Literal

from pydantic import JsonValue, NonNegativeInt, PositiveInt

from app.domain.value import Value
from app.errors import BadFile
from app.parsing.json_reading import read_json_head
from app.parsing.located import LineTable, Located, warn_of_case_twins
from app.parsing.toml_reading import read_toml
from app.parsing.yaml_reading import read_yaml

MAX_FRONT_MATTER: Final = 256 * 1024
"""Characters between the fences; the largest one met in the wild held 112 kB."""

_BLANK_LINES: Final = re.compile(r"\ufeff?(?:[ \t]*(?:\r\n|\r|\n))*")
_OPEN_YAML: Final = re.compile(r"---[ \t]*(?:\r\n|\r|\n|\Z)")
_OPEN_TOML: Final = re.compile(r"\+\+\+[ \t]*(?:\r\n|\r|\n|\Z)")
_CLOSE_YAML: Final = re.compile(r"(?:---|\.\.\.)[ \t]*(?:\r\n|\r|\n|\Z)")
_CLOSE_TOML: Final = re.compile(r"\+\+\+[ \t]*(?:\r\n|\r|\n|\Z)")
_OPEN_JSON: Final = re.compile(r'\{\s{0,1000}["}]')
_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_REST_OF_LINE: Final = re.compile(r"[ \t]*(?:\r\n|\r|\n)?")

Format = Literal["yaml", "toml", "json", "none"]


class FrontMatter(Value):
    """A file's fields and its body; `text[body_offset:] == body`.

    Fields are plain data, dates among them text as written. `lines` gives the line of each
    top-level key, `pointers` that of every part ("/scopenote/exclusions/0"). Lines count from 1
    in the file; `body_line` is the one that the body starts on.
    """

    format: Format
    fields: dict[str, JsonValue]
    body: str
    body_offset: NonNegativeInt
    body_line: PositiveInt
    lines: dict[str, int]
    pointers: dict[str, int]
    warnings: tuple[str, ...] = ()


def read_front_matter(text: str, name: str) -> FrontMatter:
    """Split `text` (one that `decode` gave) at its front matter; without any, all of it is body.

    Blank lines may stand before the opening fence, and spaces behind either one.

    Raises:
        BadFile: the opening fence is never closed (a text that merely begins with a rule does
            that as well), or what stands between the fences cannot be read.
    """
    start = _end_of(_BLANK_LINES.match(text))
    if opening := _OPEN_YAML.match(text, start):
        return _read_fenced(text, name, "yaml", opening)
    if opening := _OPEN_TOML.match(text, start):
        return _read_fenced(text, name, "toml", opening)
    if text.startswith("+++", start):
        remedy = "Let +++ stand alone on its line, and again on a line of its own behind the fields."
        raise BadFile(name, "something follows the opening fence +++", remedy, line=_line_at(text, start))
    if _OPEN_JSON.match(text, start):
        return _read_json_object(text, name, start)
    return FrontMatter(format="none", fields={}, body=text, body_offset=0, body_line=1, lines={}, pointers={})


def _end_of(match: re.Match[str] | None) -> int:
    return match.end() if match else 0


def _line_at(text: str, offset: int) -> int:
    return LineTable(text[:offset]).find_line(offset)


def _read_fenced(text: str, name: str, form: Literal["yaml", "toml"], opening: re.Match[str]) -> FrontMatter:
    first_line = _line_at(text, opening.end())
    closing = _find_closing(text, opening, _CLOSE_YAML if form == "yaml" else _CLOSE_TOML)
    if closing is None:
        fence = opening[0].strip()
        remedy = f"Put {fence} on a line of its own behind the last field."
        line = _line_at(text, opening.start())
        raise BadFile(name, f"the front matter that {fence} opens is never closed", remedy, line=line)
    inner = text[opening.end() : closing.start()]
    _refuse_large(inner, name, first_line)
    read = read_yaml if form == "yaml" else read_toml
    located = read(inner, name, first_line=first_line)
    return _compose(text, name, form, located, end=closing.end(), first_line=first_line)


def _find_closing(text: str, opening: re.Match[str], fence: re.Pattern[str]) -> re.Match[str] | None:
    at = opening.end()
    while at < len(text):
        if closing := fence.match(text, at):
            return closing
        at = _end_of(_LINE.match(text, at))
    return None


def _read_json_object(text: str, name: str, start: int) -> FrontMatter:
    first_line = _line_at(text, start)
    head = text[start : start + MAX_FRONT_MATTER + 1]
    located, length = read_json_head(head, name, first_line=first_line)
    _refuse_large(head[:length], name, first_line)
    end = _end_of(_REST_OF_LINE.match(text, start + length))
    return _compose(text, name, "json", located, end=end, first_line=first_line)


def _refuse_large(inner: str, name: str, line: int) -> None:
    if len(inner) > MAX_FRONT_MATTER:
        problem = f"the front matter is longer than {MAX_FRONT_MATTER // 1024} kB"
        raise BadFile(name, problem, "Move text into the body, or close the front matter earlier.", line=line)


def _compose(text: str, name: str, form: Format, located: Located, *, end: int, first_line: int) -> FrontMatter:
    fields = {} if located.value is None else located.value
    if not isinstance(fields, dict):
        remedy = "Write `key: value` lines between the fences."
        raise BadFile(name, "the front matter holds no fields", remedy, line=first_line)
    return FrontMatter(
        format=form,
        fields=fields,
        body=text[end:],
        body_offset=end,
        body_line=_line_at(text, end),
        lines={key: located.lines[pointer] for key in fields if (pointer := _pointer(key)) in located.lines},
        pointers=located.lines,
        warnings=located.warnings + warn_of_case_twins(tuple(fields), located.lines),
    )


def _pointer(key: str) -> str:
    return "/" + key.replace("~", "~0").replace("/", "~1")
