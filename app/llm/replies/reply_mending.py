"""Owns mending the fields of an answer: what is plainly meant is read, what is not is left out and told."""

import re
from collections.abc import Iterator
from typing import Final

from pydantic import JsonValue

from app.llm.replies.reply_text import clean

MAX_SENTENCES: Final = 50
"""Sentence numbers read per check; what shows something is shown by few."""
MAX_NUMBER: Final = 1_000_000
MAX_LIST: Final = 2_000
_MAX_TEXT: Final = 2_000
_MAX_DIGITS_TEXT: Final = 1_000
_LONGEST_RANGE: Final = 20
_TOLD: Final = 4

_NUMBERS: Final = re.compile(r"(?<![\d.-])(\d+)(?:\s?[-–]\s?(\d+))?")


class Faults:
    """What was wrong with one answer, in order, each once; the first few are told and the others counted."""

    def __init__(self) -> None:
        self._noted: dict[str, None] = {}

    def note(self, fault: str) -> None:
        """Add a fault, as a sentence."""
        self._noted[fault] = None

    def tell(self) -> str | None:
        """All of them as a short text, None where there are none."""
        if not self._noted:
            return None
        told = list(self._noted)[:_TOLD]
        more = len(self._noted) - len(told)
        return " ".join([*told, *([f"And {more} more."] if more else [])])


def quote(text: object) -> str:
    """A value of the model's for use in a fault: short, on one line, in quotes."""
    return repr(text if isinstance(text, str) and len(text) <= 80 else str(text)[:80])


def mend_text(value: JsonValue) -> str:
    """Text; a number as its digits, the first text of a list, "" for anything else."""
    if isinstance(value, list):
        value = next((item for item in value if isinstance(item, str)), None)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return clean(str(value)[:_MAX_TEXT]).strip()


def mend_list(value: JsonValue, what: str, faults: Faults) -> list[JsonValue]:
    """A list; a single thing as a list of it, nothing for null."""
    if value is None:
        return []
    items: list[JsonValue] = value if isinstance(value, list) else [value]
    if len(items) > MAX_LIST:
        faults.note(f"{what} has {len(items)} members; only the first {MAX_LIST} were read.")
    return items[:MAX_LIST]


def mend_numbers(value: JsonValue, what: str, faults: Faults) -> tuple[int, ...]:
    """Sentence numbers in order, each once: from a text ("3, 7-9"), a list, or a number.

    What cannot be the number of a sentence is left out and told.
    """
    items = value if isinstance(value, list) else [value]
    numbers: dict[int, None] = {}
    for item in items[:MAX_LIST]:
        for number in _read_numbers(item):
            if 1 <= number <= MAX_NUMBER:
                numbers[number] = None
            else:
                faults.note(f"{what} points to a sentence that cannot be: {str(number)[:20]}.")
    return tuple(numbers)[:MAX_SENTENCES]


def _read_numbers(item: JsonValue) -> Iterator[int]:
    if isinstance(item, bool):
        return
    if isinstance(item, int):
        yield item
    elif isinstance(item, float):
        yield int(item) if item.is_integer() else 0
    elif isinstance(item, str):
        for match in _NUMBERS.finditer(item[:_MAX_DIGITS_TEXT]):
            first = int(match[1])
            last = int(match[2]) if match[2] else first
            yield from range(first, last + 1) if first <= last <= first + _LONGEST_RANGE else (first, last)
