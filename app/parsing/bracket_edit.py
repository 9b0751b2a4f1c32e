"""Owns the editing of a list in brackets, as YAML, TOML and JSON write it: items come and go, the rest stays."""

import re
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

_BREAK: Final = re.compile(r"\r\n|\r|\n")
_LAST_BREAK: Final = re.compile(r"(?:\r\n|\r|\n)[ \t]*\Z")
_BEGINS_WITH_BREAK: Final = re.compile(r"[ \t]*[\r\n]")

Span = tuple[int, int]
Script = list[int | str]
"""A list as it is to be: numbers stand for items that are there, strings for new ones."""


class Slot(NamedTuple):
    """Where a field's value stands: `text[start:end]`; `items` are a list's, None where it is no list."""

    start: int
    end: int
    items: list[Span] | None


class _Cell(NamedTuple):
    """An item with what is written around it; `after` is what follows its comma on the same line."""

    lead: str
    body: str
    before_comma: str
    after: str


class _Left(NamedTuple):
    """Comments that stay although their item goes, and the line break that must end them."""

    text: str
    line_break: str


def align(current: Sequence[str | None], wanted: Sequence[str]) -> Script:
    """How to get from the items that are there to those wanted; items without a text stay.

    What stays keeps its place; an item that would have to move back is removed and written anew.
    """
    places: dict[str, deque[int]] = defaultdict(deque)
    for number, text in enumerate(current):
        if text is not None:
            places[text].append(number)
    script: Script = []
    at = 0
    for text in wanted:
        waiting = places[text]
        while waiting and waiting[0] < at:
            waiting.popleft()
        found = waiting.popleft() if waiting else None
        until = found if found is not None else _skip_textless(current, at)
        script.extend(number for number in range(at, until) if current[number] is None)
        script.append(text if found is None else found)
        at = until if found is None else found + 1
    script.extend(number for number in range(at, len(current)) if current[number] is None)
    return script


def _skip_textless(current: Sequence[str | None], at: int) -> int:
    while at < len(current) and current[at] is None:
        at += 1
    return at


def edit_bracketed(text: str, slot: Slot, script: Script, render: Callable[[str], str]) -> str:
    """The list in `slot`, brackets included, as the script wants it; `render` writes a new item."""
    if not slot.items:
        added = ", ".join(render(entry) for entry in script if isinstance(entry, str))
        return f"[{added}{text[slot.start + 1 : slot.end]}"
    cells, tail, ends_in_comma = _split(text, slot.start + 1, slot.end - 1, slot.items)
    rendered, left = _arrange(cells, script, render)
    commas = [","] * (len(rendered) - 1) + ["," if ends_in_comma else ""]
    parts = [
        cell.lead + cell.body + cell.before_comma + comma + cell.after
        for cell, comma in zip(rendered, commas, strict=False)
    ]
    return f"[{''.join(parts)}{_join(left, tail)}]"


def _split(text: str, start: int, end: int, items: list[Span]) -> tuple[list[_Cell], str, bool]:
    cells: list[_Cell] = []
    at, comma = start, None
    for number, (begin, stop) in enumerate(items):
        until = items[number + 1][0] if number + 1 < len(items) else end
        comma = _find_comma(text, stop, until)
        behind = stop if comma is None else comma + 1
        found = _BREAK.search(text, behind, until)
        rest = found.start() if found else behind
        cells.append(_Cell(text[at:begin], text[begin:stop], text[stop : comma or stop], text[behind:rest]))
        at = rest
    return cells, text[at:end], comma is not None


def _find_comma(text: str, at: int, end: int) -> int | None:
    while at < end:
        if text[at] == ",":
            return at
        if text[at] == "#":
            found = _BREAK.search(text, at, end)
            at = found.start() if found else end
        else:
            at += 1
    return None


def _arrange(cells: list[_Cell], script: Script, render: Callable[[str], str]) -> tuple[list[_Cell], _Left]:
    rendered: list[_Cell] = []
    usual = _find_usual_lead(cells)
    left, at = _Left("", "\n"), 0
    for entry in script:
        if isinstance(entry, str):
            lead = usual if rendered else _blank(cells[0].lead)
            cell = _Cell(_join(left, lead), render(entry), "", "")
        else:
            for number in range(at, entry):
                left = _drop(left, cells[number], is_first=number == 0)
            at = entry + 1
            cell = cells[entry]._replace(lead=_lead_in(cells, entry, left, usual, is_first=not rendered))
        if rendered and "#" in rendered[-1].after and not _BEGINS_WITH_BREAK.match(cell.lead):
            cell = cell._replace(lead=_find_break(cells))
        rendered.append(cell)
        left = _Left("", "\n")
    for number in range(at, len(cells)):
        left = _drop(left, cells[number], is_first=number == 0)
    return rendered, left


def _lead_in(cells: list[_Cell], number: int, left: _Left, usual: str, *, is_first: bool) -> str:
    """What stands before an item that stays, at its new place."""
    lead = cells[number].lead
    if left.text:
        return _join(left, lead)
    if is_first and number > 0 and "#" not in lead:
        return _blank(cells[0].lead)
    if not is_first and number == 0 and not lead:
        return usual
    return lead


def _drop(left: _Left, cell: _Cell, *, is_first: bool) -> _Left:
    """What stays of an item that goes: comments on lines of their own, and behind several items."""
    found = _LAST_BREAK.search(cell.lead)
    kept = cell.lead[: found.start()] if found and "#" in cell.lead else ""
    if found is None and not is_first and "#" in cell.after:
        kept += cell.after
    return _Left(left.text + kept, found[0] if found else left.line_break) if kept else left


def _join(left: _Left, lead: str) -> str:
    if not left.text or _BEGINS_WITH_BREAK.match(lead):
        return left.text + lead
    return left.text + left.line_break + lead.lstrip(" \t")


def _find_usual_lead(cells: list[_Cell]) -> str:
    """What stands before an item that is not the first, as this list has it."""
    lead = _blank(cells[-1].lead)
    return lead if len(cells) > 1 or _BREAK.search(lead) else " "


def _find_break(cells: list[_Cell]) -> str:
    broken = [found[0] for cell in cells if (found := _LAST_BREAK.search(cell.lead))]
    return broken[-1] if broken else "\n"


def _blank(lead: str) -> str:
    found = _LAST_BREAK.search(lead)
    return found[0] if found else "".join(character for character in lead if character in " \t")
