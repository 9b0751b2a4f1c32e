"""Owns the links to other categories in a definition's text, as site generators write them."""

import re
from typing import Final

from app.domain.value import Value
from app.parsing.located import LineTable

_CONTROLS: Final = r"\x00-\x08\x0a-\x1f\x7f-\x9f"
_LINK: Final = re.compile(
    rf"(?:\[(?P<text>[^\[\]{_CONTROLS}]{{0,200}})\]\([ \t]*)?"
    rf"\{{\{{[<%][ \t]*(?:rel)?ref[ \t]+[\"'`]?(?P<ref>[^\s\"'`>%{_CONTROLS}]{{1,300}})"
    rf"|\[(?P<label>[^\[\]{_CONTROLS}]{{0,200}})\]\([ \t]*<?(?P<address>[^\s()<>{{}}{_CONTROLS}]{{1,300}})"
)
_SECTIONS: Final = frozenset({"tags", "categories", "concepts"})
_PAGE: Final = re.compile(r"(?:^|/)_?index(?:\.md)?$|\.md$|\.html$")


class Link(Value):
    """A link to a category: the last step of its address, what it is called there, and its line."""

    slug: str
    text: str
    line: int


def find_links(text: str, first_line: int) -> tuple[Link, ...]:
    """Links into a section of categories (`/tags/slug`), and shortcode references to a bare slug."""
    table = LineTable(text, first_line)
    links = []
    for found in _LINK.finditer(text):
        slug = _find_slug(found["ref"] or found["address"] or "", bare_allowed=bool(found["ref"]))
        if slug:
            label = (found["text"] or found["label"] or "").strip(" *_")
            links.append(Link(slug=slug, text=label, line=table.find_line(found.start())))
    return tuple(links)


def _find_slug(address: str, *, bare_allowed: bool) -> str | None:
    path = _PAGE.sub("", re.split(r"[#?]", address, maxsplit=1)[0].rstrip("/"))
    steps = [step for step in path.split("/") if step not in {"", ".", ".."}]
    if not steps or ":" in path:
        return None
    if len(steps) == 1:
        return steps[0].lower() if bare_allowed and steps[0] not in _SECTIONS else None
    return steps[-1].lower() if steps[-2] in _SECTIONS else None
