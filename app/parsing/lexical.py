"""Owns Lexical's state to an HTML fragment, Ghost's cards among its nodes."""

import json
from collections.abc import Callable

from pydantic import JsonValue

from app.errors import BadArticle
from app.parsing.fragments import Node, Piece, get_list, get_text, name_heading, write_html, write_markdown, write_tree

_ELEMENTS = {
    "root": None,
    "paragraph": "p",
    "listitem": "li",
    "quote": "blockquote",
    "extended-quote": "blockquote",
    "aside": "blockquote",
    "code": "pre",
    "linebreak": "br",
    "horizontalrule": "hr",
    "table": "table",
    "tablerow": "tr",
    "tablecell": "td",
    "link": None,
    "autolink": None,
    "mark": None,
    "overflow": None,
    "text": None,
    "extended-text": None,
    "code-highlight": None,
    "tab": None,
}


def read_lexical(state: JsonValue) -> str:
    """The state, as an object or as the JSON text of one, escaped.

    Raises:
        BadArticle: the text is not JSON, or there are too many nodes.
    """
    if isinstance(state, str):
        state = _parse(state)
    if isinstance(state, dict) and "root" in state:
        state = state["root"]
    return write_tree(state, _read_node)


def _parse(text: str) -> JsonValue:
    try:
        state: JsonValue = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadArticle("The Lexical state is no JSON, or too deep. Send it as the editor keeps it.") from error
    return state


def _read_node(node: Node) -> Piece:
    kind = get_text(node, "type")
    if kind in _CARDS:
        return _CARDS[kind](node)
    children = get_list(node, "children")
    return Piece(_name_element(node, kind, has_children=bool(children)), get_text(node, "text"), children)


def _name_element(node: Node, kind: str, *, has_children: bool) -> str | None:
    if kind in {"heading", "extended-heading"}:
        level = get_text(node, "tag").removeprefix("h")
        return name_heading(int(level) if level in set("123456") else None)
    if kind == "list":
        return "ol" if node.get("listType") == "number" else "ul"
    return _ELEMENTS.get(kind, "div" if has_children else None)


def _read_toggle(node: Node) -> Piece:
    return Piece("div", html=write_html(get_text(node, "heading")) + write_html(get_text(node, "content")))


_CARDS: dict[str, Callable[[Node], Piece]] = {
    "markdown": lambda node: Piece(html=write_markdown(get_text(node, "markdown"))),
    "html": lambda node: Piece(html=write_html(get_text(node, "html"))),
    "codeblock": lambda node: Piece("pre", get_text(node, "code")),
    "callout": lambda node: Piece("div", html=write_html(get_text(node, "calloutText"))),
    "toggle": _read_toggle,
    "image": lambda node: Piece(html=write_html(get_text(node, "caption"))),
}
