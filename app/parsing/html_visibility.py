"""Owns what hides an element of a page from its readers.

Judged from the element itself: its attributes, its inline style, and class names that style sheets
everywhere use for hiding.
"""

import re
from typing import NamedTuple

_DECLARATION = re.compile(r"(?:^|;)\s*([a-z-]+)\s*:([^;]*)")
_NUMBER = re.compile(r"(-?\d*\.?\d+)\s*(px|pt|em|rem|ex|ch|vw|vh|cm|mm|in|%)?$")
_LENGTH = re.compile(r"(-?\d*\.?\d+)(px|pt|em|rem|ex|ch|vw|vh|cm|mm|in|%)?")
_FAR_AWAY = {
    "em": -40,
    "rem": -40,
    "ex": -80,
    "ch": -80,
    "vw": -90,
    "vh": -90,
    "%": -90,
    "cm": -20,
    "mm": -200,
    "in": -9,
}
_FAR_AWAY_PX = -500
_SCALED_AWAY = re.compile(r"scale[xy]?\(\s*0(?:\.0*)?\s*[,)]")

_HIDING_CLASSES = frozenset(
    "sr-only visually-hidden visuallyhidden screen-reader-text screen-reader-only element-invisible "
    "usa-sr-only u-hidden is-hidden d-none display-none hidden-text".split()
)
_DECORATION = frozenset("x-i x-b x-a x-em span img button".split())

_NAMED_COLOURS = {
    "white": (255, 255, 255), "black": (0, 0, 0), "red": (255, 0, 0), "green": (0, 128, 0), "blue": (0, 0, 255),
    "yellow": (255, 255, 0), "gray": (128, 128, 128), "grey": (128, 128, 128), "silver": (192, 192, 192),
    "whitesmoke": (245, 245, 245), "snow": (255, 250, 250), "ivory": (255, 255, 240), "navy": (0, 0, 128),
}  # fmt: skip
_HEX_COLOUR = re.compile(r"#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$")
_FUNCTION_COLOUR = re.compile(r"rgba?\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)\s*(?:[,/]\s*([\d.]+)(%?))?\s*\)$")
_PAGE = (255, 255, 255)

Colour = tuple[int, int, int]
Attributes = dict[str, str | None]


class Ink(NamedTuple):
    """What an element hands down to those inside it.

    `paper` is the background colour set inline by it or an ancestor, None where a style sheet may have set
    one; letters are unseen where `ink` equals it, or where `tiny`.
    """

    ink: Colour | None = None
    paper: Colour | None = _PAGE
    tiny: bool = False

    @property
    def is_unseen(self) -> bool:
        """Whether letters written with it cannot be seen."""
        return self.tiny or (self.ink is not None and self.ink == self.paper)


def is_hidden(name: str, attributes: Attributes) -> bool:
    """Whether the element, with all that is in it, takes no part in the visible page."""
    if "hidden" in attributes:
        return True
    if name == "input":
        return (attributes.get("type") or "").strip().lower() == "hidden"
    if name == "dialog" and "open" not in attributes:
        return True
    if (attributes.get("aria-hidden") or "").strip().lower() == "true" and name in _DECORATION:
        return True
    classes = attributes.get("class")
    if classes and not _HIDING_CLASSES.isdisjoint(classes.lower().split()) and not _comes_back(classes.lower()):
        return True
    style = attributes.get("style")
    return bool(style) and is_hiding(read_style(style or ""))


def hand_down(ink: Ink, attributes: Attributes) -> Ink:
    """The ink inside an element, given the ink around it."""
    style = read_style(attributes.get("style") or "")
    written, paper, tiny = ink
    background = style.get("background-color") or style.get("background") or attributes.get("bgcolor")
    if background:
        paper = _read_colour(background)
    elif attributes.get("class") and paper == _PAGE:
        paper = None
    colour = style.get("color") or attributes.get("color")
    if colour:
        written = _read_colour(colour)
    size = style.get("font-size") or _get_size_in_font(style.get("font"))
    if size:
        tiny = _is_tiny(size, tiny=tiny)
    if _is_transparent(colour):
        return Ink(paper, paper, tiny) if paper else Ink(_PAGE, _PAGE, tiny)
    return Ink(written, paper, tiny)


