"""Owns the way from submitted HTML to the HTML that the parser gets.

The parser builds the tree as browsers do but forgets where text stood, and some markup costs it quadratic
time. So the source is read once from left to right, by the tokens of the HTML standard, and written anew:
each stretch of text begins with a mark that carries its offset; only attributes that decide on visibility
or role remain; elements that never show text go out whole; and elements that browsers re-open after
misnesting get plain names.
"""

import html
import re
from typing import NamedTuple

from app.errors import BadArticle

_MARK = "\ufdd0"
_DIGITS = "".join(chr(0xFDD1 + digit) for digit in range(16))
_MARKED = re.compile(f"{_MARK}([{_DIGITS}]+)")
_HEX = str.maketrans(_DIGITS, "0123456789abcdef")
_UNHEX = str.maketrans("0123456789abcdef", _DIGITS)

_TEXT = re.compile(
    r"(?:[^<&]++|<(?![A-Za-z/!?])|&(?![A-Za-z#]))++|&(?:#\d++|#[xX][0-9A-Fa-f]++|[A-Za-z]\w*+)?+;?+",
)
_VALUE = r"""(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+)"""
_TAG = re.compile(rf"<(/?)([A-Za-z][^\s/>]*+)((?:[\s/]++|=?[^\s/>=]++(?:\s*+=\s*+(?:{_VALUE}|(?=>)))?+)*+)>")
_ATTRIBUTE = re.compile(rf"[\s/]*+(=?[^\s/>=]++)(\s*+=\s*+{_VALUE})?+")
_NAME = re.compile(r"[a-z][a-z0-9:-]*")

_ATTRIBUTES = frozenset({"aria-hidden", "bgcolor", "class", "color", "hidden", "id", "open", "role", "style", "type"})
_REOPENED = frozenset("a b big code em font i nobr s small strike strong tt u".split())
_RENAMED = _REOPENED | {"math", "plaintext", "xmp"}
_NEVER_TEXT = frozenset("script style title textarea iframe noembed noframes noscript select datalist svg".split())
_MAYBE_UNCLOSED = frozenset({"select", "datalist", "svg", "noscript"})
_UNNESTED = frozenset(
    "area base br col embed hr img input link meta param source track wbr "
    "p li dt dd tr td th thead tbody tfoot option optgroup".split()
)
_CLOSING = {name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE) for name in _NEVER_TEXT}

MAX_NESTING_COST = 100_000_000
"""Sum of depths over all tags: what building the tree may cost, reached at 14,000 nested elements."""


class MarkedHtml(NamedTuple):
    """HTML whose text carries its offsets, and what was set aside on the way."""

    html: str
    title: str
    styles: tuple[str, ...]
    comments: int


class _Writer:
    """The state of one reading from left to right."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.parts: list[str] = []
        self.title = ""
        self.styles: list[str] = []
        self.comments = 0
        self.never_closed: set[str] = set()
        self.open: dict[str, int] = {}
        self.depth = 0
        self.cost = 0


def mark_offsets(source: str) -> MarkedHtml:
    """The source as the parser should get it. Linear in its length.

    Raises:
        BadArticle: elements are nested so deeply that no parser could read them in bounded time.
    """
    writer = _Writer(source)
    at = 0
    while at < len(source):
        text = _TEXT.match(source, at)
        if text:
            _write_text(writer, text)
            at = text.end()
            continue
        tag = _TAG.match(source, at)
        at = _write_tag(writer, tag) if tag else _skip_comment(writer, at)
    return MarkedHtml("".join(writer.parts), writer.title, tuple(writer.styles), writer.comments)


def read_offsets(text: str) -> list[tuple[str, int]]:
    """The fragments of a text node of marked HTML, each with its offset in the source or -1."""
    before, *marked = _MARKED.split(text)
    offsets = [int(offset.translate(_HEX), 16) for offset in marked[::2]]
    fragments = [(before, offsets[0] - len(before) if offsets else -1)] if before else []
    fragments += [(fragment, at) for at, fragment in zip(offsets, marked[1::2], strict=True) if fragment]
    return fragments


def remove_marks(text: str) -> str:
    """An attribute's value without marks."""
    return _MARKED.sub("", text)


