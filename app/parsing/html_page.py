"""Owns what of a whole page is the article: its main content and its title."""

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from app.parsing.html_source import remove_marks
from app.parsing.html_visibility import Attributes, is_hidden

_PAGE_TAG = re.compile(r"<!doctype\s+html|<(?:html|head|body)[\s>]", re.IGNORECASE)
_CHROME = (
    "nav, aside, footer, header, form, [role=navigation], [role=banner], [role=contentinfo], "
    "[role=complementary], [role=search]"
)
_CONTENT_IN_FORM = "main, article, h1"
_ENOUGH = 0.4
"""Share of the page's main text that a single <article> must hold to be read alone."""

_MAX_CANDIDATES = 500
"""A page with more is a list, and looking at each of them takes quadratic time."""


def is_whole_page(html: str) -> bool:
    """Whether it is a page of its own rather than a piece of one."""
    return _PAGE_TAG.search(html, 0, 5000) is not None


def find_content(tree: LexborHTMLParser) -> tuple[LexborNode | None, frozenset[int]]:
    """The element that holds the article, and the ids of the parts of it that belong to the site."""
    body = tree.body
    if body is None:
        return None, frozenset()
    root = body
    main = _find_outermost(body, "main, [role=main]", "main main")
    if len(main) == 1:
        root = main[0]
    articles = _find_outermost(root, "article", "article article")
    if len(articles) == 1 and _measure(articles[0]) >= _ENOUGH * _measure(root):
        root = articles[0]
    chrome = frozenset(
        node.mem_id for node in root.css(_CHROME) if node.mem_id != root.mem_id and _is_chrome(node, root, body)
    )
    return root, chrome


def read_attributes(node: LexborNode) -> Attributes:
    """An element's attributes without the marks of `mark_offsets`."""
    return {name: remove_marks(value) if value else value for name, value in node.attributes.items()}


def choose_title(title: str, headings: tuple[str, ...]) -> str:
    """The page's title; its own heading where the title is that heading with the site's name around it."""
    title = " ".join(title.split())
    if not title:
        return headings[0] if headings else ""
    return next((heading for heading in headings[:3] if len(heading) >= 8 and heading in title), title)


def _find_outermost(root: LexborNode, selector: str, nested: str) -> list[LexborNode]:
    """The elements with text that readers see; comments under an article are articles inside it."""
    found = root.css(selector)
    if len(found) > _MAX_CANDIDATES:
        return []
    inner = {node.mem_id for node in root.css(nested)}
    return [node for node in found if node.mem_id not in inner and _is_seen(node) and _measure(node)]


def _is_seen(node: LexborNode | None) -> bool:
    """Whether neither it nor anything around it is hidden: hidden text must not pose as the article."""
    while node is not None and node.is_element_node:
        if is_hidden(node.tag or "", read_attributes(node)):
            return False
        node = node.parent
    return True


def _is_chrome(node: LexborNode, root: LexborNode, body: LexborNode) -> bool:
    if node.tag == "header":
        # Inside the article, a header holds its heading.
        return root.mem_id == body.mem_id and node.css_first("h1") is None
    if node.tag == "form":
        # Some systems wrap whole pages in a form.
        return node.css_first(_CONTENT_IN_FORM) is None
    return True


def _measure(node: LexborNode) -> int:
    return len(remove_marks(node.text(deep=True)).strip())