def read_style(style: str) -> dict[str, str]:
    """The declarations of a style attribute, in lower case; the last of a name counts, as in browsers."""
    bare = re.sub(r"/\*.*?(?:\*/|$)", " ", style, flags=re.DOTALL).lower().replace("!important", "")
    return {match[1]: match[2].strip() for match in _DECLARATION.finditer(bare)}


def _comes_back(classes: str) -> bool:
    """Whether a class shows the element again on wider screens, as responsive style sheets do."""
    return any(part.startswith(("d-", "show", "visible")) and part != "d-none" for part in classes.split())


def is_hiding(style: dict[str, str]) -> bool:
    """Whether these declarations take an element out of sight."""
    return (
        style.get("display") == "none"
        or style.get("content-visibility") == "hidden"
        or style.get("visibility") in {"hidden", "collapse"}
        or _is_nothing(style.get("opacity"), below=0.05)
        or "opacity(0)" in style.get("filter", "")
        or _SCALED_AWAY.search(style.get("transform", "")) is not None
        or _is_clipped(style)
        or _is_off_screen(style)
    )


def _is_clipped(style: dict[str, str]) -> bool:
    clip = style.get("clip", "").replace(" ", "").replace("px", "")
    if clip.startswith(("rect(0,0,0,0", "rect(1,1,1,1", "rect(0000", "rect(1111")):
        return True
    if style.get("clip-path", "").replace(" ", "").startswith(("inset(50%", "inset(100%", "circle(0")):
        return True
    sides = (style.get(side) or style.get(f"max-{side}") for side in ("width", "height"))
    small = any(_is_nothing(side, below=1.01) for side in sides)
    return small and style.get("overflow", style.get("overflow-x", "")) in {"hidden", "clip"}


def _is_off_screen(style: dict[str, str]) -> bool:
    if _is_far_away(style.get("text-indent")):
        return True
    if any(_is_far_away(style.get(side)) for side in ("margin-left", "margin-top", "margin-right")):
        return True
    if any(_is_far_away(length[0]) for length in _LENGTH.finditer(style.get("transform", ""))):
        return True
    placed = style.get("position") in {"absolute", "fixed", "relative"}
    return placed and any(_is_far_away(style.get(side)) for side in ("left", "top", "right", "bottom"))


def _is_far_away(length: str | None) -> bool:
    match = _NUMBER.match(length) if length else None
    return match is not None and float(match[1]) <= _FAR_AWAY.get(match[2] or "px", _FAR_AWAY_PX)


def _is_nothing(length: str | None, *, below: float) -> bool:
    match = _NUMBER.match(length) if length else None
    return match is not None and float(match[1]) < below


def _is_tiny(size: str, *, tiny: bool) -> bool:
    match = _NUMBER.match(size)
    if match is None:
        return tiny and size in {"inherit", "smaller", "larger"}
    value, unit = float(match[1]), match[2] or "px"
    if unit in {"em", "%", "ex", "ch"}:
        return tiny or value < {"%": 10.0}.get(unit, 0.1)
    return value < 1.5 if unit in {"px", "pt"} else value < 0.1


def _get_size_in_font(font: str | None) -> str | None:
    match = _LENGTH.search(font.replace("/", " ")) if font else None
    return match[0] if match and match[2] else None


def _is_transparent(colour: str | None) -> bool:
    if colour is None:
        return False
    match = _FUNCTION_COLOUR.match(colour)
    if match and match[4] is not None:
        return float(match[4]) / (100 if match[5] else 1) < 0.05
    hexed = _HEX_COLOUR.match(colour)
    return colour == "transparent" or bool(
        hexed and len(hexed[1]) in {4, 8} and set(hexed[1][-(len(hexed[1]) // 4) :]) == {"0"}
    )


def _read_colour(value: str) -> Colour | None:
    value = value.strip().lower()
    if value in _NAMED_COLOURS:
        return _NAMED_COLOURS[value]
    match = _HEX_COLOUR.match(value)
    if match:
        digits = match[1] if len(match[1]) >= 6 else "".join(digit * 2 for digit in match[1])
        return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)
    function = _FUNCTION_COLOUR.match(value)
    if function:
        return int(function[1]), int(function[2]), int(function[3])
    return None
