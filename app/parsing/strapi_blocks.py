"""Owns Strapi's Blocks to an HTML fragment."""

from pydantic import JsonValue

from app.parsing.fragments import Node, Piece, get_list, get_text, name_heading, write_tree

_ELEMENTS = {
    "paragraph": "p",
    "list-item": "li",
    "quote": "blockquote",
    "code": "pre",
    "link": None,
    "text": None,
    "image": None,
}


def read_strapi_blocks(blocks: JsonValue) -> str:
    """The blocks, escaped; of images nothing is read.

    Raises:
        BadArticle: there are too many nodes.
    """
    return write_tree(blocks, _read_node)


def _read_node(node: Node) -> Piece:
    return Piece(_name_element(node), get_text(node, "text"), get_list(node, "children"))


def _name_element(node: Node) -> str | None:
    kind = get_text(node, "type")
    if kind == "heading":
        return name_heading(node.get("level"))
    if kind == "list":
        return "ol" if node.get("format") == "ordered" else "ul"
    return _ELEMENTS.get(kind, "div" if "children" in node else None)
