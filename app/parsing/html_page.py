"""Owns what of a whole page is the article: its main content and its title."""

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from app.parsing.html_source import remove_marks

_PAGE_TAG = re.compile(r"<!doctype\s+html|<(?:html|head|body)[\s>]", re.IGNORECASE)
_CHROME = (
    "nav, aside, footer, header, form, [role=navigation], [role=banner], [role=contentinfo], "
    "[role=complementary], [role=search]"
)
_CONTENT_IN_FORM = "main, article, h1"
_ENOUGH = 0.4
"""Share of the page's main text that a single <article> must hold to be read alone."""


def is_whole_page(html: str) -> bool:
    """Whether it is a page of its own rather than a piece of one."""
    return _PAGE_TAG.search(html, 0, 5000) is not None


def find_content(tree: LexborHTMLParser) -> tuple[LexborNode | None, frozenset[int]]:
    """The element that holds the article, and the ids of the parts of it that belong to the site."""
    body = tree.body
    if body is None:
        return None, frozenset()
    root = body
    main = [node for node in tree.css("main, [role=main]") if _measure(node)]
    if len(main) == 1:
        root = main[0]
    articles = [node for node in root.css("article") if _measure(node)]
    if len(articles) == 1 and _measure(articles[0]) >= _ENOUGH * _measure(root):
        root = articles[0]
    chrome = frozenset(
        node.mem_id for node in root.css(_CHROME) if node.mem_id != root.mem_id and _is_chrome(node, root, body)
    )
    return root, chrome


def choose_title(title: str, headings: tuple[str, ...]) -> str:
    """The page's title; its own heading where the title is that heading with the site's name around it."""
    title = " ".join(title.split())
    if not title:
        return headings[0] if headings else ""
    return next((heading for heading in headings[:3] if len(heading) >= 8 and heading in title), title)


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