def _write_text(writer: _Writer, match: re.Match[str]) -> None:
    text = match[0]
    visible = text.lstrip(" \t\n\f")
    if not visible:
        writer.parts.append(text)
        return
    # Behind a tag, the mark goes behind white space, which must stay recognisable as such to the tree builder.
    behind_tag = not writer.parts or writer.parts[-1].endswith(">")
    leading = len(text) - len(visible) if behind_tag else 0
    offset = f"{match.start() + leading:x}".translate(_UNHEX)
    writer.parts.append(f"{text[:leading]}{_MARK}{offset}{text[leading:]}")


def _skip_comment(writer: _Writer, at: int) -> int:
    """Step over what is no text and no tag: a comment, a declaration, or a tag that never ends."""
    source = writer.source
    if source.startswith("<!--", at):
        writer.comments += 1
        end = source.find("-->", at + 2)
        return len(source) if end < 0 else end + 3
    if source.startswith(("<!", "<?", "</"), at):
        doctype = source[at : at + 9].lower() == "<!doctype"
        writer.comments += not doctype and source[at : at + 2] != "</"
        end = source.find(">", at + 2)
        return len(source) if end < 0 else end + 1
    # A browser shows nothing from here on either.
    return len(source)


def _write_tag(writer: _Writer, tag: re.Match[str]) -> int:
    closing, name, attributes = tag[1], tag[2].lower(), tag[3]
    if not _NAME.fullmatch(name):
        name = "x-unknown"
    if name in _NEVER_TEXT and not closing and not (name == "svg" and attributes.endswith("/")):
        end = _set_aside(writer, name, tag.end())
        if end is not None:
            return end
    written = f"x-{name}" if name in _RENAMED or name in _NEVER_TEXT else name
    if closing:
        if _count_end(writer, name):
            writer.parts.append(f"</{written}>")
    else:
        _count_start(writer, name)
        writer.parts.append(f"<{written}{_keep_attributes(attributes) if attributes else ''}>")
    return tag.end()


def _set_aside(writer: _Writer, name: str, start: int) -> int | None:
    """Where reading goes on behind an element whose content never shows; None where it must be read on."""
    closing = None if name in writer.never_closed else _CLOSING[name].search(writer.source, start)
    if closing is None and name in _MAYBE_UNCLOSED:
        writer.never_closed.add(name)
        return None
    end = len(writer.source) if closing is None else closing.start()
    if name == "title" and not writer.title:
        writer.title = html.unescape(writer.source[start:end])
    elif name == "style":
        writer.styles.append(writer.source[start:end])
    if closing is None:
        return end
    close = writer.source.find(">", end)
    return len(writer.source) if close < 0 else close + 1


def _keep_attributes(attributes: str) -> str:
    seen: set[str] = set()
    kept: list[str] = []
    for match in _ATTRIBUTE.finditer(attributes):
        name = match[1].lower()
        if name in _ATTRIBUTES and name not in seen:
            seen.add(name)
            kept.append(f" {name}{match[2] or ''}")
    return "".join(kept)


def _count_start(writer: _Writer, name: str) -> None:
    _add_cost(writer)
    if name not in _UNNESTED:
        writer.open[name] = writer.open.get(name, 0) + 1
        writer.depth += 1


def _count_end(writer: _Writer, name: str) -> bool:
    """Whether there may be something to close; a browser passes over other end tags."""
    _add_cost(writer)
    if name in _UNNESTED:
        return True
    if not writer.open.get(name):
        return False
    writer.open[name] -= 1
    writer.depth -= 1
    return True


def _add_cost(writer: _Writer) -> None:
    """Many tags make the parser look through all open elements."""
    writer.cost += writer.depth
    if writer.cost > MAX_NESTING_COST:
        raise BadArticle(
            f"The HTML nests {writer.depth:,} elements inside each other, too many to read in bounded time. "
            "Close its elements, or submit the article as text."
        )
