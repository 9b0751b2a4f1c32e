"""Owns Portable Text to an HTML fragment."""

from itertools import groupby
from typing import Final

from pydantic import JsonValue

from app.parsing.fragments import Node, Piece, get_list, get_text, write_tree

_LIST: Final = "scopenote.list"
"""Items of a list lie beside other blocks; those in a row are put into one of these."""

_STYLES = {"blockquote": "blockquote"} | {f"h{level}": f"h{level}" for level in range(1, 7)}
_OWN_TEXT = ("text", "code", "quote", "caption", "title", "heading")
_NESTED = ("children", "body", "content", "blocks", "items", "rows", "cells")


def read_portable_text(blocks: JsonValue) -> str:
    """The blocks, escaped; of blocks that a site has made up, the text in fields with usual names.

    Raises:
        BadArticle: there are too many nodes.
    """
    return write_tree(_gather_lists(blocks) if isinstance(blocks, list) else blocks, _read_node)


def _gather_lists(blocks: list[JsonValue]) -> list[JsonValue]:
    gathered: list[JsonValue] = []
    for kind, run in groupby(blocks, key=_name_list):
        items = list(run)
        gathered += [{"_type": _LIST, "listItem": kind, "items": items}] if kind else items
    return gathered


def _name_list(block: JsonValue) -> str:
    return get_text(block, "listItem") if isinstance(block, dict) else ""


def _read_node(node: Node) -> Piece:
    kind = get_text(node, "_type")
    if kind == _LIST:
        return Piece("ol" if node.get("listItem") == "number" else "ul", children=get_list(node, "items"))
    if kind == "span":
        return Piece(None, get_text(node, "text"))
    if kind == "block":
        element = "li" if get_text(node, "listItem") else _STYLES.get(get_text(node, "style"), "p")
        return Piece(element, children=get_list(node, "children"))
    nested = [child for name in _NESTED for child in get_list(node, name)]
    return Piece("div", "\n".join(text for name in _OWN_TEXT if (text := get_text(node, name))), nested)
