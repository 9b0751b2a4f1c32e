"""Owns which classes and ids a page's own style sheets hide.

Only plain rules count (`.name {...}`, `#name {...}`), outside @media and its like. A name that any rule shows
again is not hidden: that is how tabs and menus work.
"""

import re
from collections.abc import Iterable, Iterator

from app.parsing.html_visibility import Attributes, is_hiding, read_style

_BRACE = re.compile(r"[{}]")
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_NAME = re.compile(r"[.#][\w-]+")
_PLAIN = re.compile(r"(?:[a-z][a-z0-9]*|\*)?([.#][\w-]+)", re.IGNORECASE)
_SHOWING = frozenset({"display", "visibility", "opacity", "font-size", "position", "left", "clip", "clip-path"})


def find_hiding_names(sheets: Iterable[str]) -> frozenset[str]:
    """The names, with their leading "." or "#" and in lower case, whose elements readers do not see."""
    hidden: set[str] = set()
    shown: set[str] = set()
    for sheet in sheets:
        for selectors, declarations in _split_rules(_COMMENT.sub(" ", sheet)):
            style = read_style(declarations)
            if is_hiding(style):
                plain = (_PLAIN.fullmatch(selector.strip()) for selector in selectors.split(","))
                hidden.update(match[1].lower() for match in plain if match)
            elif _SHOWING & style.keys():
                shown.update(name.lower() for name in _NAME.findall(selectors))
    return frozenset(hidden - shown)


def is_named(attributes: Attributes, names: frozenset[str]) -> bool:
    """Whether an element has one of these names of classes and ids."""
    if not names:
        return False
    own = {f".{name}" for name in (attributes.get("class") or "").lower().split()}
    own.add(f"#{(attributes.get('id') or '').strip().lower()}")
    return not names.isdisjoint(own)


def _split_rules(sheet: str) -> Iterator[tuple[str, str]]:
    """Selectors and declarations of each rule on the outermost level."""
    depth = start = opened = 0
    for brace in _BRACE.finditer(sheet):
        if brace[0] == "{":
            depth += 1
            opened = brace.start() if depth == 1 else opened
        elif depth:
            depth -= 1
            if depth == 0:
                selectors = sheet[start:opened].rpartition(";")[2].strip()
                if not selectors.startswith("@"):
                    yield selectors, sheet[opened + 1 : brace.start()]
                start = brace.end()
