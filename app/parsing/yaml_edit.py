"""Owns the editing of a list of words in YAML front matter: only the words that come and go are touched."""

import re
from collections.abc import Sequence
from typing import Final

from app.errors import BadFile
from app.parsing.bracket_edit import Script, Slot, Span, align, edit_bracketed
from app.parsing.yaml_places import YamlField, YamlPlaces, find_yaml_places
from app.parsing.yaml_words import Quoting, find_quoting, write_word

_REST_OF_LINE: Final = re.compile(r"[ \t]*(?:[ \t]#[^\r\n]*)?(?:\r\n|\r|\n|\Z)")
_REST_BEHIND_KEY: Final = re.compile(r"[ \t]*:[ \t]*(?:[ \t]#[^\r\n]*)?(?:\r\n|\r|\n|\Z)")
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_INDENT: Final = re.compile(r"[ ]*\Z")

Edit = tuple[int, int, str]


def edit_yaml(text: str, name: str, field: str, current: Sequence[str | None], wanted: Sequence[str]) -> str:
    """The YAML `text` with `field` (its key as it is written there) holding the words wanted.

    A field that is missing becomes the last one. A single word becomes a list in brackets.

    Raises:
        BadFile: the field is written in a way that cannot be edited without touching anything else.
    """
    places = find_yaml_places(text)
    found = next((place for place in places.fields if place.key == field), None)
    if found is None:
        return text + _write_field(text, name, field, wanted, places)
    if found.tagged:
        raise BadFile(name, "its value carries a YAML tag", "Remove the tag, what begins with !.", field=field)
    script = align(current, wanted)
    if found.style == "-" and found.items is not None:
        return _splice(text, _edit_lines(text, name, found, script))
    if found.style == "[" and found.items is not None:
        quoting = find_quoting(found.styles) if found.items else _find_usual_quoting(places)
        slot = Slot(found.start, found.end, found.items)
        edited = edit_bracketed(text, slot, script, lambda word: write_word(word, quoting))
        return text[: found.start] + edited + text[found.end :]
    return _edit_scalar(text, name, found, script, places)


def find_yaml_field(text: str, field: str) -> Span | None:
    """All of a field that stands last in the front matter, from its key on; None where it does not."""
    places = find_yaml_places(text)
    if not places.fields or places.fields[-1].key != field or places.in_braces:
        return None
    start = places.fields[-1].key_start
    return start - _find_column(text, start), len(text)


def _edit_scalar(text: str, name: str, found: YamlField, script: Script, places: YamlPlaces) -> str:
    """One word becomes a list; nothing becomes a list in lines."""
    if found.style is None and found.start == found.end:
        rest = _REST_BEHIND_KEY.match(text, found.behind_key)
        if rest is None or places.in_braces:
            raise _refuse(name, found.key)
        lines = _write_lines(text, [entry for entry in script if isinstance(entry, str)], places)
        return text[: rest.end()] + lines + text[rest.end() :]
    if found.style not in {None, "'", '"'}:
        raise _refuse(name, found.key)
    source = text[found.start : found.end]
    quoting = find_quoting([found.style]) if source.strip("'\"") else _find_usual_quoting(places)
    words = [write_word(entry, quoting) if isinstance(entry, str) else _put_in_brackets(source) for entry in script]
    return f"{text[: found.start]}[{', '.join(words)}]{text[found.end :]}"


def _put_in_brackets(source: str) -> str:
    """A scalar as it was written, unless it is plain and the brackets would cut it up."""
    return source if source[0] in "'\"" or re.fullmatch(r"[^\[\]{},]+", source) else write_word(source, "'")


