"""Owns the writing of rich text trees as HTML fragments: everything escaped, in bounded depth and size.

Whoever knows a form of rich text says what one node is; nodes that it does not know keep their text.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from pydantic import JsonValue

from app.errors import BadArticle
from app.parsing.characters import mend
from app.parsing.html_text import read_html
from app.parsing.markdown_text import read_markdown
from app.parsing.tracing import trace_whole
from app.parsing.visible import Visible

MAX_NODES = 100_000
"""No article has as many; a hostile one shall not take the time."""

MAX_FOREIGN = 200
"""Nodes that hold HTML or Markdown, each of which is read by itself."""

MAX_DEPTH = 100
"""Elements below it are left out, and their text is kept."""

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\n": "<br>"})

Node = dict[str, JsonValue]


class Piece(NamedTuple):
    """What one node is: an element (None: none of its own) around its own text and then its children.

    `html` is a finished fragment between the two, from `write_html` or `write_markdown`; None where there is none.
    """

    element: str | None = None
    text: str = ""
    children: Sequence[JsonValue] = ()
    html: str | None = None


def write_tree(root: JsonValue, read_node: Callable[[Node], Piece]) -> str:
    """The tree as an HTML fragment; iterative, since a tree may be deeper than Python's stack.

    Raises:
        BadArticle: there are more than `MAX_NODES` nodes, or `MAX_FOREIGN` that hold HTML or Markdown.
    """
    parts: list[str] = []
    pending: list[tuple[JsonValue, int] | str] = [(root, 0)]
    nodes, foreign = 1, 0
    while pending:
        step = pending.pop()
        if isinstance(step, str):
            parts.append(step)
            continue
        value, depth = step
        if isinstance(value, str):
            parts.append(f"<p>{escape(value)}</p>")
            continue
        inner: Sequence[JsonValue] = value if isinstance(value, list) else ()
        if isinstance(value, dict):
            piece = read_node(value)
            opening, closing = _name_tags(piece.element, depth)
            parts += (opening, escape(piece.text), piece.html or "")
            pending.append(closing)
            inner = piece.children
            foreign += piece.html is not None
        nodes += len(inner)
        _refuse_excess(nodes, foreign)
        pending.extend((part, depth + 1) for part in reversed(inner))
    return "".join(parts)


def _refuse_excess(nodes: int, foreign: int) -> None:
    if nodes > MAX_NODES:
        raise BadArticle(f"The rich text has more than {MAX_NODES:,} nodes. Submit a shorter part of it.")
    if foreign > MAX_FOREIGN:
        raise BadArticle(f"The rich text has more than {MAX_FOREIGN} nodes of HTML or Markdown. Send it as HTML.")


def _name_tags(element: str | None, depth: int) -> tuple[str, str]:
    if element is None:
        return "", ""
    if depth > MAX_DEPTH:
        return " ", " "
    return f"<{element}>", "" if element in {"br", "hr"} else f"</{element}>"


def escape(text: str) -> str:
    """Text as it stands in an element, its lines kept."""
    return text.translate(_ESCAPES)


def write_html(html: str) -> str:
    """What a reader sees of HTML that stands inside another form: whatever is left open in it cannot swallow the rest.

    Raises:
        BadArticle: it is nested too deeply to be read in bounded time.
    """
    return _write_visible(read_html(mend(trace_whole(html))[0], whole_page=False))


def write_markdown(markdown: str) -> str:
    """What a reader sees of Markdown that stands inside another form.

    Raises:
        BadArticle: HTML in it is nested too deeply to be read in bounded time.
    """
    return _write_visible(read_markdown(mend(trace_whole(markdown))[0]))


def _write_visible(visible: Visible) -> str:
    text = visible.traced.text
    elements = (("h2" if block.heading else "p", text[block.start : block.end]) for block in visible.blocks)
    return "".join(f"<{element}>{escape(content)}</{element}>" for element, content in elements)


def get_text(node: Node, *names: str) -> str:
    """The first of these that is text, or ""."""
    return next((value for name in names if isinstance(value := node.get(name), str)), "")


def get_list(node: Node, name: str) -> Sequence[JsonValue]:
    """The items of a list in the node, none where there is no list."""
    value = node.get(name)
    return value if isinstance(value, list) else ()


def name_heading(level: JsonValue) -> str:
    """The heading element of a level, 1 to 6; 2 where it tells none."""
    known = isinstance(level, int) and not isinstance(level, bool) and 1 <= level <= 6
    return f"h{level}" if known else "h2"
