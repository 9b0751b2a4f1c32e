"""Owns changing the words in fields of a file's front matter, every other byte of the file left as it is."""

import codecs
import json
import re
from collections.abc import Mapping, Sequence
from typing import Final

from pydantic import JsonValue
from ruamel.yaml.error import YAMLError

from app.errors import BadFile
from app.parsing.decoding import decode
from app.parsing.front_matter import Format, FrontMatter, read_front_matter
from app.parsing.json_edit import edit_json, find_json_field
from app.parsing.toml_edit import edit_toml, find_toml_field
from app.parsing.yaml_edit import edit_yaml, find_yaml_field

_OPENING: Final = re.compile(r"\ufeff?(?:[ \t]*(?:\r\n|\r|\n))*+(?:(?:---|\+\+\+)[ \t]*(?:\r\n|\r|\n|\Z))?")
_CLOSING: Final = re.compile(r"(?:\A|(?<=[\r\n]))(?:---|\.\.\.|\+\+\+)[ \t]*(?:\r\n|\r|\n)?\Z")
_NOT_TEXT: Final = re.compile(r"[\x00\ud800-\udfff]")
_AS_LIST: Final = "Write it as a list, one word to an item."


def read_words(data: bytes, name: str, fields: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The words that each of these fields of a file holds, as texts; none where the field is missing.

    A field is named as in `edit_words`.

    Raises:
        BadFile: the file has no front matter or one that cannot be read, or a field holds anything but
            one word or a list of words. A text with spaces or commas is refused: some site generators
            take it for one word, others for several.
    """
    front = _read(data, name)[1]
    return {field: _get_words(front, _find_path(front, field, name), name) for field in fields}


def edit_words(data: bytes, name: str, wanted: Mapping[str, Sequence[str]]) -> bytes:
    """The file with the words wanted in the fields named, and every other byte as it was.

    Fields are found whatever their case, as Hugo does; "a.b" is the key `b` in the TOML table `a`.
    Words that stay keep their quotes and comments, new ones follow the style in use, and a field
    that is missing becomes the last one. A last field that looks as if it had been added so goes as
    a whole with its last word. A single word that is not in a list gets brackets, which stay.

    Raises:
        BadFile: as `read_words`; it is not UTF-8; or it cannot be edited without touching anything else.
    """
    text, front = _read(data, name)
    for field, words in wanted.items():
        if any(_NOT_TEXT.search(word) for word in words):
            raise BadFile(name, "a word to be written holds what is not text", "Rename the category.", field=field)
        path = _find_path(front, field, name)
        if _get_words(front, path, name) == tuple(words):
            continue
        edited = _edit_field(text, name, front, path, words)
        front = _check(front, edited, path, words, name)
        text = edited
    return data[: len(codecs.BOM_UTF8) * data.startswith(codecs.BOM_UTF8)] + text.encode()


def _read(data: bytes, name: str) -> tuple[str, FrontMatter]:
    decoded = decode(data, name)
    if decoded.encoding not in {"utf-8", "utf-8-sig"}:
        raise BadFile(name, f"is in {decoded.encoding}, which is not written back", "Save it as UTF-8 text.")
    front = read_front_matter(decoded.text, name)
    if front.format == "none":
        raise BadFile(name, "has no front matter to write tags to", "Begin it with front matter.")
    return decoded.text, front


def _find_path(front: FrontMatter, field: str, name: str) -> tuple[str, ...]:
    """The keys that lead to a field, as the file spells them where it has them."""
    steps = field.split(".", 1)
    if len(steps) > 1 and front.format != "toml":
        raise BadFile(name, "a table can be written to in TOML only", "Name a field without a dot.", field=field)
    path: list[str] = []
    level: JsonValue = front.fields
    for step in steps:
        if not isinstance(level, dict):
            raise BadFile(name, f"{'.'.join(path)!r} is no table", "Make it one, or name another field.", field=field)
        same = [key for key in level if key.casefold() == step.casefold()]
        if len(same) > 1:
            names = " and ".join(map(repr, same))
            raise BadFile(name, f"{names} are the same field", "Keep one of the two.", field=field)
        path.append(same[0] if same else step)
        level = level[same[0]] if same else {}
    return tuple(path)


def _get_value(front: FrontMatter, path: tuple[str, ...]) -> JsonValue:
    value: JsonValue = front.fields
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _get_words(front: FrontMatter, path: tuple[str, ...], name: str) -> tuple[str, ...]:
    return tuple(word for word in _list_words(_get_value(front, path), path, name) if word is not None)


def _list_words(value: JsonValue, path: tuple[str, ...], name: str) -> list[str | None]:
    """The items of a field's value; None for an empty one."""
    field = ".".join(path)
    if isinstance(value, list):
        if any(isinstance(item, list | dict) for item in value):
            raise BadFile(name, "an item of the list is a list or mapping", "Let each item be a word.", field=field)
        return [_to_word(item) for item in value]
    if isinstance(value, dict):
        raise BadFile(name, "holds a mapping", _AS_LIST, field=field)
    if isinstance(value, str) and re.search(r"[\s,]", value):
        raise BadFile(name, "may be one word or several", _AS_LIST, field=field)
    return [] if value is None or value == "" else [_to_word(value)]


def _to_word(item: JsonValue) -> str | None:
    return item if item is None or isinstance(item, str) else json.dumps(item)


def _edit_field(text: str, name: str, front: FrontMatter, path: tuple[str, ...], words: Sequence[str]) -> str:
    current = _list_words(_get_value(front, path), path, name)
    start = found.end() if (found := _OPENING.match(text)) else 0
    head = text[: front.body_offset]
    end = found.start() if front.format != "json" and (found := _CLOSING.search(head, start)) else len(head)
    inner = text[start:end]
    edited = None if words else _take_out(inner, name, front.format, path, current)
    if edited is None:
        edited = _edit_inner(inner, name, front.format, path, current, words)
    return text[:start] + edited + text[end:]


def _edit_inner(  # noqa: PLR0917 - one call of three editors
    inner: str, name: str, form: Format, path: tuple[str, ...], current: Sequence[str | None], words: Sequence[str]
) -> str:
    if form == "toml":
        return edit_toml(inner, name, path, current, words)
    edit = edit_yaml if form == "yaml" else edit_json
    return edit(inner, name, path[0], current, words)


def _take_out(inner: str, name: str, form: Format, path: tuple[str, ...], current: Sequence[str | None]) -> str | None:
    """The front matter without the field, if these words in it are what writing them to a missing field gives."""
    words = [word for word in current if word is not None]
    if form == "toml":
        span = find_toml_field(inner, path)
    else:
        span = find_yaml_field(inner, path[0]) if form == "yaml" else find_json_field(inner, path[0])
    if span is None or len(words) < len(current):
        return None
    without = inner[: span[0]] + inner[span[1] :]
    try:
        return without if _edit_inner(without, name, form, path, [], words) == inner else None
    except (BadFile, YAMLError):
        return None


def _check(before: FrontMatter, text: str, path: tuple[str, ...], words: Sequence[str], name: str) -> FrontMatter:
    """What the edited text reads as; this is the guard against every slip of the editors."""
    field = ".".join(path)
    try:
        after = read_front_matter(text, name)
    except BadFile as error:
        raise BadFile(name, f"cannot be edited in place ({error.problem})", _AS_LIST, field=field) from error
    is_right = (
        _get_words(after, path, name) == tuple(words)
        and _freeze(after.fields, path) == _freeze(before.fields, path)
        and (after.format, after.body) == (before.format, before.body)
    )
    if not is_right:
        problem = "it cannot be edited in place without changing what the file says"
        raise BadFile(name, problem, _AS_LIST, field=field)
    return after


def _freeze(fields: dict[str, JsonValue], path: tuple[str, ...]) -> str:
    """All fields but one, in a form in which 1 and true differ."""
    rest = dict(fields)
    value = rest.pop(path[0], None)
    if len(path) > 1 and isinstance(value, dict):
        inner = {key: part for key, part in value.items() if key != path[1]}
        rest |= {path[0]: inner} if inner else {}
    return json.dumps(rest)