def _edit_lines(text: str, name: str, found: YamlField, script: Script) -> list[Edit]:
    items = found.items or []
    chunks = _find_chunks(text, name, found, items)
    kept = {entry for entry in script if isinstance(entry, int)}
    edits: list[Edit] = [(*chunk, "") for number, chunk in enumerate(chunks) if number not in kept]
    opening, line_end = _imitate_item(text, chunks[-1], items[-1])
    quoting = find_quoting(found.styles)
    at = chunks[0][0]
    for entry in script:
        if isinstance(entry, str):
            edits.append((at, at, f"{opening}{write_word(entry, quoting)}{line_end}"))
        else:
            at = chunks[entry][1]
    return sorted(edits, key=lambda edit: edit[:2])


def _find_chunks(text: str, name: str, found: YamlField, items: list[Span]) -> list[Span]:
    """The lines that each item takes, from its dash to the line's end."""
    chunks: list[Span] = []
    at = found.start
    for number, (start, end) in enumerate(items):
        dash = _find_dash(text, at, start)
        rest = _REST_OF_LINE.match(text, end)
        indent = None if dash is None else _INDENT.search(text, 0, dash)
        begin = 0 if indent is None else indent.start()
        if rest is None or dash is None or found.styles[number] in {"|", ">"} or not _begins_line(text, begin):
            raise _refuse(name, found.key)
        chunks.append((begin, rest.end()))
        at = end
    return chunks


def _begins_line(text: str, at: int) -> bool:
    return at == 0 or text[at - 1] in "\r\n"


def _find_dash(text: str, at: int, end: int) -> int | None:
    """The dash before an item; comments between it and the item before may hold dashes too."""
    while at <= end and at < len(text):
        if text[at] == "-":
            return at
        if text[at] == "#":
            found = _LINE_END.search(text, at, end)
            at = found.start() if found else end + 1
        else:
            at += 1
    return None


def _imitate_item(text: str, chunk: Span, item: Span) -> tuple[str, str]:
    """What a new item's line begins and ends with."""
    begun = text[chunk[0] : item[0]]
    opening = begun if item[0] < item[1] and not _LINE_END.search(begun) else begun.partition("-")[0] + "- "
    found = _LINE_END.search(text, item[1], chunk[1])
    return opening, found[0] if found else "\n"


def _write_field(text: str, name: str, field: str, wanted: Sequence[str], places: YamlPlaces) -> str:
    if places.in_braces:
        raise BadFile(name, "its front matter is one mapping in braces", "Give each field its line.", field=field)
    key = f"{' ' * places.column}{write_word(field, 'plain')}:"
    line_end = _find_line_end(text)
    lists = [place.style for place in places.fields if place.style in {"[", "-"}]
    if lists and "-" not in lists:
        quoting = _find_usual_quoting(places)
        return f"{key} [{', '.join(write_word(word, quoting) for word in wanted)}]{line_end}"
    return f"{key}{line_end}{_write_lines(text, wanted, places)}"


def _write_lines(text: str, words: Sequence[str], places: YamlPlaces) -> str:
    """A list in lines, indented as the other lists of the file are."""
    indents = [_find_column(text, place.start) for place in places.fields if place.style == "-" and place.items]
    indent = " " * (indents[0] if indents else places.column + 2)
    quoting, line_end = _find_usual_quoting(places), _find_line_end(text)
    return "".join(f"{indent}- {write_word(word, quoting)}{line_end}" for word in words)


def _find_column(text: str, at: int) -> int:
    return at - max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) - 1


def _find_usual_quoting(places: YamlPlaces) -> Quoting:
    """The quotes of the items of all lists in the file."""
    return find_quoting(style for place in places.fields if place.items for style in place.styles)


def _find_line_end(text: str) -> str:
    found = _LINE_END.search(text)
    return found[0] if found else "\n"


def _splice(text: str, edits: list[Edit]) -> str:
    parts: list[str] = []
    at = 0
    for start, end, new in edits:
        parts += (text[at:start], new)
        at = end
    return "".join((*parts, text[at:]))


def _refuse(name: str, field: str) -> BadFile:
    problem = "its value is written in a way that cannot be edited in place"
    return BadFile(name, problem, "Write it as a list, one word to an item.", field=field)
