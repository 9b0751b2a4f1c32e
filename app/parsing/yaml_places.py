"""Owns where the fields of a YAML mapping stand in its text."""

from typing import NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.events import (
    CollectionEndEvent,
    CollectionStartEvent,
    Event,
    ScalarEvent,
    SequenceStartEvent,
)

from app.parsing.bracket_edit import Span


class YamlField(NamedTuple):
    """A top-level field. `items` are those of a list of scalars, else None; `styles` are their quotes.

    The key stands from `key_start` to `behind_key`; a value that is not written has no place of its own.
    `style` is the parser's for a scalar (a quote, "|", ">", None for plain), "[" for a list in
    brackets, "-" for one in lines and "{" for what holds anything but scalars.
    """

    key: str
    key_start: int
    behind_key: int
    start: int
    end: int
    style: str | None
    items: list[Span] | None
    styles: list[str | None]
    tagged: bool


class YamlPlaces(NamedTuple):
    """The fields of the outermost mapping, the column it stands in, whether it is in braces."""

    fields: list[YamlField]
    column: int
    in_braces: bool


class _Reading:
    """Takes parser events in order and keeps what concerns the outermost mapping."""

    def __init__(self) -> None:
        self.fields: list[YamlField] = []
        self.column = 0
        self.in_braces = False
        self._depth = 0
        self._key: ScalarEvent | None = None

    def take(self, event: Event) -> None:
        if isinstance(event, CollectionEndEvent):
            self._depth -= 1
            if self._depth == 1:
                self.fields[-1] = self.fields[-1]._replace(end=event.end_mark.index)
        elif isinstance(event, CollectionStartEvent):
            self._enter(event)
            self._depth += 1
        elif isinstance(event, ScalarEvent):
            self._take_scalar(event)

    def _enter(self, event: CollectionStartEvent) -> None:
        if self._depth == 0:
            self.column, self.in_braces = event.start_mark.column, bool(event.flow_style)
        elif self._depth == 1:
            is_list = isinstance(event, SequenceStartEvent)
            style = "{" if not is_list else "[" if event.flow_style else "-"
            self._add(event, style, [] if is_list else None)
        elif self._depth == 2:
            # A list of lists or mappings: its items are not words.
            self.fields[-1] = self.fields[-1]._replace(style="{", items=None)

    def _take_scalar(self, event: ScalarEvent) -> None:
        if self._depth == 1 and self._key is None:
            self._key = event
        elif self._depth == 1:
            self._add(event, event.style, None)
        elif self._depth == 2 and (items := self.fields[-1].items) is not None:
            items.append((event.start_mark.index, event.end_mark.index))
            self.fields[-1].styles.append(event.style)

    def _add(self, event: ScalarEvent | CollectionStartEvent, style: str | None, items: list[Span] | None) -> None:
        start, end = event.start_mark.index, event.end_mark.index
        key = self._key or event
        field = YamlField(
            key=self._key.value if self._key else "",
            key_start=key.start_mark.index,
            behind_key=key.end_mark.index,
            start=start,
            end=end,
            style=style,
            items=items,
            styles=[],
            tagged=event.tag is not None,
        )
        self.fields.append(field)
        self._key = None


def find_yaml_places(text: str) -> YamlPlaces:
    """Where the fields stand in `text`, one that `app.parsing.yaml_reading.read_yaml` has read as a mapping."""
    reading = _Reading()
    for event in YAML(typ="safe", pure=True).parse(text):
        reading.take(event)
    return YamlPlaces(reading.fields, reading.column, reading.in_braces)
