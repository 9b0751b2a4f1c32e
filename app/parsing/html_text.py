"""Owns HTML to visible text: the walk over the tree, by what a browser would show."""

import re
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from app.domain.article import Removed
from app.parsing import html_page
from app.parsing.html_source import mark_offsets, read_offsets
from app.parsing.html_stylesheets import find_hiding_names, is_named
from app.parsing.html_visibility import Attributes, Ink, hand_down, is_hidden
from app.parsing.tracing import Fragment, Traced, assemble, compose
from app.parsing.visible import BLOCK, HEADING, LINE, Visible, lay_out

_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr html legend li listing main menu nav ol optgroup option "
    "p pre search section summary table tbody td tfoot th thead tr ul x-plaintext x-xmp".split()
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_PREFORMATTED = frozenset({"pre", "listing", "x-xmp", "x-plaintext"})
NO_TEXT = frozenset(
    "annotation applet audio base canvas embed head img meter object progress rp rt template video".split()
)
"""Elements of which nothing is text that readers see."""
_STYLED = ("style", "color", "bgcolor", "class")


class _State(NamedTuple):
    """What holds inside an element."""

    ink: Ink = Ink()
    mark: str = BLOCK
    preformatted: bool = False


class _Walk:
    """One walk over a tree: what it collects."""

    def __init__(self, chrome: frozenset[int], hiding_names: frozenset[str]) -> None:
        self.chrome = chrome
        self.hiding_names = hiding_names
        self.fragments: list[Fragment] = [(BLOCK, -1)]
        self.hidden = 0


def read_html(source: Traced, *, whole_page: bool | None = None) -> Visible:
    """The visible text of a fragment or page.

    Of a whole page (None: judged by its own tags) only the main content is read. What readers do not see
    is left out: hidden elements, comments, scripts, the values of controls, alternative texts.

    Raises:
        BadArticle: elements are nested too deeply to be read in bounded time.
    """
    marked = mark_offsets(source.text)
    tree = LexborHTMLParser(marked.html)
    if whole_page is None:
        whole_page = html_page.is_whole_page(source.text)
    root, chrome = html_page.find_content(tree) if whole_page else (tree.body, frozenset())
    walk = _Walk(chrome, find_hiding_names(marked.styles))
    if root is not None:
        _walk(walk, root)
    traced = assemble(walk.fragments, source.text)
    traced = Traced(traced.text, compose(traced.stretches, source.stretches))
    laid_out, blocks, removed, warnings = lay_out(traced)
    if whole_page and not blocks:
        return read_html(source, whole_page=False)
    removed = Removed(
        invisible_characters=removed.invisible_characters, hidden_elements=walk.hidden, comments=marked.comments
    )
    title = html_page.choose_title(marked.title, tuple(laid_out.text[b.start : b.end] for b in blocks if b.heading))
    return Visible(laid_out, blocks, title, removed, warnings)


def _walk(walk: _Walk, root: LexborNode) -> None:
    """Iterative: pages nest deeper than Python's stack. A string on the stack closes an element."""
    pending: list[tuple[LexborNode | None, _State] | str] = [(root, _State())]
    while pending:
        step = pending.pop()
        if isinstance(step, str):
            walk.fragments.append((step, -1))
            continue
        node, state = step
        if node is None:
            continue
        if node.mem_id != root.mem_id:
            pending.append((node.next, state))
        if node.is_text_node:
            _add_text(walk, node.text_content or "", state)
        elif node.is_element_node:
            _enter(walk, node, state, pending)


def _enter(walk: _Walk, node: LexborNode, state: _State, pending: list[tuple[LexborNode | None, _State] | str]) -> None:
    name = node.tag or ""
    if name == "br":
        walk.fragments.append((LINE, -1))
        return
    if name in NO_TEXT or (walk.chrome and node.mem_id in walk.chrome):
        return
    attributes = html_page.read_attributes(node)
    if is_hidden(name, attributes) or is_named(attributes, walk.hiding_names):
        walk.hidden += 1
        return
    inside = _get_state(name, attributes, state)
    walk.hidden += inside.ink.is_unseen and not state.ink.is_unseen
    if name in _BLOCKS:
        walk.fragments.append((inside.mark, -1))
        pending.append(state.mark)
    if node.first_child is not None:
        pending.append((node.first_child, inside))


def _get_state(name: str, attributes: Attributes, state: _State) -> _State:
    heading = name in _HEADINGS or attributes.get("role") == "heading"
    styled = any(key in attributes for key in _STYLED)
    return _State(
        ink=hand_down(state.ink, attributes) if styled else state.ink,
        mark=HEADING if heading else state.mark,
        preformatted=state.preformatted or name in _PREFORMATTED,
    )


def _add_text(walk: _Walk, text: str, state: _State) -> None:
    if state.ink.is_unseen:
        return
    for fragment, at in read_offsets(text):
        if not state.preformatted or "\n" not in fragment:
            walk.fragments.append((fragment, at))
            continue
        for line in re.finditer(r"[^\n]+|\n", fragment):
            walk.fragments.append((LINE, -1) if line[0] == "\n" else (line[0], at + line.start() if at >= 0 else -1))
