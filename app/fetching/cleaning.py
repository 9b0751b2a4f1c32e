"""Owns a page without what its readers do not see, in the few plain elements that an extractor needs.

The extractor goes by structure and knows next to nothing of styles: what is hidden must be gone
before it looks, and what it looks at must be small enough for it. It takes time that grows with the
square of how many elements stand side by side.
"""

import re
from collections import Counter
from typing import Final, NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from app.parsing.characters import mend
from app.parsing.html_page import read_attributes
from app.parsing.html_source import mark_offsets, remove_marks
from app.parsing.html_stylesheets import find_hiding_names, is_named
from app.parsing.html_text import NO_TEXT
from app.parsing.html_visibility import Ink, hand_down, is_hidden
from app.parsing.tracing import trace_whole

MAX_ELEMENTS: Final = 20_000
MAX_SIDE_BY_SIDE: Final = 3_000
MAX_DEPTH: Final = 200
"""The extractor's parser drops what lies deeper than 256."""
MAX_CHARACTERS: Final = 2_000_000
_STYLED: Final = frozenset({"style", "color", "bgcolor", "class"})
_LINK: Final = re.compile(r"<(/?)x-a(?=[\s>])")
"""A link under the name that our own reader gives it; how much of a block is links tells an article from a menu."""


class CleanPage(NamedTuple):
    """A page's HTML as its readers see it, and the title that it bears.

    `is_small`: small and flat enough to be looked through in bounded time, and wholly.
    """

    html: str
    title: str
    is_small: bool


class _Cleaning:
    """One walk over a tree: what it has to take out, and how much there is."""

    def __init__(self, hiding_names: frozenset[str]) -> None:
        self.hiding_names = hiding_names
        self.unseen: list[LexborNode] = []
        self.foreign: set[str] = set()
        self.elements = 0
        self.depth = 0
        self.children: Counter[int] = Counter()


def clean(html: str) -> CleanPage:
    """The page without scripts, comments and what styles hide.

    Raises:
        BadArticle: elements are nested too deeply to be read in bounded time.
    """
    mended, _, _ = mend(trace_whole(html))
    marked = mark_offsets(mended.text)
    tree = LexborHTMLParser(remove_marks(marked.html))
    cleaning = _Cleaning(find_hiding_names(marked.styles))
    if tree.body is not None:
        _walk(cleaning, tree.body)
    for node in cleaning.unseen:
        node.decompose()
    if cleaning.foreign:
        tree.unwrap_tags(sorted(cleaning.foreign))
    cleaned = _LINK.sub(r"<\1a", tree.html or "")
    return CleanPage(cleaned, " ".join(marked.title.split()), _is_small(cleaning, cleaned))


def _is_small(cleaning: _Cleaning, cleaned: str) -> bool:
    return (
        cleaning.elements <= MAX_ELEMENTS
        and max(cleaning.children.values(), default=0) <= MAX_SIDE_BY_SIDE
        and cleaning.depth <= MAX_DEPTH
        and len(cleaned) <= MAX_CHARACTERS
    )


def _walk(cleaning: _Cleaning, root: LexborNode) -> None:
    """Iterative: pages nest deeper than Python's stack."""
    pending: list[tuple[LexborNode | None, Ink, int]] = [(root, Ink(), 1)]
    while pending:
        node, ink, depth = pending.pop()
        if node is None:
            continue
        if node.mem_id != root.mem_id:
            pending.append((node.next, ink, depth))
        if node.is_element_node:
            inside = _enter(cleaning, node, ink)
            if inside is not None:
                cleaning.depth = max(cleaning.depth, depth)
                pending.append((node.first_child, inside, depth + 1))
        elif ink.is_unseen:
            cleaning.unseen.append(node)


def _enter(cleaning: _Cleaning, node: LexborNode, ink: Ink) -> Ink | None:
    """The ink inside an element; None where nothing of it is seen."""
    name = node.tag or ""
    attributes = read_attributes(node)
    if name in NO_TEXT or is_hidden(name, attributes) or is_named(attributes, cleaning.hiding_names):
        cleaning.unseen.append(node)
        return None
    cleaning.elements += 1
    if node.parent is not None:
        cleaning.children[node.parent.mem_id] += 1
    if name.startswith("x-") and name != "x-a":
        cleaning.foreign.add(name)
    return hand_down(ink, attributes) if _STYLED & attributes.keys() else ink
