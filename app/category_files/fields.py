"""Owns the typed look at a definition's fields: the value that is meant, or where it is wrong."""

import re
from collections.abc import Mapping
from typing import Final, Self

from pydantic import JsonValue

from app.errors import BadFile
from app.parsing.located import name_field, point

_LINE_END: Final = re.compile(r"\r\n?")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""What steers a terminal and is no text; line ends and tabs are."""


class Fields:
    """One mapping of a file, with the lines of its parts.

    Names are looked up as they are written here first, then without regard to case, as the
    site generators do. Empty values count as not given.
    """

    def __init__(
        self, values: Mapping[str, JsonValue], file: str, pointers: Mapping[str, int], pointer: str = ""
    ) -> None:
        self.file = file
        self._values = values
        self._pointers = pointers
        self._pointer = pointer
        self._by_folded = {name.casefold(): name for name in reversed(list(values))}

    def find_line(self, name: str = "") -> int | None:
        """The line of a field, or of the whole mapping where no name is given."""
        pointer = self._point(name) if name else self._pointer
        while pointer and pointer not in self._pointers:
            pointer = pointer.rpartition("/")[0]
        return self._pointers.get(pointer)

    def has(self, name: str) -> bool:
        """Whether the field holds anything."""
        return self._get(name) not in (None, "", [], {})

    def names(self) -> tuple[str, ...]:
        """The names of all fields, as written."""
        return tuple(self._values)

    def refuse(self, name: str, problem: str, remedy: str) -> BadFile:
        """The refusal of a field, with its place."""
        pointer = self._point(name) if name else self._pointer
        line = self.find_line(name)
        field = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", name_field(pointer) or "") or None
        return BadFile(self.file, problem, remedy, line=line, field=field)

    def refuse_unknown(self, known: tuple[str, ...]) -> None:
        """Refuse the first field whose name is not among `known`.

        Raises:
            BadFile: there is one; the text lists the known ones.
        """
        for name in self._values:
            if name not in known:
                raise self.refuse(name, "is not a known field", f"Use one of: {', '.join(known)}.")

    def get_text(self, name: str) -> str:
        """The text of a field, stripped; "" where there is none. Whole numbers count as text.

        Raises:
            BadFile: it is anything else, or holds a control character.
        """
        value = self._get(name)
        if value is None:
            return ""
        if isinstance(value, str):
            return self._refuse_controls(name, _LINE_END.sub("\n", value).strip())
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        remedy = "Put the text in quotes, or write a block text with `|-`."
        raise self.refuse(name, f"is {_describe(value)}, where a text is expected", remedy)

    def get_texts(self, name: str) -> tuple[str, ...]:
        """The texts of a list, stripped, without empty ones; a single text counts as a list of one.

        Raises:
            BadFile: it is neither, or an item is not a text.
        """
        value = self._get(name)
        if value is None or value == "":
            return ()
        if isinstance(value, str | int) and not isinstance(value, bool):
            return (self.get_text(name),)
        if not isinstance(value, list):
            raise self.refuse(
                name, f"is {_describe(value)}, where a list of texts is expected", "Write one `- text` a line."
            )
        items = Fields({str(at): item for at, item in enumerate(value)}, self.file, self._pointers, self._point(name))
        return tuple(text for at in range(len(value)) if (text := items.get_text(str(at))))

    def get_number(self, name: str) -> float | None:
        """A number from 0 to 1, or None where there is none.

        Raises:
            BadFile: it is anything else.
        """
        value = self._get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise self.refuse(
                name, f"is {_describe(value)}, where a number from 0 to 1 is expected", "Write 0.7, for example."
            )
        return float(value)

    def get_flag(self, name: str) -> bool:
        """A truth value that has to be there.

        Raises:
            BadFile: it is missing or anything else.
        """
        value = self._get(name)
        if isinstance(value, bool):
            return value
        raise self.refuse(name, f"is {_describe(value)}, where true or false is expected", "Write true or false.")

    def get_mapping(self, name: str) -> Self | None:
        """The fields under a field, or None where there are none.

        Raises:
            BadFile: it is not a mapping.
        """
        value = self._get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self.refuse(
                name, f"is {_describe(value)}, where fields are expected", "Indent `field: value` lines under it."
            )
        return type(self)(value, self.file, self._pointers, self._point(name))

    def get_mappings(self, name: str) -> tuple[Self, ...]:
        """The mappings in a list; none where there is none.

        Raises:
            BadFile: it is not a list, or an item is not a mapping.
        """
        value = self._get(name)
        if value is None:
            return ()
        if not isinstance(value, list):
            raise self.refuse(name, f"is {_describe(value)}, where a list is expected", "Begin each entry with `- `.")
        items = type(self)(
            {str(at): item for at, item in enumerate(value)}, self.file, self._pointers, self._point(name)
        )
        found = []
        for at in range(len(value)):
            item = items.get_mapping(str(at))
            if item is None:
                raise items.refuse(
                    str(at), "is empty, where fields are expected", "Write `field: value` lines, or remove it."
                )
            found.append(item)
        return tuple(found)

    def _refuse_controls(self, name: str, text: str) -> str:
        if found := _CONTROL.search(text):
            problem = f"holds the control character U+{ord(found[0]):04X}"
            raise self.refuse(name, problem, "Remove it: a text is made of letters, line ends and tabs.")
        return text

    def _get(self, name: str) -> JsonValue:
        return self._values.get(self._find_name(name))

    def _find_name(self, name: str) -> str:
        return name if name in self._values else self._by_folded.get(name.casefold(), name)

    def _point(self, name: str) -> str:
        return point(self._pointer, self._find_name(name))


def _describe(value: JsonValue) -> str:
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return f"the truth value {str(value).lower()}"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        return f"the text {value[:40]!r}"
    return "a list" if isinstance(value, list) else "a mapping"
