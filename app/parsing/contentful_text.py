"""Owns Contentful rich text to an HTML fragment."""

from pydantic import JsonValue

from app.parsing.fragments import Node, Piece, get_list, get_text, write_tree

_ELEMENTS = {
    "document": None,
    "paragraph": "p",
    "unordered-list": "ul",
    "ordered-list": "ol",
    "list-item": "li",
    "blockquote": "blockquote",
    "hr": "hr",
    "table": "table",
    "table-row": "tr",
    "table-header-cell": "th",
    "table-cell": "td",
    "hyperlink": None,
    "entry-hyperlink": None,
    "asset-hyperlink": None,
    "resource-hyperlink": None,
    "text": None,
} | {f"heading-{level}": f"h{level}" for level in range(1, 7)}


def read_contentful_text(document: JsonValue) -> str:
    """The document, escaped; what it only links to (entries, assets) has no text here.

    Raises:
        BadArticle: it has too many nodes.
    """
    return write_tree(document, _read_node)


def _read_node(node: Node) -> Piece:
    kind, content = get_text(node, "nodeType"), get_list(node, "content")
    element = _ELEMENTS.get(kind, "div" if content else None)
    return Piece(element, get_text(node, "value"), content)
